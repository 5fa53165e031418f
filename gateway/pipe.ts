/**
 * Two streams joined, octet for octet, once the gateway has nothing more to decide: backpressure both
 * ways, orderly ends passed on as orderly ends, broken ones as broken ones.
 */
import type { Duplex } from 'node:stream';
import { sizes } from './limits.ts';
import { SessionEnd } from './session-end.ts';

export interface PipeOptions {
  readonly client: Duplex;
  readonly backend: Duplex;
  /** Octets read ahead of the pipe, of each side. */
  readonly fromClient: Buffer;
  readonly fromBackend: Buffer;
  readonly onActivity: () => void;
  /**
   * Judges the last octets of a backend that has closed its side: a dead server's kernel sends the
   * same FIN as one that has said goodbye.
   */
  readonly isOrderlyEnd: (tail: Buffer) => boolean;
}

export interface Pipe {
  /** How it ended; never rejects. */
  readonly done: Promise<SessionEnd>;
  stop(end: SessionEnd): void;
}

export function joinStreams(options: PipeOptions): Pipe {
  const { client, backend, onActivity } = options;
  let finish: (end: SessionEnd) => void = () => undefined;
  const done = new Promise<SessionEnd>((resolve) => {
    finish = resolve;
  });
  let tail = options.fromBackend.subarray(-sizes.farewellTail);
  let first: SessionEnd | undefined;
  const ended = { client: false, backend: false };

  const onEnd = (side: 'client' | 'backend'): void => {
    ended[side] = true;
    first ??= new SessionEnd(side === 'client' ? 'client-closed' : 'backend-closed');
    if (side === 'backend' && !ended.client && !options.isOrderlyEnd(tail)) {
      finish(new SessionEnd('backend-closed', { cut: true }));
      return;
    }
    (side === 'client' ? backend : client).end();
    if (ended.client && ended.backend) finish(first);
  };
  const onClose = (side: 'client' | 'backend'): void => {
    if (ended[side]) finish(first ?? new SessionEnd('quit'));
    else finish(new SessionEnd(`${side}-cut`, { cut: true }));
  };

  flow(client, backend, onActivity);
  flow(backend, client, (chunk) => {
    onActivity();
    tail =
      chunk.length >= sizes.farewellTail
        ? chunk.subarray(-sizes.farewellTail)
        : Buffer.concat([tail, chunk]).subarray(-sizes.farewellTail);
  });
  for (const [stream, side] of [
    [client, 'client'],
    [backend, 'backend'],
  ] as const) {
    stream.once('end', () => onEnd(side));
    stream.once('close', () => onClose(side));
    if (stream.readableEnded) onEnd(side);
    else if (stream.destroyed) onClose(side);
  }
  if (options.fromClient.length > 0) backend.write(options.fromClient);
  if (options.fromBackend.length > 0) client.write(options.fromBackend);
  client.resume();
  backend.resume();
  return { done, stop: finish };
}

function flow(from: Duplex, to: Duplex, onChunk: (chunk: Buffer) => void): void {
  from.on('data', (chunk: Buffer) => {
    onChunk(chunk);
    if (to.writable && !to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
}
