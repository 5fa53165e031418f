/**
 * The server process of `npm run bench:leg`: the same small services over TLS 1.3 and over the seal.
 * Started by bench-leg.ts; never part of the program. No gateway: its relaying would hide the leg.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, createServer as createTlsServer, TLSSocket } from 'node:tls';
import { acceptHandshake } from '../app/leg/handshake.ts';
import { generateSealKeyPair } from '../app/leg/keys.ts';
import { SealedDuplex } from '../app/leg/sealed-duplex.ts';
import { suiteFacts, suites } from '../app/leg/suites.ts';
import { encodePrologue, Transcript } from '../app/leg/transcript.ts';
import {
  cpuMs,
  drain,
  keyId,
  Lines,
  pour,
  prologue,
  type ServerFacts,
  type Usage,
} from './bench-leg-lines.ts';

const [certificate = '', privateKey = ''] = process.argv.slice(2);
const context = createSecureContext({ cert: certificate, key: privateKey, minVersion: 'TLSv1.3' });
const seal = generateSealKeyPair();

/** `up <octets> <write>`, `down <octets> <write>` or `ping`; the answer to all but `down` is `k`. */
async function serveBulk(stream: Duplex): Promise<void> {
  stream.on('error', () => undefined);
  const lines = new Lines(stream);
  const [command, octets, writeOctets] = (await lines.next()).trim().split(' ');
  lines.release();
  if (command === 'up') {
    const all = drain(stream, Number(octets));
    stream.write('ready\n');
    await all;
  }
  if (command === 'down') await pour(stream, Number(octets), Number(writeOctets));
  else stream.write('k\n');
}

/** One octet names the suite, then message 1; then the seal. */
function serveSeal(socket: Socket): void {
  let got: Buffer = Buffer.alloc(0);
  socket.on('error', () => undefined);
  const onData = (data: Buffer): void => {
    got = got.length === 0 ? data : Buffer.concat([got, data]);
    const suite = suites[got[0] ?? 0] ?? '';
    const length = 1 + (suiteFacts(suite)?.message1Octets ?? 0);
    if (got.length < length) return;
    socket.off('data', onData);
    socket.pause();
    const { message2, keys } = acceptHandshake({
      suite,
      keyId,
      prologue,
      sealPublicKey: seal.publicKey,
      sealSecretKey: seal.secretKey,
      message1: got.subarray(1, length),
    });
    socket.write(message2);
    serve(serveBulk(new SealedDuplex(socket, keys, got.subarray(length))));
  };
  socket.on('data', onData);
}

const ehlo = (first: string) => `250-${first}\r\n250-SIZE 50000000\r\n250-8BITMIME\r\n`;

async function serveSmtp(socket: Socket): Promise<void> {
  const lines = new Lines(socket);
  const transcript = new Transcript();
  const say = (text: string): void => {
    transcript.server(text);
    socket.write(text);
  };
  say('220 localhost ESMTP\r\n');
  for (;;) {
    const line = await lines.next();
    const [verb = '', ...words] = line.trim().split(' ');
    switch (verb) {
      case 'EHLO':
        transcript.client(line);
        say(`${ehlo('localhost')}250-STARTTLS\r\n250 XPUBKEY ${suites.join(' ')}\r\n`);
        break;
      case 'STARTTLS':
        lines.release();
        socket.write('220 go\r\n');
        return serveAuth(new TLSSocket(socket, { isServer: true, secureContext: context }), false);
      case 'XSEAL': {
        lines.release();
        const [suite = '', id = '', serverName = '', message1 = ''] = words;
        const { message2, keys } = acceptHandshake({
          suite,
          keyId: id,
          prologue: encodePrologue({
            service: 'submission',
            suite,
            keyId: id,
            serverName,
            transcript: transcript.digest(),
          }),
          sealPublicKey: seal.publicKey,
          sealSecretKey: seal.secretKey,
          message1: Buffer.from(message1, 'base64'),
        });
        socket.write(`220 ${Buffer.from(message2).toString('base64')}\r\n`);
        return serveAuth(new SealedDuplex(socket, keys), true);
      }
      default:
        throw new Error(`unexpected ${verb}`);
    }
  }
}

async function serveAuth(stream: Duplex, greets: boolean): Promise<void> {
  stream.on('error', () => undefined);
  const lines = new Lines(stream);
  if (greets) stream.write('220 localhost ESMTP\r\n');
  await lines.next();
  stream.write(`${ehlo('localhost')}250 AUTH PLAIN\r\n`);
  await lines.next();
  stream.write('235 2.7.0 welcome\r\n');
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, () => {
      const address = server.address();
      if (address && typeof address === 'object') resolve(address.port);
      else reject(new Error('no port'));
    });
  });
}

/** A client that has what it wanted just goes. */
function serve(work: Promise<void>): void {
  work.catch(() => undefined);
}

function plain(onSocket: (socket: Socket) => void): Server {
  return createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
}

/** Collecting garbage is not part of what is measured: it happens only where memory is asked for. */
function usage(question: unknown): Usage {
  const spent = cpuMs();
  if (question === 'memory') {
    globalThis.gc?.();
    globalThis.gc?.();
  }
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { cpuMs: spent, rss, heap: heapUsed, external: external + arrayBuffers };
}

const tlsServer = createTlsServer(
  { cert: certificate, key: privateKey, minVersion: 'TLSv1.3', noDelay: true },
  (socket) => serve(serveBulk(socket)),
);
const facts: ServerFacts = {
  tlsPort: await listen(tlsServer),
  sealPort: await listen(plain(serveSeal)),
  tcpPort: await listen(plain((socket) => serve(serveBulk(socket)))),
  smtpPort: await listen(plain((socket) => serve(serveSmtp(socket)))),
  certificate,
  sealKey: Buffer.from(seal.publicKey).toString('base64'),
  identity: randomBytes(32).toString('base64'),
};
process.on('message', (question) => process.send?.(usage(question)));
process.on('disconnect', () => process.exit(0));
process.send?.(facts);
