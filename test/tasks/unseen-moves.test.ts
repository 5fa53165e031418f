/**
 * Changes of messages that a move took where no sync has been, against a real Dovecot; and answers
 * that were on their way while a move was carried out.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accountId, type Lab, letter, startLab, until, user } from '../imap/engine-lab.ts';
import { archiveOf, done, flavours, refsOf, shown, startMoves, subjects } from './moves-lab.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

for (const [name, flavour] of Object.entries(flavours)) {
  test(`${name}: what is wanted by the old name before a sync has seen the new one is done`, async (t) => {
    const { app } = await startMoves(t, lab, flavour);
    t.after(() => app.stop());
    const old = refsOf(app, /^go/);
    const one = refsOf(app, /^go one/);
    const archived = app.changes.archive(old);
    await done(app);
    const archive = archiveOf(app);
    app.store.placement.remove(archive.mailboxId, app.store.reader.uids(archive.mailboxId));
    assert.deepEqual(shown(app, archive.mailboxId), []);
    assert.equal(app.changes.setFlags(old, { flagged: true }).length, 1);
    assert.equal(app.changes.setKeyword(one, 'letterlock-blue', true).length, 1);
    const thrown = app.changes.delete(one);
    assert.equal(thrown.length, 1);
    app.tasks.undo(thrown);
    await done(app);
    assert.deepEqual(await subjects(lab, 'Archive'), ['go one', 'go two']);
    assert.deepEqual(await subjects(lab, 'Trash'), []);
    const query = ['fetch', '-u', user, 'flags', 'mailbox', 'Archive', 'undeleted', 'all'];
    const flags = await lab.dovecot.doveadm(query);
    assert.equal(flags.match(/\\Flagged/g)?.length, 2);
    assert.equal(flags.match(/letterlock-blue/g)?.length, 1);
    await app.mail.syncMailbox(archive.mailboxId);
    await until(() => shown(app, archive.mailboxId).length === 2, 'both in the archive');
    const { rows } = app.mail.window(archive.mailboxId, 0, 5);
    assert.ok(rows.every(({ flagged }) => flagged));
    app.tasks.undo(archived);
    await done(app);
    assert.deepEqual(await subjects(lab, 'INBOX'), ['go one', 'go two', 'stay']);
    await until(() => shown(app, app.inbox().mailboxId).length === 3, 'all in the inbox');
  });
}

test('a mark of a message whose new mailbox was deleted since ends, and changes nothing', async (t) => {
  const { app } = await startMoves(t, lab, { without: [] });
  t.after(() => app.stop());
  const { mailboxId } = await app.mail.createMailbox(accountId, 'Short-lived');
  const old = refsOf(app, /^go one/);
  app.changes.move(old, mailboxId);
  await done(app);
  await lab.dovecot.doveadm(['mailbox', 'delete', '-u', user, '-s', 'Short-lived']);
  app.store.placement.remove(mailboxId, app.store.reader.uids(mailboxId));
  assert.equal(app.changes.setFlags(old, { flagged: true }).length, 1);
  app.changes.archive(old);
  await done(app);
  assert.deepEqual(await subjects(lab, 'Archive'), []);
  assert.deepEqual(await subjects(lab, 'INBOX'), ['go two', 'stay']);
});

test('a message that left while a sync was fetching it does not come back by that answer', async (t) => {
  // Without QRESYNC the server does not say which one went.
  const { app, proxy } = await startMoves(t, lab, { without: ['QRESYNC'] });
  t.after(() => app.stop());
  const archive = archiveOf(app);
  const archived = app.changes.archive(refsOf(app, /^go one/));
  await done(app);
  await until(() => archiveOf(app).complete, 'the archive known');
  await lab.dovecot.appendAll(user, [{ raw: letter('third'), options: { mailbox: 'Archive' } }]);
  // As before the first look at it: both are asked for.
  const unknown = { uidNext: 1, highestModSeq: 0n, complete: true };
  app.store.writer.mailboxes.setSyncPoint(archive.mailboxId, unknown);
  app.store.placement.remove(archive.mailboxId, app.store.reader.uids(archive.mailboxId));
  proxy.arm({ command: /^UID FETCH .*ENVELOPE/, kind: 'hold' });
  app.mail.account(accountId).recheck(archive.mailboxId);
  await until(() => proxy.holds(), 'an answer on its way');
  app.tasks.undo(archived);
  await done(app);
  // Also not for the moment until the next look.
  const stored = t.mock.method(app.store.writer, 'upsertMessages');
  proxy.letGo();
  await until(() => shown(app, archive.mailboxId).includes('third'), 'the answer stored');
  const inArchive = stored.mock.calls
    .filter(({ arguments: [mailboxId] }) => mailboxId === archive.mailboxId)
    .flatMap(({ arguments: [, headers] }) => headers.map(({ subject }) => subject));
  assert.deepEqual([...new Set(inArchive)], ['third']);
  assert.deepEqual(shown(app, archive.mailboxId), ['third']);
});

test('a list of mailboxes from before one was made does not take it away again', async (t) => {
  const { app, proxy } = await startMoves(t, lab, { without: [] });
  t.after(() => app.stop());
  proxy.arm({ command: /^LIST /, kind: 'hold' });
  const late = app.mail
    .account(accountId)
    .run((client) => app.mail.account(accountId).refreshMailboxes(client, false), 'background');
  await until(() => proxy.holds(), 'a list on its way');
  const { mailboxId } = await app.mail.createMailbox(accountId, 'New');
  app.changes.move(refsOf(app, /^go one/), mailboxId);
  await done(app);
  proxy.letGo();
  await late;
  assert.deepEqual(shown(app, mailboxId), ['go one']);
});

test('moved where the mailbox was made anew unnoticed, a message is never without its row', async (t) => {
  const { app } = await startMoves(t, lab, { without: [] });
  t.after(() => app.stop());
  await until(() => archiveOf(app).complete, 'the archive known');
  const { uidValidity } = archiveOf(app);
  await lab.dovecot.doveadm(['mailbox', 'delete', '-u', user, '-s', 'Archive']);
  await lab.dovecot.doveadm(['mailbox', 'create', '-u', user, '-s', 'Archive']);
  const seen = new Set<number>();
  const { remove } = app.store.placement;
  t.mock.method(app.store.placement, 'remove', (...args: Parameters<typeof remove>) => {
    seen.add(shown(app, archiveOf(app).mailboxId).length);
    remove.apply(app.store.placement, args);
    seen.add(shown(app, archiveOf(app).mailboxId).length);
  });
  app.changes.archive(refsOf(app, /^go one/));
  await done(app);
  assert.deepEqual([...seen], [1]);
  assert.notEqual(archiveOf(app).uidValidity, uidValidity);
  assert.deepEqual(shown(app, archiveOf(app).mailboxId), ['go one']);
});
