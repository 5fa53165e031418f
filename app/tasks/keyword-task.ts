/** Adds a keyword to messages or takes it away (RFC 9051 §2.3.2): labels, $Junk, $Forwarded. */
import type { ImapFlow } from 'imapflow';
import * as z from 'zod';
import { keyword as keywordShape } from '../contract/index.ts';
import { ImapError } from '../errors.ts';
import { toKeywords } from '../imap/headers.ts';
import { assertConnected } from '../imap/imap-errors.ts';
import { toUidSet } from '../imap/uid-ranges.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredMailbox, StoredMessage } from '../store/mail-types.ts';
import { type PlacementWriter, withKeyword } from '../store/placement-writer.ts';
import { locate, locateThere, type RefGroup, stillNamed, toTarget } from './message-targets.ts';
import { type NewTask, type Resolve, type Target, type TaskKind, target } from './task-kind.ts';

const keywordPayload = target.extend({
  keyword: keywordShape,
  on: z.boolean(),
  /** Those that the change altered: taking it back leaves the others alone. */
  changed: z.array(z.int().positive()),
  /** A server that keeps no such keyword refuses nothing that the person asked for. */
  optional: z.boolean().optional(),
});
export type KeywordPayload = z.infer<typeof keywordPayload>;

export interface KeywordTaskOptions {
  readonly reader: MailStoreReader;
  readonly placement: PlacementWriter;
  readonly changed: (mailbox: StoredMailbox) => void;
}

export function createKeywordTask(options: KeywordTaskOptions): TaskKind<KeywordPayload> {
  const { reader, placement, changed } = options;
  const show = (
    accountId: string,
    named: Target,
    change: { keyword: string; on: boolean },
    resolve: Resolve,
  ) => {
    for (const { mailbox, uids } of locate(reader, accountId, named, resolve)) {
      const rows = placement.setKeyword(mailbox.mailboxId, uids, change.keyword, change.on);
      if (rows > 0) changed(mailbox);
    }
  };
  const takeBack = (accountId: string, payload: KeywordPayload, resolve: Resolve) => {
    const { keyword, on, changed: uids } = payload;
    show(accountId, { ...payload, uids }, { keyword, on: !on }, resolve);
  };
  return {
    kind: 'keyword',
    schema: keywordPayload,
    count: ({ uids }) => uids.length,
    applyLocal: (accountId, payload, resolve) => show(accountId, payload, payload, resolve),
    async runRemote(run, payload) {
      const { account, note } = run;
      for (const { mailbox, uids } of await locateThere(reader, run, payload)) {
        await account.inMailbox(mailbox, async (client) => {
          note('storing');
          await storeKeyword(client, { ...payload, uids });
        });
      }
    },
    undo({ accountId, resolve }, payload) {
      takeBack(accountId, payload, resolve);
      return Promise.resolve();
    },
    showBack: takeBack,
    showTaken: takeBack,
    reverse(accountId, payload, resolve) {
      const among = new Set(payload.changed);
      return locate(reader, accountId, payload, resolve).flatMap((group): NewTask[] => {
        const uids = stillNamed(group, among);
        const { path, uidValidity } = group;
        const { keyword, on, optional } = payload;
        const reversed = { path, uidValidity, uids, keyword, on: !on, changed: uids, optional };
        return uids.length === 0 ? [] : [{ accountId, kind: 'keyword', payload: reversed }];
      });
    },
  };
}

export function toKeywordTasks(
  groups: readonly RefGroup[],
  change: { keyword: string; on: boolean; optional?: boolean },
): NewTask[] {
  return groups.map((group) => {
    const changed = group.messages
      .filter(({ stored }) => stored === undefined || alters(stored, change))
      .map(({ uid }) => uid);
    const payload = { ...toTarget(group), ...change, changed };
    return { accountId: group.accountId, kind: 'keyword', payload };
  });
}

function alters(
  { keywords = [] }: StoredMessage,
  { keyword, on }: { readonly keyword: string; readonly on: boolean },
): boolean {
  return withKeyword(keywords, keyword, on) !== keywords;
}

/**
 * @throws ImapError with `status` when the server does not keep the keyword; what imapflow throws
 *   when the connection is lost
 */
async function storeKeyword(client: ImapFlow, payload: KeywordPayload): Promise<void> {
  const { keyword, on, optional } = payload;
  const range = toUidSet(payload.uids);
  const done = on
    ? await client.messageFlagsAdd(range, [keyword], { uid: true })
    : await client.messageFlagsRemove(range, [keyword], { uid: true });
  if (done) return;
  // "Not done" may be a lost connection as well: then this throws.
  const found = await client.fetchAll(range, { uid: true, flags: true }, { uid: true });
  assertConnected(client);
  const stored = found.every(({ flags }) => {
    const kept = toKeywords(flags ?? new Set());
    return withKeyword(kept, keyword, on) === kept;
  });
  if (!stored && optional !== true) {
    throw new ImapError('imap.failed', { command: 'UID STORE', status: 'NO' });
  }
}
