/** Someone else's program on the lab's account, and what server and store hold, to be compared. */
import assert from 'node:assert/strict';
import { ImapFlow } from 'imapflow';
import { toFlags, toKeywords } from '../../app/imap/headers.ts';
import { type Lab, letter, type startMail, until, user } from './engine-lab.ts';

export type App = ReturnType<typeof startMail>;

/** Messages for `appendAll`, a minute apart. */
export const many = (count: number, prefix: string, mailbox = 'INBOX') =>
  Array.from({ length: count }, (_, index) => ({
    raw: letter(`${prefix} ${index}`),
    options: { mailbox, receivedAt: new Date(Date.now() - (count - index) * 60_000) },
  }));

export function createElsewhere(lab: () => Lab) {
  async function elsewhere<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: lab().dovecot.imapPort,
      secure: false,
      doSTARTTLS: false,
      auth: { user, pass: 'right' },
      logger: false,
    });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.logout();
    }
  }

  async function inMailbox<T>(path: string, work: (client: ImapFlow) => Promise<T>): Promise<T> {
    return elsewhere(async (client) => {
      await client.mailboxOpen(path);
      return work(client);
    });
  }

  /** Uid, flags and keywords of every message, as the server has them and as the store has them. */
  async function serverState(path: string): Promise<string[]> {
    return inMailbox(path, async (client) => {
      if (client.mailbox !== false && client.mailbox.exists === 0) return [];
      const found = await client.fetchAll('1:*', { uid: true, flags: true });
      return found.map(({ uid, flags = new Set() }) => {
        const { seen, flagged, answered } = toFlags(flags);
        return JSON.stringify([uid, { seen, flagged, answered }, toKeywords(flags).sort()]);
      });
    });
  }

  function storeState(app: App, path: string): string[] {
    const mailbox = app.mailbox(path);
    if (mailbox === undefined) return [];
    return app.store.reader.uids(mailbox.mailboxId).map((uid) => {
      const message = app.store.reader.message(mailbox.mailboxId, uid);
      assert.ok(message);
      const { seen, flagged, answered, keywords = [] } = message;
      return JSON.stringify([uid, { seen, flagged, answered }, [...keywords].sort()]);
    });
  }

  async function agree(app: App, path = 'INBOX') {
    await until(async () => {
      const [ours, theirs] = [storeState(app, path), await serverState(path)];
      return app.mailbox(path)?.complete === true && ours.join() === theirs.join();
    }, `the server's state of ${path}`);
  }

  return { elsewhere, inMailbox, serverState, agree };
}
