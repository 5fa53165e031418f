/** Marks messages read or unread, flagged or not, answered (RFC 9051 §6.4.6). */
import type { ImapFlow } from 'imapflow';
import * as z from 'zod';
import { ImapError } from '../errors.ts';
import { toFlags } from '../imap/headers.ts';
import { assertConnected } from '../imap/imap-errors.ts';
import { toUidSet } from '../imap/uid-ranges.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { MessageFlags, StoredMailbox } from '../store/mail-types.ts';
import type { MailStoreWriter } from '../store/mail-writer.ts';
import { locate, locateThere, type RefGroup, stillNamed, toTarget } from './message-targets.ts';
import {
  type NewTask,
  type RemoteAccount,
  type Resolve,
  type Target,
  type TaskKind,
  target,
} from './task-kind.ts';

const flagsPayload = target.extend({
  seen: z.boolean().optional(),
  flagged: z.boolean().optional(),
  answered: z.boolean().optional(),
  /** Those that the change altered: taking it back leaves the others alone. */
  changed: z.array(z.int().positive()).optional(),
});
export type FlagsPayload = z.infer<typeof flagsPayload>;
export type FlagChange = Pick<FlagsPayload, 'seen' | 'flagged' | 'answered'>;

export interface FlagsTaskOptions {
  readonly reader: MailStoreReader;
  readonly writer: MailStoreWriter;
  readonly changed: (mailbox: StoredMailbox) => void;
}

export function createFlagsTask(options: FlagsTaskOptions): TaskKind<FlagsPayload> {
  const { reader, writer, changed } = options;
  const show = (accountId: string, named: Target, change: FlagChange, resolve: Resolve) => {
    for (const { mailbox, uids } of locate(reader, accountId, named, resolve)) {
      const changes = new Map(uids.map((uid) => [uid, changeOf(change)]));
      if (writer.setFlags(mailbox.mailboxId, changes) > 0) changed(mailbox);
    }
  };
  const showBack = (accountId: string, payload: FlagsPayload, resolve: Resolve) => {
    const { named, change } = takenBack(payload);
    show(accountId, named, change, resolve);
  };
  return {
    kind: 'flags',
    schema: flagsPayload,
    count: ({ uids }) => uids.length,
    applyLocal(accountId, payload, resolve) {
      show(accountId, payload, payload, resolve);
    },
    async runRemote(run, payload) {
      const { account, note } = run;
      for (const { mailbox, uids } of await locateThere(reader, run, payload)) {
        await account.inMailbox(mailbox, async (client) => {
          note('storing');
          await storeFlags(client, { ...payload, uids });
        });
      }
    },
    async undo({ account, accountId, resolve }, payload) {
      for (const { mailbox, uids } of locate(reader, accountId, payload, resolve)) {
        await takeFlags(account, mailbox, uids, options);
      }
    },
    showBack,
    showTaken: showBack,
    reverse(accountId, payload, resolve) {
      const among = new Set(payload.changed ?? payload.uids);
      return locate(reader, accountId, payload, resolve).flatMap((group): NewTask[] => {
        const uids = stillNamed(group, among);
        const { path, uidValidity } = group;
        const reversed = { path, uidValidity, uids, ...invert(payload) };
        return uids.length === 0 ? [] : [{ accountId, kind: 'flags', payload: reversed }];
      });
    },
  };
}

/** One task for each flag in each mailbox that the messages are in. */
export function toFlagsPayloads(
  groups: readonly RefGroup[],
  change: FlagChange,
): { accountId: string; payload: FlagsPayload }[] {
  const flags = (['seen', 'flagged', 'answered'] as const).filter(
    (flag) => change[flag] !== undefined,
  );
  return groups.flatMap((group) =>
    flags.map((flag) => {
      const { messages, accountId } = group;
      // What nobody has seen since it was moved is altered as far as the person knows.
      const altered = messages.filter(({ stored }) => stored?.[flag] !== change[flag]);
      return {
        accountId,
        payload: {
          ...toTarget(group),
          [flag]: change[flag],
          changed: altered.map(({ uid }) => uid),
        },
      };
    }),
  );
}

/** What is so once the change is taken back, and of which messages. */
export function takenBack(payload: FlagsPayload): { named: Target; change: FlagChange } {
  return {
    named: { ...payload, uids: payload.changed ?? payload.uids },
    change: invert(payload),
  };
}

/** The flags that the change sets; the rest stays as it is. */
export function changeOf(payload: FlagChange): Partial<MessageFlags> {
  return {
    ...(payload.seen === undefined ? {} : { seen: payload.seen }),
    ...(payload.flagged === undefined ? {} : { flagged: payload.flagged }),
    ...(payload.answered === undefined ? {} : { answered: payload.answered }),
  };
}

function invert(payload: FlagChange): FlagChange {
  return {
    ...(payload.seen === undefined ? {} : { seen: !payload.seen }),
    ...(payload.flagged === undefined ? {} : { flagged: !payload.flagged }),
    ...(payload.answered === undefined ? {} : { answered: !payload.answered }),
  };
}

async function storeFlags(client: ImapFlow, payload: FlagsPayload): Promise<void> {
  const range = toUidSet(payload.uids);
  const changes: readonly [string, boolean | undefined][] = [
    ['\\Seen', payload.seen],
    ['\\Flagged', payload.flagged],
    ['\\Answered', payload.answered],
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
  assertConnected(client);
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
