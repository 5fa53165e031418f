import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fetchPicture, PictureError, pictureLimits } from '../../app/remote/fetch-picture.ts';
import { pictureType } from '../../app/remote/picture-type.ts';
import { isPublicAddress } from '../../app/remote/public-address.ts';
import { createTestCa, type TestCa } from '../support/certificates.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
let dir: string;
let ca: TestCa;
let server: Server;
let origin: string;
let asked: IncomingMessage[] = [];
let answer: RequestListener;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'letterlock-picture-'));
  ca = createTestCa(dir);
  const { certPem, keyPem } = ca.issue({ names: ['localhost', '127.0.0.1'] });
  server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    asked.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  origin = `https://localhost:${address.port}`;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
  answer = (_request, response) => {
    response.setHeader('Set-Cookie', 'seen=1');
    response.setHeader('Content-Type', 'text/html');
    response.end(png);
  };
});

const options = () => ({ trustAnchors: [ca.caPem], allowLoopback: true });
const refused = (message: RegExp) => (error: unknown) =>
  error instanceof PictureError && message.test(error.message);

test('a picture comes over verified https, whatever its server calls it', async () => {
  const picture = await fetchPicture(`${origin}/a.png`, options());
  assert.equal(picture.mimeType, 'image/png');
  assert.deepEqual(Buffer.from(picture.bytes), png);
});

test('a request says nothing of the person or the program', async () => {
  await fetchPicture(`${origin}/a.png#part`, options());
  await fetchPicture(`${origin}/a.png`, options());
  for (const { headers, url } of asked) {
    assert.equal(url, '/a.png');
    assert.deepEqual(Object.keys(headers).sort(), [
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
    assert.equal(headers['user-agent'], 'Mozilla/5.0');
  }
  assert.equal(asked.length, 2);
});

test('a certificate that does not verify ends it', async () => {
  await assert.rejects(fetchPicture(`${origin}/a.png`, { allowLoopback: true }));
  assert.equal(asked.length, 0);
});

test('this computer and private networks are never asked', async () => {
  const { port } = new URL(origin);
  for (const url of [
    `${origin}/a.png`,
    `https://127.0.0.1/a.png`,
    `https://[::1]/a.png`,
    `https://localhost/a.png`,
    'https://10.0.0.1/a.png',
    'https://192.168.1.1/a.png',
    'https://169.254.169.254/latest/meta-data',
    'https://2130706433/a.png',
    'https://0x7f.1/a.png',
    'https://[::ffff:127.0.0.1]/a.png',
    'https://[fd00::1]/a.png',
  ]) {
    await assert.rejects(
      fetchPicture(url, { trustAnchors: [ca.caPem] }),
      refused(/not a public address|odd port/),
      url,
    );
  }
  assert.equal(asked.length, 0, `port ${port}`);
});

test('other schemes, user names and endless addresses are not asked', async () => {
  const { host } = new URL(origin);
  for (const url of [
    'ftp://example.org/a.png',
    'file:///etc/passwd',
    'data:image/png;base64,AAAA',
    `https://user:word@${host}/a.png`,
    `${origin}/${'x'.repeat(pictureLimits.urlLength)}`,
    'nonsense',
  ]) {
    await assert.rejects(fetchPicture(url, options()), PictureError, url);
  }
  assert.equal(asked.length, 0);
});

test('a plain http address is tried as https', async () => {
  const picture = await fetchPicture(`${origin.replace('https:', 'http:')}/a.png`, options());
  assert.equal(picture.mimeType, 'image/png');
});

test('redirects are followed a few times, and judged like any address', async () => {
  answer = (request, response) => {
    const round = Number(new URL(request.url ?? '', origin).searchParams.get('round') ?? 0);
    if (round >= 3) return void response.end(png);
    response.writeHead(302, { Location: `/a?round=${round + 1}` }).end();
  };
  assert.equal((await fetchPicture(`${origin}/a`, options())).mimeType, 'image/png');
  answer = (_request, response) => void response.writeHead(302, { Location: '/again' }).end();
  await assert.rejects(fetchPicture(`${origin}/a`, options()), refused(/too many redirects/));
  for (const location of ['https://192.168.0.1/router', 'ftp://x/a.png', 'file:///etc/passwd']) {
    answer = (_request, response) => void response.writeHead(302, { Location: location }).end();
    await assert.rejects(fetchPicture(`${origin}/a`, options()), PictureError, location);
  }
});

test('what is no picture is not kept, nor what is packed, missing or too large', async () => {
  answer = (_request, response) => void response.end('<svg xmlns="http://www.w3.org/2000/svg"/>');
  await assert.rejects(fetchPicture(`${origin}/a.svg`, options()), refused(/not a picture/));
  answer = (_request, response) => void response.end('');
  await assert.rejects(fetchPicture(`${origin}/a`, options()), refused(/not a picture/));
  answer = (_request, response) => {
    response.setHeader('Content-Encoding', 'gzip');
    response.end(png);
  };
  await assert.rejects(fetchPicture(`${origin}/a`, options()), refused(/packed/));
  answer = (_request, response) => void response.writeHead(404).end(png);
  await assert.rejects(fetchPicture(`${origin}/a`, options()), refused(/no picture there/));
  answer = (_request, response) => {
    response.write(png);
    response.end(Buffer.alloc(pictureLimits.sizeBytes));
  };
  await assert.rejects(fetchPicture(`${origin}/a`, options()), refused(/too large/));
});

test('it is given up when it is told to', async () => {
  answer = () => undefined;
  const end = new AbortController();
  const fetching = fetchPicture(`${origin}/slow`, { ...options(), signal: end.signal });
  end.abort();
  await assert.rejects(fetching, { name: 'AbortError' });
});

test('raster pictures are known by their first bytes', () => {
  const known: readonly [string, string][] = [
    ['89504e470d0a1a0a0000', 'image/png'],
    ['474946383961', 'image/gif'],
    ['ffd8ffe0', 'image/jpeg'],
    ['52494646000000005745425056', 'image/webp'],
    ['000000206674797061766966', 'image/avif'],
    ['424d', 'image/bmp'],
  ];
  for (const [hex, type] of known) assert.equal(pictureType(Buffer.from(hex, 'hex')), type);
  for (const text of ['<svg', '<html>', '%PDF', '', 'RIFF0000WAVE']) {
    assert.equal(pictureType(Buffer.from(text)), undefined, text);
  }
});

test('only addresses of the public internet are public', () => {
  for (const address of ['8.8.8.8', '93.184.216.34', '2606:2800:220:1::1', '172.32.0.1']) {
    assert.equal(isPublicAddress(address), true, address);
  }
  for (const address of [
    '0.0.0.0',
    '10.9.8.7',
    '100.100.0.1',
    '127.1.2.3',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fc00::1',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2001:0:1::',
    'localhost',
    '',
  ]) {
    assert.equal(isPublicAddress(address), false, address);
  }
});
