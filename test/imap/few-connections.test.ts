/** A server that allows an account few connections: everything works, and nothing is an error. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountId, letter, startLab, startMail, until, user } from './engine-lab.ts';

for (const most of [2, 1]) {
  test(`with ${most} connection(s) all mailboxes are synced, and a click is answered`, async (t) => {
    const lab = await startLab({ extraConfig: `mail_max_userip_connections = ${most}` });
    t.after(() => lab.stop());
    await lab.dovecot.appendAll(
      user,
      Array.from({ length: 120 }, (_, index) => ({
        raw: letter(`few ${index}`),
        options: { mailbox: index % 2 === 0 ? 'INBOX' : 'Archive' },
      })),
    );
    const app = startMail(lab.dovecot, { timing: { retryFirstMs: 50 } });
    t.after(() => app.stop());
    app.start();
    await until(() => app.mailbox('Archive')?.complete === true, 'Archive');
    await until(() => app.inbox().complete, 'INBOX');
    const archive = app.mailbox('Archive');
    const row = app.mail.window(archive?.mailboxId ?? 0, 0, 1).rows[0];
    assert.ok(row);
    const body = await app.mail.bodies.openMessage(row.ref);
    assert.match(body.text ?? '', /This is few/);
    await app.mail.syncMailbox(app.inbox().mailboxId);
    await lab.dovecot.deliver(user, letter('still heard'));
    await until(() => app.inbox().total === 61, 'new mail');
    assert.deepEqual(app.problems, []);
    assert.equal(app.mail.status(accountId).paused, false);
  });
}
