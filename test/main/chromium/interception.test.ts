import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../../app/log.ts';
import { allowedPath, interceptRequests } from '../../../main/chromium/interception.ts';
import { FakeCdp } from '../../support/fake-cdp.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('allows the app’s own origin and nothing that looks like it', () => {
  const path = (url: string) =>
    allowedPath({ method: 'GET', url, isDocument: false, frameId: 'f' }, false);
  assert.equal(path('https://letterlock.invalid/assets/a.js'), '/assets/a.js');
  for (const url of [
    'http://letterlock.invalid/',
    'https://letterlock.invalid:8443/',
    'https://letterlock.invalid.example/',
    'https://user@letterlock.invalid/',
    'https://letterlock.invalid/?q=1',
    'https://example.org/letterlock.invalid/',
    'file:///etc/passwd',
    'chrome://settings/',
    'data:text/html,x',
    'nonsense',
  ]) {
    assert.equal(path(url), undefined, url);
  }
});

test('a document is the app in the main frame and never the app in a frame', () => {
  const path = (url: string, isAppFrame: boolean) =>
    allowedPath({ method: 'GET', url, isDocument: true, frameId: 'f' }, isAppFrame);
  assert.equal(path('https://letterlock.invalid/', true), '/');
  assert.equal(path('https://letterlock.invalid/message-frame.html', true), undefined);
  assert.equal(path('https://letterlock.invalid/message-frame.html', false), '/message-frame.html');
  assert.equal(path('https://letterlock.invalid/', false), undefined);
});

test('answers every paused request once: ours, refused, or failed', async () => {
  const cdp = new FakeCdp();
  await interceptRequests({
    cdp,
    logger: silentLogger,
    isAppFrame: (frameId) => frameId === 'main',
    assets: async (_method, path) => {
      if (path === '/broken.js') throw new Error('unreadable');
      return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: Buffer.from('hi') };
    },
  });
  const pause = (requestId: string, url: string, resourceType: string): void =>
    cdp.raise(
      'Fetch.requestPaused',
      { requestId, request: { method: 'GET', url }, resourceType, frameId: 'main' },
      'session',
    );
  pause('1', 'https://letterlock.invalid/', 'Document');
  pause('2', 'https://example.org/pixel.gif', 'Image');
  pause('3', 'https://example.org/', 'Document');
  pause('4', 'https://letterlock.invalid/broken.js', 'Script');
  await settle();
  const answers = cdp.sent.filter(({ method }) => method !== 'Fetch.enable');
  assert.deepEqual(
    answers
      .map(({ method, params, sessionId }) => [
        params.requestId,
        method,
        params.errorReason,
        sessionId,
      ])
      .sort(),
    [
      ['1', 'Fetch.fulfillRequest', undefined, 'session'],
      ['2', 'Fetch.failRequest', 'BlockedByClient', 'session'],
      ['3', 'Fetch.failRequest', 'Aborted', 'session'],
      ['4', 'Fetch.failRequest', 'Failed', 'session'],
    ],
  );
  assert.equal(cdp.last('Fetch.fulfillRequest')?.params.body, 'aGk=');
});
