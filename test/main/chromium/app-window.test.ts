import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../../app/log.ts';
import { AppWindow } from '../../../main/chromium/app-window.ts';
import { appOrigin, appUrl } from '../../../main/chromium/flags.ts';
import { FakeCdp } from '../../support/fake-cdp.ts';

function open() {
  const cdp = new FakeCdp();
  const ends: string[] = [];
  const window = new AppWindow({
    cdp,
    assets: async () => ({ status: 404, headers: {}, body: new Uint8Array() }),
    logger: silentLogger,
    onFrame: () => undefined,
    onOpenExternal: () => undefined,
    onClosed: (reason) => ends.push(reason),
  });
  const attach = (targetId: string, type: string, url: string): void =>
    cdp.raise('Target.attachedToTarget', {
      sessionId: `s-${targetId}`,
      targetInfo: { targetId, type, url },
      waitingForDebugger: true,
    });
  return { cdp, window, ends, attach };
}

test('puts interception, downloads and permissions under guard before there is a page', async () => {
  const { cdp, window } = open();
  await window.guard();
  assert.deepEqual(cdp.last('Fetch.enable')?.params, {
    patterns: [{ urlPattern: '*', requestStage: 'Request' }],
  });
  assert.deepEqual(cdp.last('Browser.setDownloadBehavior')?.params, { behavior: 'deny' });
  assert.deepEqual(cdp.last('Target.setAutoAttach')?.params, {
    autoAttach: true,
    waitForDebuggerOnStart: true,
    flatten: true,
  });
  const permissions = cdp.sent.filter(({ method }) => method === 'Browser.setPermission');
  assert.equal(permissions.length > 20, true);
  const allowed = permissions.filter(({ params }) => params.setting !== 'denied');
  assert.deepEqual(
    allowed.map(({ params }) => params),
    [{ permission: { name: 'notifications' }, setting: 'granted', origin: appOrigin }],
  );
});

test('lets the page run only after its bridge is sent', () => {
  const { cdp, attach } = open();
  attach('app', 'page', appUrl);
  const methods = cdp.methods();
  const run = methods.indexOf('Runtime.runIfWaitingForDebugger');
  assert.equal(methods.indexOf('Runtime.addBinding') < run, true);
  assert.equal(methods.indexOf('Page.addScriptToEvaluateOnNewDocument') < run, true);
  assert.equal(methods.indexOf('Page.addScriptToEvaluateOnNewDocument') >= 0, true);
});

test('closes every page but the first one at the app’s address, and never lets it run', () => {
  const { cdp, attach } = open();
  attach('other', 'page', 'https://letterlock.invalid.example/');
  attach('app', 'page', appUrl);
  attach('twin', 'page', appUrl);
  attach('blank', 'page', 'about:blank');
  const closed = cdp.sent.filter(({ method }) => method === 'Target.closeTarget');
  assert.deepEqual(
    closed.map(({ params }) => params.targetId),
    ['other', 'twin', 'blank'],
  );
  const ran = cdp.sent.filter(({ method }) => method === 'Runtime.runIfWaitingForDebugger');
  assert.deepEqual(
    ran.map(({ sessionId }) => sessionId),
    ['s-app'],
  );
});

test('never lets a worker of any kind run', () => {
  const { cdp, attach } = open();
  for (const type of ['worker', 'shared_worker', 'service_worker', 'worklet', 'auction_worklet']) {
    attach(type, type, `${appUrl}worker.js`);
  }
  assert.equal(cdp.methods().includes('Runtime.runIfWaitingForDebugger'), false);
});

test('answers every dialog with no, and lets the window close', () => {
  const { cdp, attach } = open();
  attach('app', 'page', appUrl);
  for (const [type, accept] of [
    ['alert', false],
    ['confirm', false],
    ['prompt', false],
    ['beforeunload', true],
  ] as const) {
    cdp.raise('Page.javascriptDialogOpening', { type }, 's-app');
    assert.deepEqual(cdp.last('Page.handleJavaScriptDialog')?.params, { accept }, type);
  }
});

test('leads the main frame back, and gives up when it keeps leaving', () => {
  const { cdp, attach, ends } = open();
  attach('app', 'page', appUrl);
  const leave = (id: string, url: string): void =>
    cdp.raise('Page.frameNavigated', { frame: { id, url } }, 's-app');
  leave('app', appUrl);
  leave('child', 'about:blank');
  assert.equal(cdp.methods().includes('Page.navigate'), false);
  for (let times = 0; times < 3; times += 1) leave('app', 'data:text/html,x');
  assert.deepEqual(cdp.last('Page.navigate')?.params, { url: appUrl });
  assert.deepEqual(ends, []);
  leave('app', 'data:text/html,x');
  assert.deepEqual(ends, ['crashed']);
});

test('brings a page that died back once and ends at the second death', () => {
  const { cdp, attach, ends } = open();
  attach('app', 'page', appUrl);
  cdp.raise('Inspector.targetCrashed', {}, 's-app');
  assert.equal(cdp.methods().filter((method) => method === 'Page.reload').length, 1);
  cdp.raise('Inspector.targetCrashed', {}, 's-app');
  assert.deepEqual(ends, ['crashed']);
});

test('ends when its own page is closed and not when another is', () => {
  const { cdp, attach, ends } = open();
  attach('app', 'page', appUrl);
  cdp.raise('Target.targetDestroyed', { targetId: 'other' });
  assert.deepEqual(ends, []);
  cdp.raise('Target.targetDestroyed', { targetId: 'app' });
  assert.deepEqual(ends, ['closed']);
});
