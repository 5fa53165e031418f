/**
 * The person's moves against a real Dovecot behind a proxy that refuses or cuts at every step: in
 * the end each message is there exactly once, on the server and in the store.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { accountId, type Lab, startLab, startMail, until, user } from '../imap/engine-lab.ts';
import type { Fault, Flavour } from './fault-proxy.ts';
import {
  type App,
  archiveOf,
  done,
  flavours,
  refsOf,
  shown,
  startMoves,
  subjects as subjectsOn,
} from './moves-lab.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

const steps: Readonly<Record<string, readonly RegExp[]>> = {
  'MOVE and UIDPLUS': [/^STATUS "?Archive"? .*UIDNEXT/, /^UID MOVE /],
  'MOVE without UIDPLUS': [/^UID MOVE /],
  'COPY with UIDPLUS': [
    /^STATUS "?Archive"? .*UIDNEXT/,
    /^UID COPY /,
    /^UID STORE /,
    /^UID EXPUNGE /,
  ],
  'COPY without UIDPLUS': [/^UID COPY /, /^UID STORE /],
};

const subjects = (mailbox: string) => subjectsOn(lab, mailbox);
const start = (t: TestContext, flavour: Flavour, options: { dir?: string } = {}) =>
  startMoves(t, lab, flavour, options);

async function assertMoved(app: App) {
  assert.deepEqual(await subjects('Archive'), ['go one', 'go two']);
  assert.deepEqual(await subjects('INBOX'), ['stay']);
  await until(() => shown(app, archiveOf(app).mailboxId).length === 2, 'two in the archive');
  assert.deepEqual(shown(app, archiveOf(app).mailboxId), ['go one', 'go two']);
  assert.deepEqual(shown(app, app.inbox().mailboxId), ['stay']);
}

for (const [name, flavour] of Object.entries(flavours)) {
  for (const command of steps[name] ?? []) {
    for (const kind of ['refuse', 'cut before', 'cut after'] as const) {
      const fault: Fault = { command, kind };
      test(`${name}: ${kind} at ${command.source} leaves each message once`, async (t) => {
        const { proxy, app } = await start(t, flavour);
        t.after(() => app.stop());
        proxy.arm(fault);
        app.changes.archive(refsOf(app, /^go/));
        assert.deepEqual(shown(app, app.inbox().mailboxId), ['stay']);
        assert.deepEqual(shown(app, archiveOf(app).mailboxId), ['go one', 'go two']);
        await done(app);
        assert.equal(proxy.hits(), 1);
        assert.ok(!proxy.seen.some((line) => /^EXPUNGE/.test(line)), 'no EXPUNGE of others');
        const refused = () => app.events.filter(({ name: event }) => event === 'task.refused');
        if (kind !== 'refuse' || /EXPUNGE/.test(command.source)) {
          assert.deepEqual(refused(), []);
          await assertMoved(app);
          return;
        }
        await until(() => refused().length === 1, 'the refusal told');
        assert.deepEqual(await subjects('INBOX'), ['go one', 'go two', 'stay']);
        assert.deepEqual(await subjects('Archive'), []);
        await until(() => shown(app, app.inbox().mailboxId).length === 3, 'all back in the inbox');
        assert.deepEqual(shown(app, archiveOf(app).mailboxId), []);
      });
    }
  }
}

test('a moved message keeps its row and its token, and is named by where it is', async (t) => {
  const { app } = await start(t, { without: [] });
  t.after(() => app.stop());
  const [ref] = refsOf(app, /^go one/);
  if (ref === undefined) throw new Error('no message');
  const before = app.store.reader.message(ref.mailboxId, ref.uid);
  app.changes.archive([ref]);
  const [pending] = app.mail.window(archiveOf(app).mailboxId, 0, 5).rows;
  assert.deepEqual(pending?.ref, ref, 'while it is on its way: where the server keeps it');
  await done(app);
  const [row] = app.mail.window(archiveOf(app).mailboxId, 0, 5).rows;
  assert.equal(row?.ref.mailboxId, archiveOf(app).mailboxId);
  const after = app.store.reader.message(row?.ref.mailboxId ?? 0, row?.ref.uid ?? 0);
  assert.equal(after?.rowId, before?.rowId);
  assert.equal(after?.token, before?.token);
  const body = await app.mail.bodies.openMessage(row?.ref ?? ref);
  assert.equal(body.subject, 'go one');
});

test('a move that was carried out before a restart is neither lost nor done twice', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-moves-'));
  const { proxy, app } = await start(t, { without: ['MOVE'] }, { dir });
  proxy.arm({ command: /^UID COPY /, kind: 'cut after' });
  app.changes.archive(refsOf(app, /^go/));
  await until(() => proxy.hits() === 1, 'the cut');
  app.state.online = false;
  await app.stop();
  const second = startMail(lab.dovecot, { dir });
  t.after(async () => {
    await second.stop();
    rmSync(dir, { recursive: true });
  });
  second.start();
  await done(second);
  await assertMoved(second);
});

test('a message that has just come back with another uid is still changed by its old name', async (t) => {
  const { app } = await start(t, { without: [] });
  t.after(() => app.stop());
  const [old] = refsOf(app, /^go one/);
  if (old === undefined) throw new Error('no message');
  const archived = app.changes.archive([old]);
  await done(app);
  app.tasks.undo(archived);
  await done(app);
  assert.notDeepEqual(refsOf(app, /^go one/), [old]);
  assert.equal(app.changes.setFlags([old], { flagged: true }).length, 1);
  await done(app);
  const query = ['fetch', '-u', user, 'flags', 'mailbox', 'INBOX', 'header', 'subject', 'go one'];
  assert.match(await lab.dovecot.doveadm(query), /\\Flagged/);
  app.changes.delete([old]);
  await done(app);
  assert.deepEqual(await subjects('Trash'), ['go one']);
});

test('changes made offline reach the server in order, also those of messages moved before', async (t) => {
  const { app } = await start(t, { without: [] });
  t.after(() => app.stop());
  app.state.online = false;
  app.cut();
  const refs = refsOf(app, /^go/);
  app.changes.archive(refs);
  const inArchive = app.mail.window(archiveOf(app).mailboxId, 0, 5).rows;
  const goOne = inArchive.find(({ subject }) => subject === 'go one');
  const goTwo = inArchive.find(({ subject }) => subject === 'go two');
  if (goOne === undefined || goTwo === undefined) throw new Error('not shown as archived');
  app.changes.setFlags([goOne.ref], { seen: true });
  app.changes.setKeyword([goOne.ref], 'letterlock-blue', true);
  app.changes.delete([goTwo.ref]);
  const kept = app.changes.archive(refsOf(app, /^stay/));
  assert.deepEqual(app.tasks.undo(kept), []);
  assert.deepEqual(shown(app, app.inbox().mailboxId), ['stay']);
  app.state.online = true;
  await done(app);
  assert.deepEqual(await subjects('INBOX'), ['stay']);
  assert.deepEqual(await subjects('Archive'), ['go one']);
  assert.deepEqual(await subjects('Trash'), ['go two']);
  const flags = await lab.dovecot.doveadm([
    'fetch',
    '-u',
    user,
    'flags',
    'mailbox',
    'Archive',
    'all',
  ]);
  assert.match(flags, /\\Seen/);
  assert.match(flags, /letterlock-blue/);
  await until(() => {
    const [row] = app.mail.window(archiveOf(app).mailboxId, 0, 5).rows;
    return row?.seen === true && row.keywords?.includes('letterlock-blue') === true;
  }, 'flag and keyword in the store');
});

for (const hides of ['mark', 'mark and a deletion that waits'] as const) {
  test(`moved away and back, seen in between with our own ${hides}: shown as it is meant`, async (t) => {
    const { app } = await start(t, { without: ['MOVE'] });
    t.after(() => app.stop());
    app.state.online = false;
    app.cut();
    const refs = refsOf(app, /^go/);
    const inboxId = app.inbox().mailboxId;
    app.changes.archive(refs);
    app.changes.move(refs, inboxId);
    const forever = hides !== 'mark';
    if (forever) app.changes.deleteForever(refs);
    // As a sync sees them between STORE and EXPUNGE of the first move.
    const marked = { deleted: true, seen: false, flagged: false, answered: false };
    app.store.writer.setFlags(inboxId, new Map(refs.map(({ uid }) => [uid, marked])));
    app.state.online = true;
    await done(app);
    const expected = forever ? ['stay'] : ['go one', 'go two', 'stay'];
    assert.deepEqual(await subjects('INBOX'), expected);
    await until(() => shown(app, inboxId).length === expected.length, 'all shown');
    assert.deepEqual(shown(app, inboxId), expected);
    assert.deepEqual(shown(app, archiveOf(app).mailboxId), []);
  });
}

test('changes outlive mail.db, also in a mailbox that nobody has opened since', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-moves-'));
  const { app } = await start(t, { without: [] }, { dir });
  app.changes.archive(refsOf(app, /^go/));
  await done(app);
  app.state.online = false;
  app.cut();
  const { rows } = app.mail.window(archiveOf(app).mailboxId, 0, 5);
  const refs = (subject: string) =>
    rows.filter((row) => row.subject === subject).map(({ ref }) => ref);
  app.changes.setFlags(refs('go one'), { flagged: true });
  app.changes.setKeyword(refs('go one'), 'letterlock-blue', true);
  app.changes.delete(refs('go two'));
  await app.stop();
  for (const end of ['', '-wal', '-shm']) rmSync(join(dir, `mail.db${end}`), { force: true });
  const second = startMail(lab.dovecot, { dir });
  t.after(async () => {
    await second.stop();
    rmSync(dir, { recursive: true });
  });
  second.start();
  // Any new change starts the queue, also before the server has said what mailboxes there are.
  second.tasks.wake(accountId);
  await done(second);
  assert.deepEqual(await subjects('Archive'), ['go one']);
  assert.deepEqual(await subjects('Trash'), ['go two']);
  const flags = await lab.dovecot.doveadm(['fetch', '-u', user, 'flags', 'subject', 'go one']);
  assert.match(flags, /\\Flagged/);
  assert.match(flags, /letterlock-blue/);
});

test('a move that is done is taken back by another; deletion for good cannot be', async (t) => {
  const { app } = await start(t, { without: [] });
  t.after(() => app.stop());
  const moved = app.changes.delete(refsOf(app, /^go/));
  await done(app);
  assert.deepEqual(await subjects('Trash'), ['go one', 'go two']);
  assert.equal(app.tasks.undo(moved).length, 1);
  assert.deepEqual(shown(app, app.inbox().mailboxId), ['go one', 'go two', 'stay']);
  await done(app);
  assert.deepEqual(await subjects('INBOX'), ['go one', 'go two', 'stay']);
  assert.deepEqual(await subjects('Trash'), []);
  const gone = app.changes.deleteForever(refsOf(app, /^go one/));
  await done(app);
  assert.deepEqual(await subjects('INBOX'), ['go two', 'stay']);
  assert.deepEqual(app.tasks.undo(gone), []);
});

test('the second of two moves is taken back to where the first had put it', async (t) => {
  const { app } = await start(t, { without: [] });
  t.after(() => app.stop());
  const refs = refsOf(app, /^go/);
  app.changes.delete(refs);
  const second = app.changes.archive(refs);
  await done(app);
  assert.deepEqual(await subjects('Archive'), ['go one', 'go two']);
  app.tasks.undo(second);
  await done(app);
  assert.deepEqual(await subjects('Trash'), ['go one', 'go two']);
  assert.deepEqual(await subjects('INBOX'), ['stay']);
});

for (const when of ['under way', 'done'] as const) {
  test(`a move back, taken back when it is ${when}, ends where the first had put it`, async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'letterlock-moves-'));
    const { proxy, app } = await start(t, { without: [] }, { dir });
    const refs = refsOf(app, /^go/);
    const inboxId = app.inbox().mailboxId;
    if (when === 'under way') proxy.arm({ command: /^UID MOVE .*INBOX/, kind: 'cut after' });
    app.changes.delete(refs);
    const back = app.changes.move(refs, inboxId);
    if (when === 'done') await done(app);
    else await until(() => proxy.hits() === 1, 'the second move under way');
    assert.deepEqual(shown(app, inboxId), ['go one', 'go two', 'stay']);
    app.tasks.undo(back);
    assert.deepEqual(shown(app, inboxId), ['stay']);
    app.state.online = false;
    await app.stop();
    const second = startMail(lab.dovecot, { dir });
    t.after(async () => {
      await second.stop();
      rmSync(dir, { recursive: true });
    });
    second.start();
    assert.deepEqual(shown(second, inboxId), ['stay']);
    await done(second);
    assert.deepEqual(await subjects('Trash'), ['go one', 'go two']);
    assert.deepEqual(await subjects('INBOX'), ['stay']);
  });
}

test('what was done before a move is taken back where the message is by now', async (t) => {
  const { app } = await start(t, { without: [] });
  t.after(() => app.stop());
  const refs = refsOf(app, /^go one/);
  const flag = app.changes.setFlags(refs, { flagged: true });
  const label = app.changes.setKeyword(refs, 'letterlock-blue', true);
  const first = app.changes.delete(refs);
  await done(app);
  const trash = app.store.reader.mailboxByRole(accountId, 'trash');
  const { rows } = app.mail.window(trash?.mailboxId ?? 0, 0, 5);
  app.changes.archive(rows.map(({ ref }) => ref));
  await done(app);
  app.tasks.undo([...flag, ...label]);
  await done(app);
  const flags = await lab.dovecot.doveadm(['fetch', '-u', user, 'flags', 'subject', 'go one']);
  assert.doesNotMatch(flags, /Flagged|letterlock-blue/);
  assert.deepEqual(await subjects('Archive'), ['go one']);
  app.tasks.undo(first);
  await done(app);
  assert.deepEqual(await subjects('INBOX'), ['go one', 'go two', 'stay']);
});

test('deletion for good never takes what others marked, with or without UIDPLUS', async (t) => {
  for (const flavour of [{ without: [] }, { without: ['UIDPLUS'] }]) {
    const { proxy, app } = await start(t, flavour);
    await lab.dovecot.doveadm(['flags', 'add', '-u', user, '\\Deleted', 'subject', 'stay']);
    await until(() => app.inbox().total === 2, 'what others marked is hidden');
    app.changes.deleteForever(refsOf(app, /^go one/));
    await done(app);
    assert.ok(!proxy.seen.some((line) => /^EXPUNGE/.test(line)));
    await lab.dovecot.doveadm(['flags', 'remove', '-u', user, '\\Deleted', 'subject', 'stay']);
    assert.deepEqual(await subjects('INBOX'), ['go two', 'stay']);
    await until(() => shown(app, app.inbox().mailboxId).includes('stay'), 'shown again');
    assert.deepEqual(shown(app, app.inbox().mailboxId), ['go two', 'stay']);
    await app.stop();
  }
});

test('junk and back: moved, and marked for the filter', async (t) => {
  const { app } = await start(t, { without: [] });
  t.after(() => app.stop());
  app.changes.junk(refsOf(app, /^go one/), true);
  await done(app);
  assert.deepEqual(await subjects('Junk'), ['go one']);
  const junk = app.store.reader.mailboxByRole(accountId, 'junk');
  const [row] = app.mail.window(junk?.mailboxId ?? 0, 0, 5).rows;
  assert.ok(row?.keywords?.includes('$Junk'));
  app.changes.junk(row === undefined ? [] : [row.ref], false);
  await done(app);
  assert.deepEqual(await subjects('INBOX'), ['go one', 'go two', 'stay']);
  const flags = await lab.dovecot.doveadm(['fetch', '-u', user, 'flags', 'subject', 'go one']);
  assert.match(flags, /\$NotJunk/);
  assert.doesNotMatch(flags, /\$Junk/);
});
