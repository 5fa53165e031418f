import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type GuardedContents,
  type GuardedEvent,
  type GuardedSession,
  guardContents,
  guardSession,
} from '../../../main/electron/guards.ts';
import { ownPath } from '../../../main/electron/origin.ts';

/** Collects every handler that the guard gives to a session. */
function guardedSession() {
  type Handler<K extends keyof GuardedSession> = GuardedSession[K] extends (
    handler: infer H,
    ...rest: never[]
  ) => unknown
    ? NonNullable<H>
    : never;
  let request: Handler<'setPermissionRequestHandler'> | undefined;
  let check: Handler<'setPermissionCheckHandler'> | undefined;
  let device: Handler<'setDevicePermissionHandler'> | undefined;
  let media: Handler<'setDisplayMediaRequestHandler'> | undefined;
  let download: ((event: { preventDefault(): void }) => void) | undefined;
  let before:
    | ((details: never, callback: (answer: { cancel?: boolean }) => void) => void)
    | undefined;
  let spelling = true;
  const session = {
    setPermissionRequestHandler: (handler: typeof request) => {
      request = handler;
    },
    setPermissionCheckHandler: (handler: typeof check) => {
      check = handler;
    },
    setDevicePermissionHandler: (handler: typeof device) => {
      device = handler;
    },
    setDisplayMediaRequestHandler: (handler: typeof media) => {
      media = handler;
    },
    setSpellCheckerEnabled: (on: boolean) => {
      spelling = on;
    },
    on: (_event: string, listener: typeof download) => {
      download = listener;
    },
    webRequest: {
      onBeforeRequest: (listener: typeof before) => {
        before = listener;
      },
    },
  };
  // A stand-in for the parts that are used; Electron itself cannot be had in a test.
  guardSession(session as unknown as GuardedSession);
  const ask = (permission: string): boolean => {
    let granted = true;
    request?.(
      undefined as never,
      permission as never,
      (answer) => {
        granted = answer;
      },
      undefined as never,
    );
    return granted;
  };
  const cancelled = (url: string): boolean => {
    let cancel: boolean | undefined;
    before?.({ url } as never, (answer) => {
      cancel = answer.cancel;
    });
    return cancel === true;
  };
  return {
    ask,
    check: (permission: string) =>
      check?.(null, permission as never, '', undefined as never) ?? true,
    device: () => device?.(undefined as never) ?? true,
    media: () => {
      let streams: unknown = 'not asked';
      media?.(undefined as never, (answer) => {
        streams = answer;
      });
      return streams;
    },
    download: () => {
      let prevented = false;
      download?.({
        preventDefault: () => {
          prevented = true;
        },
      });
      return prevented;
    },
    cancelled,
    spelling: () => spelling,
  };
}

test('denies every permission but copying after a click, when asked and when checked', () => {
  const session = guardedSession();
  for (const name of [
    'media',
    'geolocation',
    'notifications',
    'clipboard-read',
    'openExternal',
    'fullscreen',
  ]) {
    assert.equal(session.ask(name), false, name);
    assert.equal(session.check(name), false, name);
  }
  assert.equal(session.ask('clipboard-sanitized-write'), true);
});

test('denies devices, screen capture, downloads and fetched dictionaries', () => {
  const session = guardedSession();
  assert.equal(session.device(), false);
  assert.deepEqual(session.media(), {});
  assert.equal(session.download(), true);
  assert.equal(session.spelling(), false);
});

test('cancels every request but the app’s own', () => {
  const session = guardedSession();
  assert.equal(session.cancelled('letterlock://app/assets/a.js'), false);
  for (const url of [
    'https://example.org/',
    'http://127.0.0.1/',
    'ws://127.0.0.1/',
    'file:///etc/passwd',
    'letterlock://other/',
    'letterlock://user@app/',
    'letterlock://app:1/',
    'devtools://devtools/',
    'blob:letterlock://app/1',
    'nonsense',
  ]) {
    assert.equal(session.cancelled(url), true, url);
  }
});

function guardedContents() {
  type Listener = Parameters<GuardedContents['on']>[1];
  let open: (() => { action: string }) | undefined;
  const listeners = new Map<GuardedEvent, Listener>();
  guardContents({
    setWindowOpenHandler: (handler: unknown) => {
      open = handler as typeof open;
    },
    on: (event, listener) => listeners.set(event, listener),
  } satisfies GuardedContents);
  const prevented = (event: GuardedEvent, facts: object = {}): boolean => {
    let stopped = false;
    const preventDefault = (): void => {
      stopped = true;
    };
    listeners.get(event)?.({ ...facts, preventDefault });
    return stopped;
  };
  return { open: () => open?.(), prevented };
}

test('denies new windows, navigation, redirects and webviews in all contents', () => {
  const { open, prevented } = guardedContents();
  assert.deepEqual(open(), { action: 'deny' });
  const url = 'letterlock://app/message-frame.html';
  for (const event of ['will-navigate', 'will-redirect', 'will-attach-webview'] as const) {
    assert.equal(prevented(event, { url, isMainFrame: false }), true, event);
  }
});

test('a frame may load the empty message frame and nothing else', () => {
  const { prevented } = guardedContents();
  const frame = (url: string, isMainFrame: boolean) =>
    prevented('will-frame-navigate', { url, isMainFrame });
  assert.equal(frame('letterlock://app/message-frame.html', false), false);
  assert.equal(frame('letterlock://app/message-frame.html', true), true);
  assert.equal(frame('letterlock://app/', false), true);
  assert.equal(frame('https://example.org/message-frame.html', false), true);
  assert.equal(prevented('will-frame-navigate'), true);
});

test('reads a path only from the app’s own addresses', () => {
  assert.equal(ownPath('letterlock://app/'), '/');
  assert.equal(ownPath('letterlock://app/part/abc'), '/part/abc');
  assert.equal(ownPath('letterlock://app/?x'), undefined);
  assert.equal(ownPath('https://app/'), undefined);
});
