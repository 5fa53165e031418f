/** Writing with backpressure: a write is done when the stream takes more. */
import type { Duplex } from 'node:stream';

/** @throws Error when the stream is gone */
export async function writeOctets(stream: Duplex, octets: Uint8Array | string): Promise<void> {
  if (stream.destroyed || !stream.writable) throw new Error('the stream is closed');
  if (stream.write(octets)) return;
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      stream.off('drain', onDrain);
      stream.off('close', onClose);
    };
    const onDrain = (): void => {
      stop();
      resolve();
    };
    const onClose = (): void => {
      stop();
      reject(new Error('the stream was closed'));
    };
    stream.on('drain', onDrain);
    stream.on('close', onClose);
  });
}
