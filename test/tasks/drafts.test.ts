/**
 * Copies of drafts in the Drafts mailbox of a real Dovecot, behind a proxy that refuses or cuts at
 * every step: one copy of what was written last, whatever breaks, and nobody else's message goes.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { DraftContent } from '../../app/contract/index.ts';
import { silentLogger } from '../../app/log.ts';
import { openDraft } from '../../app/open-draft.ts';
import { DraftCopies } from '../../app/submission/draft-copies.ts';
import { Drafts } from '../../app/submission/drafts.ts';
import { OutboxStore } from '../../app/submission/outbox-store.ts';
import { DraftSchedule } from '../../app/tasks/draft-schedule.ts';
import {
  accountId,
  type Lab,
  letter,
  startLab,
  startMail,
  until,
  user,
} from '../imap/engine-lab.ts';
import { type Flavour, startFaultProxy } from './fault-proxy.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
const dirs: string[] = [];
after(async () => {
  await lab.stop();
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});

const blank: DraftContent = { accountId, to: '', cc: '', bcc: '', subject: '', text: '' };

/** One profile: a second one on the same folder is the same person after a restart. */
async function start(t: TestContext, flavour: Flavour = { without: [] }, dir = newDir()) {
  const proxy = await startFaultProxy(lab.dovecot.imapPort, flavour);
  const store = new OutboxStore(dir);
  const copies = new DraftCopies({
    store,
    sender: () => ({ address: user, name: 'Mia' }),
    ownAddress: () => user,
  });
  const app = startMail(lab.dovecot, { dir, imapPort: proxy.port, drafts: copies });
  const { tasks, taskStore } = app;
  const options = { copies, tasks, store: taskStore, logger: silentLogger };
  const schedule = new DraftSchedule({ ...options, quietMs: 50 });
  const drafts = new Drafts({
    store,
    onChanged: () => undefined,
    onTouched: (draftId) => schedule.touched(draftId),
  });
  const outbox = {
    edit(): never {
      throw new Error('nothing is queued');
    },
  };
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    schedule.dispose();
    await app.stop();
    proxy.stop();
    store.close();
  };
  t.after(stop);
  app.start();
  schedule.resume(accountId);
  const settled = () =>
    until(
      () => copies.due(accountId).length === 0 && taskStore.count(accountId) === 0,
      'nothing more to do',
    );
  const parts = {
    draftCopies: copies,
    drafts,
    mail: app.mail,
    outbox,
    stores: { mail: app.store, state: { identities: { ofAccount: () => [] } } },
  };
  const open = async (subject: string) => {
    let ref: Parameters<typeof openDraft>[1] | undefined;
    await until(async () => {
      const mailbox = app.mailbox('Drafts');
      assert.ok(mailbox);
      await app.mail.syncMailbox(mailbox.mailboxId);
      ref = app.mail.window(mailbox.mailboxId, 0, 50).rows.find((r) => r.subject === subject)?.ref;
      return ref !== undefined;
    }, `${subject} in Drafts`);
    assert.ok(ref);
    return openDraft(parts, ref);
  };
  return { app, proxy, store, copies, schedule, drafts, settled, open, stop };
}

function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-drafts-'));
  dirs.push(dir);
  return dir;
}

async function inDrafts(field: string): Promise<string[]> {
  const query = ['mailbox', 'Drafts', 'undeleted', 'all'];
  const said = await lab.dovecot.doveadm(['fetch', '-u', user, field, ...query]);
  return said.split('\f').flatMap((part) => part.trim() || []);
}

/** Messages that are marked and were not removed. */
async function markedInDrafts(): Promise<string[]> {
  const query = ['mailbox', 'Drafts', 'deleted', 'all'];
  const said = await lab.dovecot.doveadm(['fetch', '-u', user, 'hdr.subject', ...query]);
  return said.split('\f').flatMap((part) => part.trim() || []);
}

const subjects = async () =>
  (await inDrafts('hdr.subject')).map((line) => line.replace(/^hdr\.subject: /, '')).sort();

async function emptyDrafts() {
  await lab.dovecot.doveadm(['expunge', '-u', user, 'mailbox', 'Drafts', 'all']).catch(() => '');
}

test('a draft has one copy, with its files and Bcc, that follows it and goes with it', async (t) => {
  await emptyDrafts();
  const { drafts, settled, app } = await start(t);
  const content = { ...blank, subject: 'one', to: 'ada@x.test', bcc: 'eve@x.test' };
  const { draftId } = drafts.create(content);
  const bytes = Buffer.alloc(300_000, 'x');
  drafts.attachBytes(draftId, { fileName: 'big.txt', mimeType: 'text/plain', bytes });
  await until(async () => (await subjects()).length === 1, 'the copy');
  await settled();
  const [flags = ''] = await inDrafts('flags');
  assert.match(flags, /\\Draft/);
  assert.match(flags, /\\Seen/);
  const [source = ''] = await inDrafts('text');
  assert.match(source, /^Bcc: eve@x\.test\r?$/m);
  assert.ok(source.length > 400_000);
  await until(() => app.mailbox('Drafts')?.total === 1, 'it in the list');
  drafts.save(draftId, { ...content, subject: 'two' });
  await until(async () => (await subjects()).includes('two'), 'the next copy');
  await settled();
  assert.deepEqual(await subjects(), ['two']);
  drafts.discard(draftId);
  await until(async () => (await subjects()).length === 0, 'none');
});

const flavours: Readonly<Record<string, Flavour>> = {
  UIDPLUS: { without: [] },
  'no UIDPLUS': { without: ['UIDPLUS', 'COPYUID'] },
};
for (const [name, flavour] of Object.entries(flavours)) {
  for (const kind of ['cut before', 'cut after'] as const) {
    test(`one copy whatever is ${kind}, with ${name}`, async (t) => {
      await emptyDrafts();
      const { drafts, settled, proxy } = await start(t, flavour);
      const { draftId } = drafts.create({ ...blank, subject: 'first' });
      await until(async () => (await subjects()).length === 1, 'the copy');
      await settled();
      const commands = [/^FETCH .*X-DRAFT-REVISION/i, /^APPEND /, /^UID STORE /, /^UID EXPUNGE /];
      const sent = flavour.without.length === 0 ? commands : commands.slice(0, 3);
      for (const [index, command] of sent.entries()) {
        const hits = proxy.hits();
        proxy.arm({ command, kind });
        const subject = `after ${index}`;
        drafts.save(draftId, { ...blank, subject });
        await until(() => proxy.hits() > hits, `${command} to break`);
        await settled();
        assert.deepEqual(await subjects(), [subject]);
        if (flavour.without.length === 0) assert.deepEqual(await markedInDrafts(), []);
      }
    });
  }
}

test('offline a copy waits, also over a restart, and only the last content comes', async (t) => {
  await emptyDrafts();
  const dir = newDir();
  const first = await start(t, { without: [] }, dir);
  await until(() => first.app.mailbox('Drafts') !== undefined, 'the list');
  first.app.state.online = false;
  first.app.cut();
  const { draftId } = first.drafts.create({ ...blank, subject: 'in the tunnel' });
  first.schedule.close(draftId);
  first.drafts.save(draftId, { ...blank, subject: 'still in it' });
  first.schedule.close(draftId);
  assert.equal(first.app.tasks.pending(accountId), 1);
  first.drafts.save(draftId, { ...blank, subject: 'out of it' });
  await first.stop();
  const second = await start(t, { without: [] }, dir);
  await second.settled();
  assert.deepEqual(await subjects(), ['out of it']);
});

test('a program that ends in the midst of an APPEND finds its copy again', async (t) => {
  await emptyDrafts();
  const dir = newDir();
  const first = await start(t, { without: [] }, dir);
  await until(() => first.app.mailbox('Drafts') !== undefined, 'the list');
  first.proxy.arm({ command: /^APPEND /, kind: 'cut after' });
  first.drafts.create({ ...blank, subject: 'once' });
  await until(() => first.proxy.hits() === 1, 'the cut');
  first.app.state.online = false;
  await first.stop();
  assert.deepEqual(await subjects(), ['once']);
  const second = await start(t, { without: [] }, dir);
  await second.settled();
  assert.deepEqual(await subjects(), ['once']);
});

test('among many others the copy before is found as well', async (t) => {
  await emptyDrafts();
  const { drafts, settled } = await start(t);
  const { draftId } = drafts.create({ ...blank, subject: 'old' });
  await until(async () => (await subjects()).length === 1, 'the copy');
  await settled();
  const others = Array.from({ length: 250 }, (_, index) => ({
    raw: letter(`other ${index}`),
    options: { mailbox: 'Drafts' },
  }));
  await lab.dovecot.appendAll(user, others);
  drafts.save(draftId, { ...blank, subject: 'new' });
  await until(async () => (await subjects()).includes('new'), 'the next copy');
  await settled();
  const there = await subjects();
  assert.equal(there.length, 251);
  assert.equal(there.includes('old'), false);
});

test('online again, what waited goes without a restart', async (t) => {
  await emptyDrafts();
  const { app, drafts, schedule, settled } = await start(t);
  await until(() => app.mailbox('Drafts') !== undefined, 'the list');
  app.state.online = false;
  app.cut();
  const { draftId } = drafts.create({ ...blank, subject: 'later' });
  schedule.close(draftId);
  assert.equal(app.tasks.pending(accountId), 1);
  app.state.online = true;
  app.mail.retry(accountId);
  await settled();
  assert.deepEqual(await subjects(), ['later']);
});

test('a copy that another program changed stays beside ours', async (t) => {
  await emptyDrafts();
  const { drafts, settled } = await start(t);
  const { draftId } = drafts.create({ ...blank, subject: 'mine' });
  await until(async () => (await subjects()).length === 1, 'the copy');
  await settled();
  const id = `${draftId}@${user.split('@')[1]}`;
  await lab.dovecot.append(user, letter('theirs', { id }), { mailbox: 'Drafts' });
  drafts.save(draftId, { ...blank, subject: 'mine again' });
  await until(async () => (await subjects()).includes('mine again'), 'the next copy');
  await settled();
  assert.deepEqual(await subjects(), ['mine again', 'theirs']);
});

test('a refused copy is told of once, and the draft is what it was', async (t) => {
  await emptyDrafts();
  const { app, drafts, proxy, copies } = await start(t);
  await until(() => app.mailbox('Drafts') !== undefined, 'the list');
  proxy.arm({ command: /^APPEND /, kind: 'refuse' });
  const { draftId } = drafts.create({ ...blank, subject: 'too much' });
  const refused = () => app.events.filter(({ name }) => name === 'task.refused');
  await until(() => refused().length === 1, 'the refusal');
  assert.deepEqual(copies.due(accountId), []);
  assert.equal(drafts.list()[0]?.draftId, draftId);
});

test("another program's draft is opened with its files, and replaced once it is changed", async (t) => {
  await emptyDrafts();
  const raw = [
    ...['From: mia@example.test', 'To: Ada <ada@x.test>', 'Bcc: eve@x.test', 'Subject: elsewhere'],
    ...['Message-ID: <else@x.test>', 'In-Reply-To: <asked@x.test>', 'MIME-Version: 1.0'],
    ...['Content-Type: multipart/mixed; boundary=b', '', '--b', 'Content-Type: text/plain', ''],
    ...['Begun there', '--b', 'Content-Type: text/plain; name=n.txt'],
    ...['Content-Disposition: attachment; filename=n.txt', '', 'file', '--b--', ''],
  ].join('\r\n');
  await lab.dovecot.append(user, raw, { mailbox: 'Drafts' });
  const { drafts, settled, open, copies, store } = await start(t);
  const draft = await open('elsewhere');
  assert.equal(draft.to, 'Ada <ada@x.test>');
  assert.equal(draft.bcc, 'eve@x.test');
  assert.match(draft.text, /^Begun there/);
  assert.deepEqual(
    draft.attachments.map(({ fileName }) => fileName),
    ['n.txt'],
  );
  assert.equal(store.drafts.get(draft.draftId)?.thread?.messageId, '<asked@x.test>');
  assert.deepEqual(copies.due(accountId), []);
  assert.equal((await open('elsewhere')).draftId, draft.draftId);
  const { draftId, attachments: _files, savedAt: _at, ...content } = draft;
  drafts.save(draftId, { ...content, subject: 'here now' });
  await until(async () => (await subjects()).includes('here now'), 'our copy');
  await settled();
  assert.deepEqual(await subjects(), ['here now']);
  assert.equal((await open('here now')).draftId, draftId);
});
