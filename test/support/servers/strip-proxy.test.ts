import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type StripProxy, startStripProxy, stripLines } from './strip-proxy.ts';

/** Unlike `once`, does not mind the error that comes before. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

describe('stripping lines', () => {
  it('takes a keyword out of an EHLO reply and keeps its last line a last line', () => {
    const lines = ['250-mail.example.test', '250-SIZE 100', '250-AUTH PLAIN', '250 STARTTLS'];
    assert.deepEqual(stripLines(lines, 'submission', ['starttls']), {
      lines: ['250-mail.example.test', '250-SIZE 100', '250 AUTH PLAIN'],
      stripped: 1,
    });
  });

  it('takes a keyword out of each IMAP capability list, with its value', () => {
    const lines = [
      '* OK [CAPABILITY IMAP4rev1 STARTTLS XPUBKEY=NK-A AUTH=PLAIN] ready',
      '* CAPABILITY IMAP4rev1 XPUBKEY=NK-A XPUBKEY=NK-B STARTTLS',
      'a OK STARTTLS is only text here',
    ];
    assert.deepEqual(stripLines(lines, 'imap', ['STARTTLS', 'XPUBKEY']), {
      lines: [
        '* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready',
        '* CAPABILITY IMAP4rev1',
        'a OK STARTTLS is only text here',
      ],
      stripped: 5,
    });
  });
});

describe('strip proxy', () => {
  let lastWords = '';
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('end', () => socket.end());
    socket.on('error', () => undefined);
    socket.write('220 hello\r\n');
    socket.on('data', (chunk: Buffer) => {
      if (chunk.toString().startsWith('EHLO')) {
        socket.write('250-mail\r\n250-STARTT');
        setTimeout(() => socket.write('LS\r\n250 SIZE 1\r\n'), 20);
      } else if (chunk.toString().startsWith('QUIT')) socket.end('221 bye\r\n');
      else if (chunk.toString().startsWith('last words')) lastWords = chunk.toString();
      else socket.write(`echo ${chunk.toString()}`);
    });
  });
  let proxy: StripProxy;
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const targetPort = typeof address === 'object' && address !== null ? address.port : 0;
    proxy = await startStripProxy({ service: 'submission', targetPort });
  });
  after(async () => {
    await proxy.stop();
    server.close();
  });

  const session = async (
    options = {},
  ): Promise<{ socket: Socket; until: (end: RegExp) => Promise<string> }> => {
    const socket = connect({ port: proxy.port, host: '127.0.0.1', ...options });
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const until = async (end: RegExp): Promise<string> => {
      while (!end.test(text)) await once(socket, 'data');
      const all = text;
      text = '';
      return all;
    };
    await until(/220 hello\r\n/);
    return { socket, until };
  };

  it('relays untouched until it is told to strip, and again after restore', async () => {
    const { socket, until } = await session();
    socket.write('EHLO me\r\n');
    assert.match(await until(/250 .*\r\n/), /STARTTLS/);
    proxy.strip(['STARTTLS']);
    socket.write('EHLO me\r\n');
    assert.equal(await until(/250 .*\r\n/), '250-mail\r\n250 SIZE 1\r\n');
    assert.equal(proxy.counts.stripped, 1);
    proxy.restore();
    socket.write('EHLO me\r\n');
    assert.match(await until(/250 .*\r\n/), /STARTTLS/);
    socket.destroy();
  });

  it('holds everything back while stalled', async () => {
    const { socket, until } = await session();
    proxy.stall();
    socket.write('one\r\n');
    const echoed = until(/echo one/);
    const early = await Promise.race([
      echoed.then(() => 'came'),
      new Promise((resolve) => setTimeout(() => resolve('held'), 100)),
    ]);
    assert.equal(early, 'held');
    proxy.flow();
    await echoed;
    socket.destroy();
  });

  it('lets the client finish after the server has ended', async () => {
    const { socket, until } = await session({ allowHalfOpen: true });
    const ended = once(socket, 'end');
    socket.write('QUIT\r\n');
    await until(/221/);
    await ended;
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.end('last words\r\n');
    await closed(socket);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(lastWords, 'last words\r\n');
  });

  it('cuts open connections, and refuses new ones until restore', async () => {
    const { socket } = await session();
    proxy.cut();
    await closed(socket);
    proxy.refuse();
    const refused = connect(proxy.port, '127.0.0.1');
    refused.on('error', () => undefined);
    refused.resume();
    await closed(refused);
    proxy.restore();
    const again = await session();
    again.socket.destroy();
  });
});
