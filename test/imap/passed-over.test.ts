/** A message that came, and was changed, while one refresh was under way; against a real Dovecot. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ImapFlow } from 'imapflow';
import { MailboxSync } from '../../app/imap/mailbox-sync.ts';
import { openMailStore } from '../../app/store/mail-store.ts';
import { PendingFlags } from '../../app/tasks/pending-flags.ts';
import { connectBare } from '../support/trial/mail-views.ts';
import { type Lab, letter, startLab, user } from './engine-lab.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

/** Calls `between` after the first fetch, and keeps back what nobody asked for. */
function watchFetches(client: ImapFlow, between: () => Promise<void>): () => void {
  const fetchAll = client.fetchAll.bind(client);
  let calls = 0;
  client.fetchAll = async (range, query, options) => {
    const messages = await fetchAll(range, query, options);
    calls += 1;
    if (calls === 1) await between();
    const last = /:(\d+)$/.exec(String(range))?.[1];
    return last === undefined ? messages : messages.filter(({ uid }) => uid <= Number(last));
  };
  return () => {
    client.fetchAll = fetchAll;
  };
}

test('a change to a message that came just before is not passed over by the mod-sequence', async (t) => {
  const store = openMailStore(':memory:');
  store.writer.mailboxes.ensureInbox('a');
  const mailboxId = store.reader.mailboxByRole('a', 'inbox')?.mailboxId ?? 0;
  const pending = new PendingFlags();
  const told = { changed: () => undefined, arrived: () => undefined };
  const sync = new MailboxSync({ ...store, pending, ...told }, mailboxId);
  const signIn = { port: lab.dovecot.imapPort, user, password: 'right' };
  const [client, other] = [await connectBare(signIn), await connectBare(signIn)];
  t.after(() => {
    client.close();
    other.close();
    store.close();
  });
  await lab.dovecot.append(user, letter('one'));
  await lab.dovecot.append(user, letter('two'));
  await client.mailboxOpen('INBOX');
  await sync.refresh(client);

  await lab.dovecot.append(user, letter('three'));
  const restore = watchFetches(client, async () => {
    await other.mailboxOpen('INBOX');
    await other.messageFlagsAdd('3', ['\\Seen'], { uid: true });
    await other.messageFlagsAdd('1', ['\\Flagged'], { uid: true });
  });
  await sync.refresh(client);
  restore();
  await client.mailboxClose();
  await client.mailboxOpen('INBOX');
  await sync.refresh(client);
  assert.equal(store.reader.message(mailboxId, 1)?.flagged, true);
  assert.equal(store.reader.message(mailboxId, 3)?.seen, true);
});
