/** A way to a server on which the answer to every n-th APPEND is lost together with the connection. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export async function startLostAnswers(port: number, every: number) {
  const sockets = new Set<Socket>();
  const lost = { appends: 0, answers: 0 };
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      if (/ OK \[APPENDUID/.test(chunk.toString('latin1'))) {
        lost.appends += 1;
        if (lost.appends % every === 0) {
          lost.answers += 1;
          client.destroy();
          return;
        }
      }
      client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  return {
    port: own,
    lost,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
