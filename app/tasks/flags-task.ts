/** Marks messages read or unread, flagged or not (RFC 9051 §6.4.6). */
import type { ImapFlow } from 'imapflow';
import * as z from 'zod';
import type { MessageRef } from '../contract/index.ts';
import { ImapError } from '../errors.ts';
import { toFlags } from '../imap/headers.ts';
import { toUidSet } from '../imap/uid-ranges.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { MessageFlags, StoredMailbox } from '../store/mail-types.ts';
import type { MailStoreWriter } from '../store/mail-writer.ts';
import type { RemoteAccount, TaskKind } from './task-kind.ts';

const flagsPayload = z.object({
  path: z.string(),
  uidValidity: z.int().nonnegative(),
  uids: z.array(z.int().positive()),
  seen: z.boolean().optional(),
  flagged: z.boolean().optional(),
  answered: z.boolean().optional(),
  /** The keyword `$Forwarded` (RFC 5788); not shown yet, so it has no column in the store. */
  forwarded: z.boolean().optional(),
});
export type FlagsPayload = z.infer<typeof flagsPayload>;

export interface FlagsTaskOptions {
  readonly reader: MailStoreReader;
  readonly writer: MailStoreWriter;
  readonly changed: (mailbox: StoredMailbox) => void;
}

export function createFlagsTask(options: FlagsTaskOptions): TaskKind<FlagsPayload> {
  const { reader, writer, changed } = options;
  /** Undefined when the uids no longer mean what they meant: the change has no object any more. */
  const locate = (accountId: string, payload: FlagsPayload) => {
    const mailbox = reader.mailboxByPath(accountId, payload.path);
    return mailbox?.uidValidity === payload.uidValidity ? mailbox : undefined;
  };
  return {
    kind: 'flags',
    schema: flagsPayload,
    applyLocal(accountId, payload) {
      const mailbox = locate(accountId, payload);
      if (mailbox === undefined) return;
      const change = changeOf(payload);
      const changes = new Map(payload.uids.map((uid) => [uid, change]));
      if (writer.setFlags(mailbox.mailboxId, changes) > 0) changed(mailbox);
    },
    async runRemote(account, accountId, payload) {
      const mailbox = locate(accountId, payload);
      if (mailbox === undefined) return;
      await account.inMailbox(mailbox, (client) => storeFlags(client, payload));
    },
    async undo(account, accountId, payload) {
      const mailbox = locate(accountId, payload);
      if (mailbox !== undefined) await takeFlags(account, mailbox, payload.uids, options);
    },
  };
}

/** One task for each mailbox that the messages are in. */
export function toFlagsPayloads(
  refs: readonly MessageRef[],
  change: Pick<FlagsPayload, 'seen' | 'flagged' | 'answered' | 'forwarded'>,
  reader: MailStoreReader,
): { accountId: string; payload: FlagsPayload }[] {
  const found = new Map<string, { accountId: string; payload: FlagsPayload }>();
  for (const ref of refs) {
    const mailbox = reader.mailbox(ref.mailboxId);
    if (mailbox?.accountId !== ref.accountId || mailbox.uidValidity !== ref.uidValidity) continue;
    const key = `${ref.mailboxId} ${ref.uidValidity}`;
    const group = found.get(key) ?? {
      accountId: ref.accountId,
      payload: { path: mailbox.path, uidValidity: ref.uidValidity, uids: [], ...change },
    };
    group.payload.uids.push(ref.uid);
    found.set(key, group);
  }
  return [...found.values()];
}

/** The flags that the change sets; the rest stays as it is. */
export function changeOf(payload: FlagsPayload): Partial<MessageFlags> {
  return {
    ...(payload.seen === undefined ? {} : { seen: payload.seen }),
    ...(payload.flagged === undefined ? {} : { flagged: payload.flagged }),
    ...(payload.answered === undefined ? {} : { answered: payload.answered }),
  };
}

async function storeFlags(client: ImapFlow, payload: FlagsPayload): Promise<void> {
  const range = toUidSet(payload.uids);
  const changes: readonly [string, boolean | undefined][] = [
    ['\\Seen', payload.seen],
    ['\\Flagged', payload.flagged],
    ['\\Answered', payload.answered],
    ['$Forwarded', payload.forwarded],
  ];
  for (const [flag, wanted] of changes) {
    if (wanted === undefined) continue;
    const done = wanted
      ? await client.messageFlagsAdd(range, [flag], { uid: true })
      : await client.messageFlagsRemove(range, [flag], { uid: true });
    if (!done) await assertStored(client, payload);
  }
}

/**
 * The library answers "not done" for a refusal and for a lost connection alike: only the server's
 * own flags tell which it was. Messages that are gone need no flag any more.
 * @throws ImapError with `status` when the server keeps other flags; what imapflow throws otherwise
 */
async function assertStored(client: ImapFlow, payload: FlagsPayload): Promise<void> {
  const range = toUidSet(payload.uids);
  const found = await client.fetchAll(range, { uid: true, flags: true }, { uid: true });
  const stored = found.every((message) => {
    const { seen, flagged, answered } = toFlags(message.flags ?? new Set());
    return (
      (payload.seen ?? seen) === seen &&
      (payload.flagged ?? flagged) === flagged &&
      (payload.answered ?? answered) === answered
    );
  });
  if (!stored) throw new ImapError('imap.failed', { command: 'UID STORE', status: 'NO' });
}

async function takeFlags(
  account: RemoteAccount,
  mailbox: StoredMailbox,
  uids: readonly number[],
  { writer, changed }: FlagsTaskOptions,
): Promise<void> {
  const found = await account.inMailbox(mailbox, (client) =>
    client.fetchAll(toUidSet(uids), { uid: true, flags: true }, { uid: true }),
  );
  const flags = found.map((message) => [message.uid, toFlags(message.flags ?? new Set())] as const);
  if (writer.setFlags(mailbox.mailboxId, new Map(flags)) > 0) changed(mailbox);
}
