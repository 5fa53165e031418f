/**
 * A mailbox that the person renamed, with changes waiting for its messages, when the connection and
 * the engine end before it is known what the server did.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  accountId,
  type Lab,
  letter,
  startLab,
  startMail,
  until,
  user,
} from '../imap/engine-lab.ts';
import { done, startMoves } from './moves-lab.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

for (const kind of ['cut before', 'cut after'] as const) {
  test(`renamed, and ${kind} the server did it: a start carries out what waits`, async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'letterlock-renames-'));
    const { app, proxy } = await startMoves(t, lab, { without: [] }, { dir });
    const [from, to] = [`Box ${kind}`, `Kept ${kind}`];
    const { mailboxId } = await app.mail.createMailbox(accountId, from);
    const add = (subject: string, mailbox: string) =>
      lab.dovecot.append(user, letter(subject), { mailbox });
    await add('wanted', from);
    await app.mail.syncMailbox(mailboxId);
    const rows = () => app.mail.window(mailboxId, 0, 5).rows;
    await until(() => rows().length === 1, 'the letter');
    await app.tasks.stop();
    app.changes.setFlags(
      rows().map(({ ref }) => ref),
      { flagged: true },
    );
    // What stands goes on; nothing is opened anew.
    app.state.online = false;
    proxy.arm({ command: /^RENAME /, kind });
    await assert.rejects(app.mail.renameMailbox(mailboxId, to));
    await app.stop();
    const now = kind === 'cut after' ? to : from;
    // It is no longer the mailbox that one would know by its counts.
    await add('another', now);

    const second = startMail(lab.dovecot, { dir });
    t.after(async () => {
      await second.stop();
      rmSync(dir, { recursive: true });
    });
    second.start();
    assert.equal(second.mailbox(from)?.mailboxId, mailboxId);
    await done(second);
    const query = ['fetch', '-u', user, 'flags', 'mailbox', now, 'header', 'subject', 'wanted'];
    assert.match(await lab.dovecot.doveadm(query), /\\Flagged/);
    await until(() => second.mailbox(now)?.mailboxId === mailboxId, 'the same mailbox');
    await until(() => second.mailbox(now)?.total === 2, 'both letters');
    assert.deepEqual(second.taskStore.renames(accountId), { begun: [], done: [] });
  });
}
