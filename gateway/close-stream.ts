/** The two ways to end a client's stream: in good order, or so that the client knows it was broken. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * A reset, so that the other side knows the stream was broken off. Not while its end is on the way: then
 * libuv refuses (EINVAL), and Node keeps the descriptor and its handle for good, also at its own exit.
 */
export function reset(socket: Socket): void {
  const ending = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (ending) socket.destroy();
  else socket.resetAndDestroy();
}

/**
 * No FIN in clear, no close notify under TLS, no close record in the seal.
 * @param stream what the client's octets came from: the socket, or what lies over it
 */
export function cutOff(stream: Duplex, socket: Socket): void {
  if (stream === socket) {
    reset(socket);
    return;
  }
  stream.destroy();
  socket.destroy();
}

/**
 * Says the last words and ends each layer as its protocol wants.
 * @param closeMs what the client gets to end its own side
 */
export async function closeOrderly(
  stream: Duplex,
  socket: Socket,
  farewell: string,
  closeMs: number,
): Promise<void> {
  if (stream.writable) stream.end(farewell);
  // What still comes is read and dropped: unread octets would turn our end into a reset.
  stream.on('data', () => undefined);
  stream.resume();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, closeMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    if (socket.destroyed) done();
    else socket.once('close', done);
  });
  stream.destroy();
  socket.destroy();
}
