/** What is fetched ahead, and when: on a store alone, with a server that answers when told to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BackgroundSync } from '../../app/imap/background-sync.ts';
import { Connections } from '../../app/imap/connections.ts';
import { MailboxSync } from '../../app/imap/mailbox-sync.ts';
import { silentLogger } from '../../app/log.ts';
import { openMailStore } from '../../app/store/mail-store.ts';
import { PendingFlags } from '../../app/tasks/pending-flags.ts';
import { until } from './engine-lab.ts';

test('a message that comes while bodies are fetched is not passed over', async (t) => {
  const store = openMailStore(':memory:');
  store.writer.mailboxes.ensureInbox('a');
  const mailboxId = store.reader.mailboxByRole('a', 'inbox')?.mailboxId ?? 0;
  const come = (uid: number) => {
    const flags = { seen: true, flagged: false, answered: false, hasAttachment: false };
    const rest = { to: [], subject: '', receivedAt: Date.now(), sizeBytes: 9 };
    store.writer.upsertMessages(mailboxId, [{ uid, ...flags, ...rest }]);
  };
  come(1);
  store.writer.mailboxes.setSyncPoint(mailboxId, { uidNext: 2, highestModSeq: 1n, complete: true });
  const context = {
    ...store,
    pending: new PendingFlags(),
    changed: () => undefined,
    arrived: () => undefined,
  };
  const asked: number[][] = [];
  const background = new BackgroundSync({
    accountId: 'a',
    context,
    logger: silentLogger,
    connections: new Connections({
      connect: () => Promise.reject(new Error('no server')),
      borrow: () => undefined,
      giveBack: () => undefined,
    }),
    syncOf: () => new MailboxSync(context, mailboxId),
    async inMailbox() {
      const uids = store.sync
        .missingContent(mailboxId, { since: 0, belowRowId: Number.MAX_SAFE_INTEGER, limit: 9 })
        .map(({ uid }) => uid);
      asked.push(uids);
      if (asked.length === 1) {
        come(2);
        background.look(mailboxId, { stale: false });
      }
      for (const uid of uids) {
        const { rowId = 0, token = 0 } = store.reader.message(mailboxId, uid) ?? {};
        store.writer.setKept([{ rowId, token, snippet: '' }]);
      }
    },
    prefetch: () => Promise.resolve(),
    bodiesDays: () => 'all',
    paused: () => false,
    progress: () => undefined,
  });
  t.after(async () => {
    await background.stop();
    store.close();
  });
  background.start();
  background.setOnline(true);
  await until(() => asked.length === 2, 'the second batch');
  assert.deepEqual(asked, [[1], [2]]);
});
