/**
 * The copy of a draft in the account's Drafts mailbox: one, of the latest content, whatever breaks.
 * A copy is known by a revision of our own in its header: looked for before APPEND, and again
 * after it; only then the ones before it go. Messages that another device made of it stay.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImapFlow } from 'imapflow';
import * as z from 'zod';
import { ImapError, StorageError } from '../errors.ts';
import { appendFile } from '../imap/file-literal.ts';
import { assertConnected, softenPassing, toImapMailError } from '../imap/imap-errors.ts';
import { ensureRoleMailbox, findRoleMailbox } from '../imap/role-mailbox.ts';
import { toUidSet } from '../imap/uid-ranges.ts';
import { describeError, type Logger } from '../log.ts';
import type { DraftCopyKey, DraftCopySource, DraftOrigin, WantedCopy } from '../ports.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import { markAndExpunge } from './move-remote.ts';
import type { TaskKind, TaskRun } from './task-kind.ts';

/** How long a server is given to end an APPEND of a broken connection. */
const lateAppendMs = 3_000;
/** A draft that changes while its copy is made is tried again so often; then the next task comes. */
const triesPerTask = 3;

/** Messages whose headers are read without a search. */
const newestRead = 200;
const copyQuery = { uid: true, flags: true, headers: ['x-draft-revision'] };

const draftPayload = z.object({ draftId: z.string() });
export type DraftPayload = z.infer<typeof draftPayload>;

export interface DraftTaskOptions {
  readonly copies: DraftCopySource;
  readonly reader: MailStoreReader;
  readonly logger: Logger;
  /** Shows what changed in the mailbox. */
  readonly syncSoon: (mailbox: StoredMailbox) => void;
}

type Change = Exclude<WantedCopy, { kind: 'leave' }>;

interface Copy {
  readonly uid: number;
  readonly revision: string;
  /** Marked \Deleted. */
  readonly marked: boolean;
}

export function createDraftTask(options: DraftTaskOptions): TaskKind<DraftPayload> {
  const { copies, logger } = options;
  return {
    kind: 'draft',
    schema: draftPayload,
    count: () => 1,
    // The draft itself is on disk and shown; this is only about its copy.
    applyLocal: () => undefined,
    showBack: () => undefined,
    reverse: () => [],
    async runRemote(run, { draftId }) {
      for (let tries = 0; tries < triesPerTask; tries += 1) {
        const wanted = copies.wanted(draftId, run.accountId);
        if (wanted.kind === 'leave') return;
        try {
          if (await bringAbout(options, run, draftId, wanted)) return;
        } catch (error) {
          if (!(error instanceof StorageError)) throw error;
          // No room here for the file: other changes do not wait for that. The next change tries again.
          logger.log('warn', 'draft.copy', { error: describeError(error) });
          return;
        }
      }
    },
    undo({ accountId }, { draftId }) {
      const wanted = copies.wanted(draftId, accountId);
      if (wanted.kind === 'copy') copies.settled(draftId, accountId, wanted.revision);
      if (wanted.kind === 'none') copies.forget(draftId, accountId);
      return Promise.resolve();
    },
  };
}

/** False when the draft changed meanwhile. */
async function bringAbout(
  options: DraftTaskOptions,
  run: TaskRun,
  draftId: string,
  wanted: Change,
): Promise<boolean> {
  const { copies } = options;
  const { account, accountId } = run;
  if (wanted.kind === 'none') {
    await account.run((client) => remove(options, run, client, wanted), 'background');
    copies.forget(draftId, accountId);
    return true;
  }
  const path = await copies.write(draftId, wanted.revision);
  if (path === undefined) return false;
  try {
    await account.run((client) => replace(options, run, client, wanted, path), 'background');
  } finally {
    copies.release(path);
  }
  copies.settled(draftId, accountId, wanted.revision);
  return true;
}

async function replace(
  options: DraftTaskOptions,
  run: TaskRun,
  client: ImapFlow,
  wanted: Extract<Change, { kind: 'copy' }>,
  path: string,
): Promise<void> {
  const request = { ...run, reader: options.reader, role: 'drafts' } as const;
  let mailbox = await ensureRoleMailbox(client, request);
  const attempt = () => replaceIn(client, run, mailbox, wanted, path);
  try {
    await attempt();
  } catch (error) {
    if (toImapMailError(error, '').code !== 'imap.mailbox-gone') throw error;
    // Deleted or renamed elsewhere, and not noticed yet.
    await run.account.refreshMailboxes(client, false);
    mailbox = await ensureRoleMailbox(client, request);
    await attempt();
  }
  await removeOrigin(client, wanted.origin);
  options.syncSoon(mailbox);
}

async function replaceIn(
  client: ImapFlow,
  { step, note }: TaskRun,
  mailbox: StoredMailbox,
  wanted: Extract<Change, { kind: 'copy' }>,
  path: string,
): Promise<void> {
  const isCurrent = ({ revision, marked }: Copy) => revision === wanted.revision && !marked;
  await selected(client, mailbox.path, async () => {
    let found = await ourCopies(client, wanted);
    if (!found.some(isCurrent) && step !== undefined) {
      // A connection broke in the midst of an APPEND: it may come yet.
      await sleep(lateAppendMs);
      found = await ourCopies(client, wanted);
    }
    if (!found.some(isCurrent)) {
      note('appending');
      try {
        await appendFile(client, mailbox.path, path, ['\\Draft', '\\Seen']);
      } catch (error) {
        throw softenPassing(error);
      }
      found = await ourCopies(client, wanted);
    }
    const kept = found.filter(isCurrent).at(-1)?.uid;
    // Without proof that the new one is there, the old ones stay.
    if (kept === undefined) throw new ImapError('imap.failed', { command: 'APPEND' });
    await removeCopies(
      client,
      found.filter(({ uid }) => uid !== kept),
    );
  });
}

async function remove(
  options: DraftTaskOptions,
  run: TaskRun,
  client: ImapFlow,
  wanted: Extract<Change, { kind: 'none' }>,
): Promise<void> {
  const request = { ...run, reader: options.reader, role: 'drafts' } as const;
  const mailbox = await findRoleMailbox(client, request);
  if (mailbox !== undefined) {
    await unlessGone(() =>
      selected(client, mailbox.path, async () => {
        await removeCopies(client, await ourCopies(client, wanted));
      }),
    );
    options.syncSoon(mailbox);
  }
  await removeOrigin(client, wanted.origin);
}

/**
 * A connection may have broken between mark and removal: what is marked goes as well, where the
 * server can remove by uid. Where it cannot, the mark is all there is.
 */
async function removeCopies(client: ImapFlow, copies: readonly Copy[]): Promise<void> {
  const removes = client.capabilities.has('UIDPLUS');
  const uids = copies.filter(({ marked }) => removes || !marked).map(({ uid }) => uid);
  if (uids.length > 0) await markAndExpunge(client, uids);
}

/** The message that the draft was made from: one that changed since has another uid, and stays. */
async function removeOrigin(client: ImapFlow, origin: DraftOrigin | undefined): Promise<void> {
  if (origin === undefined) return;
  await unlessGone(() =>
    selected(client, origin.path, async () => {
      if (client.mailbox === false || Number(client.mailbox.uidValidity) !== origin.uidValidity) {
        return;
      }
      await markAndExpunge(client, [origin.uid]);
    }),
  );
}

/** With its mailbox, everything that was in it is gone. */
async function unlessGone(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (toImapMailError(error, '').code !== 'imap.mailbox-gone') throw error;
  }
}

async function selected<T>(client: ImapFlow, path: string, work: () => Promise<T>): Promise<T> {
  const open = client.mailbox !== false && client.mailbox.path === path;
  const lock = await client.getMailboxLock(path);
  try {
    if (open) await client.noop();
    return await work();
  } finally {
    lock.release();
  }
}

/**
 * Copies of this draft that this computer made, by rising uid. Read from the newest messages
 * themselves: some servers' SEARCH is behind what was appended. Older ones are searched for.
 */
async function ourCopies(client: ImapFlow, { messageId, owner }: DraftCopyKey): Promise<Copy[]> {
  if (client.mailbox === false) throw new ImapError('imap.failed', { command: 'SELECT' });
  const { exists } = client.mailbox;
  const first = Math.max(1, exists - newestRead + 1);
  const found = exists === 0 ? [] : await client.fetchAll(`${first}:*`, copyQuery, { uid: false });
  assertConnected(client);
  if (first > 1) {
    const query = { header: { 'message-id': messageId.slice(1, -1) } };
    const uids = await client.search(query, { uid: true });
    assertConnected(client);
    if (!Array.isArray(uids)) throw new ImapError('imap.failed', { command: 'UID SEARCH' });
    const older = uids.filter((uid) => found.every((message) => message.uid !== uid));
    if (older.length > 0) {
      found.push(...(await client.fetchAll(toUidSet(older), copyQuery, { uid: true })));
    }
    assertConnected(client);
  }
  return found
    .flatMap(({ uid, flags, headers }) => {
      const header = headers?.toString('latin1') ?? '';
      const revision = /^x-draft-revision:\s*(\S+)\s*$/im.exec(header)?.[1];
      const marked = flags?.has('\\Deleted') === true;
      return revision?.startsWith(`${owner}.`) === true ? [{ uid, revision, marked }] : [];
    })
    .sort((a, b) => a.uid - b.uid);
}
