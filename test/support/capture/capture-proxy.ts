/** A TCP proxy on 127.0.0.1 that keeps every byte of both directions, and searches them for secrets. */
import { connect, createServer, type Socket } from 'node:net';
import { reset } from '../../../gateway/close-stream.ts';
import { type Encoding, search } from './search.ts';

export interface CaptureProxy {
  readonly port: number;
  /** Every byte, client to server first, then server to client, connection by connection. */
  captured(): Buffer;
  /** How many connections came. */
  readonly connections: number;
  /** The encodings in which `needle` was seen; empty when it was not. Users: see `search`. */
  contains(needle: string, users?: readonly string[]): Encoding[];
  /** Ends every open connection, as a network that goes away. */
  cut(): void;
  /** Where new connections go from now on. */
  setTarget(port: number): void;
  stop(): Promise<void>;
}

interface Recording {
  readonly sent: Buffer[];
  readonly received: Buffer[];
}

/** @param localAddress where the server sees connections come from; default 127.0.0.1 */
export async function startCaptureProxy(
  targetPort: number,
  localAddress = '127.0.0.1',
): Promise<CaptureProxy> {
  const recordings: Recording[] = [];
  const sockets = new Set<Socket>();
  let target = targetPort;

  const relay = (from: Socket, to: Socket, into: Buffer[]): void => {
    sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      into.push(chunk);
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => from.resume());
    // Each direction ends by itself, as on a real network: closing both at once would turn the
    // last words of one side into a reset for the other.
    from.on('end', () => to.end());
    from.on('error', () => {
      if (!to.destroyed) reset(to);
    });
    from.on('close', () => {
      sockets.delete(from);
      if (!from.readableEnded) to.destroy();
    });
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const recording: Recording = { sent: [], received: [] };
    recordings.push(recording);
    const upstream = connect({
      host: '127.0.0.1',
      port: target,
      localAddress,
      allowHalfOpen: true,
    });
    relay(client, upstream, recording.sent);
    relay(upstream, client, recording.received);
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else resolve(address.port);
    });
  });
  const captured = (): Buffer =>
    Buffer.concat(recordings.flatMap(({ sent, received }) => [...sent, ...received]));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    captured,
    get connections() {
      return recordings.length;
    },
    contains: (needle, users) => search(captured(), needle, users),
    cut,
    setTarget: (next) => {
      target = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
