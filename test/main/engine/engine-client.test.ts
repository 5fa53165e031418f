/** The whole engine in its worker, over frames, against real servers with STARTTLS. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  downFrame,
  events,
  type MethodInput,
  type MethodName,
  type MethodOutput,
  methods,
  type WireError,
} from '../../../app/contract/index.ts';
import type { EngineHost } from '../../../app/engine-types.ts';
import { silentLogger } from '../../../app/log.ts';
import { EngineClient } from '../../../main/engine/engine-client.ts';
import { workerUrl } from '../../../main/layout.ts';
import { until } from '../../imap/engine-lab.ts';
import { createTestCa } from '../../support/certificates.ts';
import { type Dovecot, startDovecot } from '../../support/servers/dovecot.ts';
import { startNpmSubmission } from '../../support/servers/inject.ts';

const user = 'mia@example.test';
let dir: string;
let dovecot: Dovecot;
let submission: Awaited<ReturnType<typeof startNpmSubmission>>;
let caPem: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'letterlock-engine-'));
  const ca = createTestCa(dir);
  ({ caPem } = ca);
  const tls = ca.issue({ names: ['localhost', '127.0.0.1'] });
  const users = [{ user, password: 'right' }];
  dovecot = await startDovecot({ dir, users, tls });
  submission = await startNpmSubmission({ domain: 'example.test', users, dovecot, tls });
});
after(async () => {
  await submission.stop();
  await dovecot.stop();
  await rm(dir, { recursive: true, force: true });
});

class CallError extends Error {
  readonly wire: WireError;
  constructor(wire: WireError) {
    super(wire.code);
    this.wire = wire;
  }
}

/** A window's side of the frames. */
function startWindow(profile: string, script: URL = workerUrl) {
  const saveTo = join(dir, 'saved.txt');
  const dragged: string[] = [];
  const host: EngineHost = {
    version: '0.0.0',
    kind: 'fixture',
    capabilities: ['dragOut'],
    secretStorage: 'session',
    sealSecret: (secret) => Promise.resolve(Buffer.from(secret).reverse()),
    openSecret: (sealed) => Promise.resolve(Buffer.from(sealed).reverse().toString()),
    chooseSavePath: () => Promise.resolve(saveTo),
    startDrag: async (path) => void dragged.push(path),
    logger: silentLogger,
  };
  const client = new EngineClient({
    profileDir: join(dir, profile),
    host,
    trustAnchors: [caPem],
    workerUrl: script,
  });
  const waiting = new Map<number, (frame: ReturnType<typeof downFrame.parse>) => void>();
  const seen: { name: string; payload: unknown }[] = [];
  client.onFrame((json) => {
    const frame = downFrame.parse(JSON.parse(json));
    if (frame.kind === 'event') seen.push(frame);
    else waiting.get(frame.id)?.(frame);
  });
  let last = 0;
  const call = async <M extends MethodName>(
    method: M,
    input: MethodInput<M>,
  ): Promise<MethodOutput<M>> => {
    last += 1;
    const id = last;
    const answer = new Promise<ReturnType<typeof downFrame.parse>>((resolve) => {
      waiting.set(id, resolve);
    });
    client.postFrame(JSON.stringify({ kind: 'call', id, method, input }));
    const frame = await answer;
    if (frame.kind === 'error') throw new CallError(frame.error);
    assert.equal(frame.kind, 'result');
    return methods[method].output.parse(
      'output' in frame ? frame.output : undefined,
    ) as MethodOutput<M>;
  };
  return { client, call, seen, saveTo, dragged };
}

function accountInput(): MethodInput<'account.add'> {
  return {
    address: user,
    displayName: 'Mia',
    userName: user,
    password: 'right',
    imap: { host: 'localhost', port: dovecot.imapPort, transport: 'clear' },
    submission: { host: 'localhost', port: submission.submissionPort, transport: 'clear' },
    acceptedIdentities: [],
    allowClear: false,
  };
}

test('adds an account, reads, sends to itself, saves an attachment, and remembers', async (t) => {
  const picture = 'iVBORw0KGgo=';
  await dovecot.deliver(
    user,
    [
      `From: Ada <ada@example.test>\r\nTo: ${user}\r\nSubject: picture\r\nMIME-Version: 1.0`,
      'Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n',
      '<p>Look: <img src="cid:p1"></p>\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <p1>',
      `Content-Transfer-Encoding: base64\r\n\r\n${picture}\r\n--b--\r\n`,
    ].join('\r\n'),
  );
  const window = startWindow('profile');
  t.after(() => window.client.stop());
  const account = await window.call('account.add', accountInput());
  assert.equal(account.lock.legs[0]?.floor, 'encrypted');
  const { accountId } = account;

  const inbox = async () => {
    const [first] = await window.call('mailbox.list', { accountId });
    assert.ok(first);
    return window.call('message.list', { mailboxId: first.mailboxId, offset: 0, limit: 10 });
  };
  await until(async () => (await inbox()).total === 1, 'the first message');
  const [row] = (await inbox()).rows;
  assert.ok(row);
  const body = await window.call('message.open', { ref: row.ref });
  assert.equal(body.parts[0]?.inline, true);
  const url = body.parts[0]?.url ?? '';
  const part = await window.client.readPart(url);
  assert.equal(part?.mimeType, 'image/png');
  assert.equal(Buffer.from(part?.bytes ?? []).toString('base64'), picture);
  assert.equal(await window.client.readPart('/part/unknown'), undefined);

  const saved = await window.call('part.save', { ref: row.ref, partId: '1' });
  const again = await window.call('part.save', { ref: row.ref, partId: '1' });
  assert.equal(saved.savedAs, window.saveTo);
  assert.equal(again.savedAs, window.saveTo.replace('.txt', ' (2).txt'));
  assert.equal(readFileSync(window.saveTo).toString('base64'), picture);

  const { dragId = '' } = await window.call('part.prepareDrag', { ref: row.ref, partId: '1' });
  assert.deepEqual(window.dragged, []);
  assert.deepEqual(await window.call('part.drag', { dragId }), { started: true });
  const [draggedPath = ''] = window.dragged;
  assert.equal(draggedPath, join(dir, 'profile', 'drag-out', dragId, 'attachment.png'));
  assert.equal(readFileSync(draggedPath).toString('base64'), picture);
  assert.deepEqual(await window.call('part.drag', { dragId: '0'.repeat(32) }), { started: false });

  await window.call('message.setFlags', { refs: [row.ref], seen: true });
  assert.equal((await inbox()).rows[0]?.seen, true);

  const content = { accountId, to: user, cc: '', bcc: '', subject: 'to me', text: 'Hello me.' };
  const draft = await window.call('draft.create', content);
  assert.equal((await window.call('settings.get', {})).undoSendSeconds, 10);
  await window.call('settings.set', { undoSendSeconds: 0 });
  await window.call('outbox.submit', { draftId: draft.draftId });
  await until(async () => (await inbox()).rows.some((r) => r.subject === 'to me'), 'my own mail');
  await until(async () => {
    const boxes = await window.call('mailbox.list', { accountId });
    return boxes.some((box) => box.role === 'sent' && box.total === 1);
  }, 'a copy in Sent');
  await until(
    async () => (await window.call('account.list', {}))[0]?.lock.state === 'encrypted',
    'the lock says encrypted',
  );
  const arrived = window.seen.find(({ name }) => name === 'message.arrived');
  assert.equal(events['message.arrived'].parse(arrived?.payload).row.subject, 'to me');

  await window.client.stop();
  assert.equal(existsSync(draggedPath), false);
  const next = startWindow('profile');
  t.after(() => next.client.stop());
  const accounts = await next.call('account.list', {});
  assert.equal(accounts[0]?.address, user);
  const boxes = await next.call('mailbox.list', { accountId });
  assert.ok((boxes[0]?.total ?? 0) >= 2);
  await next.call('part.prepareDrag', { ref: row.ref, partId: '1' });
  assert.equal(readdirSync(join(dir, 'profile', 'drag-out')).length, 1);
  await next.call('account.remove', { accountId });
  assert.deepEqual(readdirSync(join(dir, 'profile', 'drag-out')), []);
  assert.deepEqual(await next.call('account.list', {}), []);
  await assert.rejects(next.call('mailbox.list', { accountId }), /account.not-found/);
});

test('a wrong password leaves nothing behind', async (t) => {
  const window = startWindow('wrong');
  t.after(() => window.client.stop());
  await assert.rejects(
    window.call('account.add', { ...accountInput(), password: 'wrong' }),
    /auth.failed/,
  );
  assert.deepEqual(await window.call('account.list', {}), []);
});

test('a profile of a newer program is answered with its code, and stays as it is', async (t) => {
  const profile = join(dir, 'newer');
  await mkdir(profile);
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(join(profile, 'tasks.db'));
  db.exec('PRAGMA user_version = 99');
  db.close();
  const window = startWindow('newer');
  t.after(() => window.client.stop());
  await assert.rejects(window.call('account.list', {}), /storage.newer-schema/);
  assert.ok(!existsSync(join(profile, 'tasks.db.damaged')));
});

test('calls that are open when the worker dies are answered, and a new worker is started', async (t) => {
  const window = startWindow('dying', new URL('./dying-worker.ts', import.meta.url));
  t.after(() => window.client.stop());
  await assert.rejects(window.call('app.info', {}), /internal/);
  await assert.rejects(window.call('app.info', {}), /internal/);
  assert.ok(window.seen.some(({ name }) => name === 'account.changed'));
});

test('after three deaths calls are refused at once instead of waiting for ever', async (t) => {
  const window = startWindow('dead', new URL('./dying-worker.ts', import.meta.url));
  t.after(() => window.client.stop());
  for (let call = 0; call < 6; call++) {
    await assert.rejects(window.call('app.info', {}), /internal/);
  }
  const restarts = window.seen.filter(({ name }) => name === 'account.changed').length;
  assert.equal(restarts, 3);
});
