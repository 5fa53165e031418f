/** Generated mail on a real Dovecot: made once, then copied. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ImapFlow } from 'imapflow';
import { mailLogin, startMailServer } from '../support/bench-mail/mail-store.ts';
import { makeMessages } from '../support/bench-mail/messages.ts';

test('serves the generated messages in order, with their flags, dates and octets', async (t) => {
  const plan = { count: 120, seed: 3 };
  const made = [...makeMessages(plan.count, plan.seed)];
  // The second server takes what the first has made, and sees nothing of the first one's changes.
  for (const round of [1, 2]) {
    const dir = await mkdtemp(join(tmpdir(), 'letterlock-bench-mail-'));
    t.after(() => rm(dir, { recursive: true, force: true }));
    const dovecot = await startMailServer(dir, plan);
    t.after(() => dovecot.stop());
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: dovecot.imapPort,
      secure: false,
      doSTARTTLS: false,
      auth: { user: mailLogin.user, pass: mailLogin.password },
      logger: false,
    });
    await client.connect();
    const lock = await client.getMailboxLock('INBOX');
    const query = { uid: true, flags: true, internalDate: true, source: true };
    const found = await client.fetchAll('1:*', query, { uid: true });
    assert.equal(found.length, plan.count);
    for (const [index, message] of made.entries()) {
      const { uid, flags, internalDate, source } = found[index] ?? {};
      assert.equal(uid, index + 1);
      assert.deepEqual(source, message.raw);
      assert.equal(new Date(internalDate ?? 0).getTime(), message.receivedAt.getTime());
      const own = [...(flags ?? [])].filter((flag) => flag !== '\\Recent').sort();
      assert.deepEqual(own, [...message.flags].sort(), `round ${round}`);
    }
    await client.messageFlagsSet('1:*', ['\\Deleted']);
    await client.messageDelete('1:50');
    lock.release();
    await client.logout();
  }
});
