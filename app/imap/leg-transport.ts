/**
 * Hands an open leg to imapflow as its transport. The library never opens a socket and never
 * negotiates TLS: the leg is already what it must be. Adds the inactivity timer of a socket.
 */
import type { Duplex, Writable } from 'node:stream';
import type { ImapTransport, ImapTransportSocket } from 'imapflow';
import { FileLiteral } from './file-literal.ts';
import { RowTap } from './row-tap.ts';

export interface LegTransport extends ImapTransport {
  /** Through which a file may be appended without being held in memory. */
  readonly literal: FileLiteral;
  /** Through which rows of headers may be read without the library. */
  readonly tap: RowTap;
}

/** A transport for one connection over `stream`. */
export function legTransport(stream: Duplex): LegTransport {
  const socket = withInactivityTimer(stream);
  const literal = new FileLiteral(stream, socket.touch);
  const tap = new RowTap();
  const pipe = stream.pipe.bind(stream);
  Object.assign(stream, {
    write: (bytes: Uint8Array) => literal.write(bytes),
    pipe: (library: Writable) => pipe(tap).pipe(library),
  });
  return {
    literal,
    tap,
    connect: (_options, onConnect) => {
      queueMicrotask(() => {
        onConnect();
        // After imapflow's own pipe is in place: a listener earlier would lose the greeting.
        socket.watch();
      });
      return socket.stream;
    },
  };
}

interface WatchedSocket {
  readonly stream: ImapTransportSocket;
  touch(): void;
  watch(): void;
}

/** `setTimeout(ms)` as `net.Socket` has it: emits `timeout` after `ms` without traffic. */
function withInactivityTimer(stream: Duplex): WatchedSocket {
  let timeoutMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let lastActivity = Date.now();
  const touch = () => {
    lastActivity = Date.now();
  };
  const check = () => {
    const left = lastActivity + timeoutMs - Date.now();
    if (left > 0) {
      timer = setTimeout(check, left);
      return;
    }
    touch();
    timer = setTimeout(check, timeoutMs);
    stream.emit('timeout');
  };
  const setInactivityTimeout = (ms: number) => {
    clearTimeout(timer);
    timeoutMs = ms;
    touch();
    if (ms > 0 && !stream.destroyed) timer = setTimeout(check, ms);
  };
  stream.once('close', () => clearTimeout(timer));
  return {
    stream: Object.assign(stream, { setTimeout: setInactivityTimeout }),
    touch,
    watch: () => {
      stream.on('data', touch);
      stream.on('drain', touch);
    },
  };
}
