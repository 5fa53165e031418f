import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Assets, createAssets } from '../../main/assets.ts';

let folder: string;
let assets: Assets;
let asked: string[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'letterlock-assets-'));
  const rendererDir = join(folder, 'renderer');
  await mkdir(join(rendererDir, 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.js'), 'secret');
  await writeFile(join(rendererDir, 'index.html'), '<!doctype html>');
  await writeFile(join(rendererDir, 'message-frame.html'), '<!doctype html>frame');
  await writeFile(join(rendererDir, 'assets', 'index-1.js'), 'export {}');
  await writeFile(join(rendererDir, 'notes.txt'), 'no type of ours');
  assets = createAssets({
    rendererDir,
    readPart: async (url) => {
      asked.push(url);
      if (url === '/part/cat') return { mimeType: 'image/png', bytes: Buffer.from('png') };
      if (url === '/part/drawing')
        return { mimeType: 'image/svg+xml', bytes: Buffer.from('<svg/>') };
      if (url === '/part/page') return { mimeType: 'text/html', bytes: Buffer.from('<html>') };
      return undefined;
    },
  });
});
after(() => rm(folder, { recursive: true, force: true }));

function directives(headers: Readonly<Record<string, string>>): Map<string, string> {
  const policy = headers['Content-Security-Policy'] ?? '';
  return new Map(
    policy.split('; ').map((part) => {
      const [name = '', ...values] = part.split(' ');
      return [name, values.join(' ')];
    }),
  );
}

test('serves the app page at the root with a policy that allows only its own files', async () => {
  const { status, headers, body } = await assets('GET', '/');
  assert.equal(status, 200);
  assert.equal(Buffer.from(body).toString(), '<!doctype html>');
  assert.equal(headers['Content-Type'], 'text/html; charset=utf-8');
  const policy = directives(headers);
  assert.equal(policy.get('default-src'), "'none'");
  assert.equal(policy.get('script-src'), "'self'");
  assert.equal(policy.get('style-src'), "'self'");
  assert.equal(policy.get('connect-src'), "'none'");
  assert.equal(policy.get('frame-ancestors'), "'none'");
  assert.equal(policy.get('object-src'), "'none'");
  assert.equal(policy.get('base-uri'), "'none'");
  assert.equal(policy.get('form-action'), "'none'");
});

test('serves the message frame without any right to run script or load from elsewhere', async () => {
  const { headers } = await assets('GET', '/message-frame.html');
  const policy = directives(headers);
  assert.equal(policy.get('default-src'), "'none'");
  assert.equal(policy.get('script-src'), "'none'");
  assert.equal(policy.get('img-src'), "'self' data:");
  assert.equal(policy.get('sandbox'), 'allow-same-origin allow-modals');
  assert.equal(policy.get('frame-ancestors'), "'self'");
});

test('every answer forbids sniffing, referrers, sharing and device features', async () => {
  for (const path of ['/', '/message-frame.html', '/assets/index-1.js', '/part/cat', '/nothing']) {
    const { headers } = await assets('GET', path);
    assert.equal(headers['X-Content-Type-Options'], 'nosniff', path);
    assert.equal(headers['Referrer-Policy'], 'no-referrer', path);
    assert.equal(headers['Cross-Origin-Resource-Policy'], 'same-origin', path);
    assert.equal(headers['Cross-Origin-Opener-Policy'], 'same-origin', path);
    assert.match(headers['Permissions-Policy'] ?? '', /camera=\(\).*geolocation=\(\)/, path);
  }
});

test('refuses every path that is not exactly a file of the renderer', async () => {
  const paths = [
    '/../secret.js',
    '/assets/../../secret.js',
    '/%2e%2e/secret.js',
    '/..%2fsecret.js',
    '//assets/index-1.js',
    '/assets/./index-1.js',
    '/assets\\index-1.js',
    '/assets',
    '/assets/',
    '/index.html',
    '/notes.txt',
    '/__proto__',
    '/constructor',
    '',
    'assets/index-1.js',
    '/assets/index-1.js\0',
    '/assets/index-1.js?x',
  ];
  for (const path of paths) assert.equal((await assets('GET', path)).status, 404, path);
  assert.equal((await assets('GET', '/assets/index-1.js')).status, 200);
});

test('refuses every method but GET and HEAD', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'get', '']) {
    assert.equal((await assets(method, '/')).status, 405, method);
  }
});

test('answers HEAD with the headers alone', async () => {
  const { status, headers, body } = await assets('HEAD', '/assets/index-1.js');
  assert.equal(status, 200);
  assert.equal(headers['Content-Type'], 'text/javascript; charset=utf-8');
  assert.equal(body.length, 0);
});

test('serves pictures of a message and never a document', async () => {
  const cat = await assets('GET', '/part/cat');
  assert.equal(cat.status, 200);
  assert.equal(cat.headers['Content-Type'], 'image/png');
  assert.match(cat.headers['Content-Security-Policy'] ?? '', /default-src 'none'.*sandbox/);
  assert.equal((await assets('GET', '/part/drawing')).status, 404);
  assert.equal((await assets('GET', '/part/page')).status, 404);
});

test('does not ask the engine for a part whose name is no token', async () => {
  asked = [];
  for (const path of ['/part/', '/part/a/b', '/part/..', '/part/%61', `/part/${'a'.repeat(129)}`]) {
    assert.equal((await assets('GET', path)).status, 404, path);
  }
  assert.deepEqual(asked, []);
});

test('refuses to start without a built renderer', () => {
  assert.throws(
    () =>
      createAssets({
        rendererDir: join(folder, 'renderer', 'assets'),
        readPart: async () => undefined,
      }),
    /not built/,
  );
});
