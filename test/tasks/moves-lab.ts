/** A real Dovecot behind the fault proxy, three letters in its inbox, and one account on it. */
import type { TestContext } from 'node:test';
import { accountId, type Lab, letter, startMail, until, user } from '../imap/engine-lab.ts';
import { type Flavour, startFaultProxy } from './fault-proxy.ts';

export const flavours: Readonly<Record<string, Flavour>> = {
  'MOVE and UIDPLUS': { without: [] },
  'MOVE without UIDPLUS': { without: ['UIDPLUS', 'COPYUID'] },
  'COPY with UIDPLUS': { without: ['MOVE'] },
  'COPY without UIDPLUS': { without: ['MOVE', 'UIDPLUS', 'COPYUID'] },
};

/** Subjects of what the server has in a mailbox and is not marked for removal. */
export async function subjects({ dovecot }: Lab, mailbox: string): Promise<string[]> {
  const query = ['fetch', '-u', user, 'hdr.subject', 'mailbox', mailbox, 'undeleted', 'all'];
  const said = await dovecot.doveadm(query);
  return [...said.matchAll(/subject: (.*)/g)].map((match) => match[1] ?? '').sort();
}

export async function startMoves(
  t: TestContext,
  { dovecot }: Lab,
  flavour: Flavour,
  options: { dir?: string } = {},
) {
  for (const mailbox of ['INBOX', 'Archive', 'Trash']) {
    await dovecot.doveadm(['expunge', '-u', user, 'mailbox', mailbox, 'all']);
  }
  await dovecot.appendAll(user, [
    { raw: letter('stay') },
    { raw: letter('go one') },
    // No Message-ID: told by time and size alone.
    { raw: letter('go two').replace(/^Message-ID.*\r\n/m, '') },
  ]);
  const proxy = await startFaultProxy(dovecot.imapPort, flavour);
  t.after(() => proxy.stop());
  const app = startMail(dovecot, { ...options, imapPort: proxy.port });
  app.start();
  await until(() => app.inbox().complete && app.inbox().total === 3, 'three messages');
  // INBOX comes before the list of the others.
  await until(
    () => app.store.reader.mailboxByRole(accountId, 'archive') !== undefined,
    'the list of mailboxes',
  );
  return { proxy, app };
}

export type App = Awaited<ReturnType<typeof startMoves>>['app'];

export const shown = (app: App, mailboxId: number) =>
  app.mail
    .window(mailboxId, 0, 50)
    .rows.map(({ subject }) => subject)
    .sort();

export function refsOf(app: App, wanted: RegExp) {
  return app.mail
    .window(app.inbox().mailboxId, 0, 50)
    .rows.filter(({ subject }) => wanted.test(subject))
    .map(({ ref }) => ref);
}

export function archiveOf(app: App) {
  const archive = app.store.reader.mailboxByRole(accountId, 'archive');
  if (archive === undefined) throw new Error('no archive');
  return archive;
}

export const done = (app: App) =>
  until(() => app.tasks.pending(accountId) === 0, 'no change waiting');
