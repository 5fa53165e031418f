/** One handler per method of the contract. Input is validated already; errors are MailErrors. */

import { discover } from './accounts/discover.ts';
import { storageStatus } from './content/storage-status.ts';
import type { AccountDto, DraftDto, MethodParsedInput } from './contract/index.ts';
import type { EngineParts } from './engine-parts.ts';
import { peopleHandlers } from './engine-people-handlers.ts';
import type { EngineOptions, MethodHandlers } from './engine-types.ts';
import { RequestError } from './errors.ts';
import { hostHandlers } from './host-handlers.ts';
import { toMessageRow, toMessageRows } from './imap/rows.ts';
import { safeFileName } from './mime/file-names.ts';
import { replyDraft } from './mime/reply.ts';
import { openDraft } from './open-draft.ts';
import { type ReaderMethod, readerHandlers } from './reader-handlers.ts';
import { exportMessages } from './transfer/export-messages.ts';
import { findThunderbird } from './transfer/thunderbird.ts';

export function createHandlers(options: EngineOptions, parts: EngineParts): MethodHandlers {
  return {
    ...hostHandlers(options, parts),
    ...accountHandlers(options, parts),
    ...mailHandlers(parts),
    ...readerHandlers(options, parts),
    ...syncHandlers(parts),
    ...changeHandlers(parts),
    ...viewHandlers(parts),
    ...contentHandlers(options, parts),
    ...writingHandlers(parts),
    ...peopleHandlers(options, parts),
    ...transferHandlers(options, parts),
  };
}

type Prefixed<P extends string> = Pick<
  MethodHandlers,
  Extract<keyof MethodHandlers, `${P}.${string}`>
>;

function accountHandlers(
  options: EngineOptions,
  parts: EngineParts,
): Prefixed<'account' | 'lock' | 'server'> {
  const { accounts, dragFiles, legs, mail, outbox, stores, tasks, transfers } = parts;
  const dto = (accountId: string) => accountDto(parts, accountId);
  const tryAgain = (accountId: string) => {
    accounts.get(accountId);
    mail.retry(accountId);
    outbox.wake(accountId);
    transfers.wake(accountId);
    return {};
  };
  const startOver = (accountId: string) => {
    mail.renew(accountId);
    outbox.wake(accountId);
    transfers.wake(accountId);
  };
  return {
    'account.list': () => accounts.list().map(({ accountId }) => dto(accountId)),
    'account.discover': ({ address }) =>
      discover(address, options.dnsServers ? { dnsServers: options.dnsServers } : {}),
    'account.add': async (input) => {
      const { accountId } = await accounts.add(input);
      tasks.load(accountId);
      mail.add(accountId);
      return dto(accountId);
    },
    'account.setPassword': async ({ accountId, password }) => {
      await accounts.setPassword(accountId, password);
      startOver(accountId);
      return dto(accountId);
    },
    'account.setFloor': ({ accountId, service, floor }) => {
      accounts.setFloor(accountId, service, floor);
      startOver(accountId);
      return dto(accountId);
    },
    'account.setOrder': ({ accountIds }) => {
      accounts.setOrder(accountIds);
      return {};
    },
    'account.remove': async ({ accountId }) => {
      accounts.get(accountId);
      await mail.remove(accountId);
      await transfers.removeAccount(accountId);
      await outbox.removeAccount(accountId);
      await dragFiles.removeAccount(accountId);
      // After the outbox: what ends there may ask for a draft's copy to go.
      tasks.removeAccount(accountId);
      accounts.remove(accountId);
      stores.mail.people.forget(accountId);
      // Not waited for: it is gone for everyone who asks; this wipes what lies on the disk.
      void stores.content.wipe();
      return {};
    },
    'account.retry': ({ accountId }) => tryAgain(accountId),
    'lock.confirmKey': ({ accountId, service, identity }) => {
      accounts.confirmKey(accountId, service, identity);
      tryAgain(accountId);
      return legs.lock(accountId, outbox.waiting(accountId));
    },
    'server.remembered': ({ servers }) => accounts.remembered(servers),
    'server.forget': (server) => {
      accounts.forgetServer(server);
      return {};
    },
    'lock.report': ({ accountId }) => {
      accounts.get(accountId);
      return { text: legs.report(accountId) };
    },
  };
}

function accountDto(
  { accounts, legs, outbox, stores }: EngineParts,
  accountId: string,
): AccountDto {
  const problem = accounts.problem(accountId);
  const account = accounts.get(accountId);
  const offer = stores.state.submissionOffer(accountId);
  const { address, displayName, userName, imap, submission } = account;
  return {
    accountId,
    address,
    displayName,
    userName,
    imap,
    submission,
    lock: legs.lock(accountId, outbox.waiting(accountId)),
    canRequireTls: offer?.requireTls ?? false,
    ...(offer?.maxMessageBytes === undefined ? {} : { maxMessageBytes: offer.maxMessageBytes }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Messages that are marked read by one call; their uids are one task. */
const markAtMost = 100_000;

type WindowMethod = 'message.list' | 'message.open' | 'message.ahead';

function mailHandlers({
  changes,
  mail,
  stores,
}: EngineParts): Prefixed<'mailbox'> & Pick<MethodHandlers, WindowMethod> {
  return {
    'mailbox.list': ({ accountId }) => mail.mailboxes(accountId),
    'mailbox.sync': async ({ mailboxId }) => {
      await mail.syncMailbox(mailboxId);
      return {};
    },
    'mailbox.create': ({ accountId, name, parentId }) =>
      mail.createMailbox(accountId, name, parentId),
    'mailbox.rename': ({ mailboxId, name }) => mail.renameMailbox(mailboxId, name),
    'mailbox.delete': async ({ mailboxId }) => {
      await mail.deleteMailbox(mailboxId);
      return {};
    },
    'mailbox.markSeen': ({ mailboxId }) => {
      const { reader, views } = stores.mail;
      if (reader.mailbox(mailboxId) === undefined) throw new RequestError('mailbox.not-found');
      const view = { kind: 'mailbox', mailboxId } as const;
      const { messages } = views.list(view, 'unread', 0, markAtMost);
      const refs = toMessageRows(reader, messages).map(({ ref }) => ref);
      return { taskIds: changes.setFlags(refs, { seen: true }) };
    },
    'message.list': ({ mailboxId, offset, limit }) => mail.window(mailboxId, offset, limit),
    'message.open': ({ ref }) => mail.bodies.openMessage(ref),
    'message.ahead': async ({ ref }) => {
      const body = await mail.bodies.readAhead(ref);
      return body === undefined ? {} : { body };
    },
  };
}

function changeHandlers({
  accounts,
  changes,
  tasks,
}: EngineParts): Prefixed<'task'> & Omit<Prefixed<'message'>, WindowMethod | ReaderMethod> {
  return {
    'message.setFlags': ({ refs, seen, flagged }) => {
      const change = {
        ...(seen === undefined ? {} : { seen }),
        ...(flagged === undefined ? {} : { flagged }),
      };
      return { taskIds: changes.setFlags(refs, change) };
    },
    'message.setKeyword': ({ refs, keyword, on }) => ({
      taskIds: changes.setKeyword(refs, keyword, on),
    }),
    'message.move': ({ refs, mailboxId }) => ({ taskIds: changes.move(refs, mailboxId) }),
    'message.archive': ({ refs }) => ({ taskIds: changes.archive(refs) }),
    'message.delete': ({ refs }) => ({ taskIds: changes.delete(refs) }),
    'message.deleteForever': ({ refs }) => ({ taskIds: changes.deleteForever(refs) }),
    'message.junk': ({ refs, junk }) => ({ taskIds: changes.junk(refs, junk) }),
    'task.undo': ({ taskIds }) => ({ taskIds: tasks.undo(taskIds) }),
    'task.pending': ({ accountId }) => {
      accounts.get(accountId);
      return { count: tasks.pending(accountId) };
    },
  };
}

function viewHandlers({ accounts, mail, stores }: EngineParts): Prefixed<'view' | 'conversation'> {
  const { reader, views } = stores.mail;
  const language = () => {
    const chosen = stores.state.settings().language;
    return chosen === 'system' ? undefined : chosen;
  };
  return {
    'view.list': ({ view, filter, order, offset, limit }) => {
      const choice = { order, language: language() };
      const { total, messages } = views.list(view, filter, offset, limit, choice);
      return { total, rows: toMessageRows(reader, messages) };
    },
    'view.counts': () => ({
      ...views.counts(),
      mailboxes: accounts
        .list()
        .flatMap(({ accountId }) => mail.mailboxes(accountId))
        .map(({ mailboxId, total, unseen }) => ({ mailboxId, total, unseen })),
    }),
    'conversation.list': ({ view, filter, order, offset, limit }) => {
      const choice = { filter, order, language: language() };
      const { total, conversations } = views.conversations(view, offset, limit, choice);
      const rows = conversations.flatMap(({ newest, participants, ...rest }) =>
        toMessageRows(reader, [newest]).map((row) => ({
          ...rest,
          row,
          participants: [...participants],
        })),
      );
      return { total, rows };
    },
    'conversation.refs': ({ view, threadIds }) => {
      const messages = threadIds.flatMap((threadId) => views.threadInView(view, threadId));
      return { refs: toMessageRows(reader, messages).map(({ ref }) => ref) };
    },
    'conversation.open': ({ accountId, threadId }) => {
      accounts.get(accountId);
      return { rows: toMessageRows(reader, views.thread(accountId, threadId)) };
    },
  };
}

function syncHandlers({
  mail,
}: EngineParts): Prefixed<'sync'> & Pick<MethodHandlers, 'search.server' | 'search.cancel'> {
  return {
    'sync.status': ({ accountId }) => mail.status(accountId),
    'sync.pause': ({ accountId }) => mail.setPaused(accountId, true),
    'sync.resume': ({ accountId }) => mail.setPaused(accountId, false),
    'search.server': ({ accountId, searchId, text }) => mail.search.run(accountId, searchId, text),
    'search.cancel': ({ searchId }) => {
      mail.search.cancel(searchId);
      return {};
    },
  };
}

function contentHandlers(
  { profileDir }: EngineOptions,
  { accounts, search, stores }: EngineParts,
): Prefixed<'storage'> & Pick<MethodHandlers, 'search.query'> {
  const status = async () => {
    const sizes = await stores.content.sizes();
    return storageStatus(profileDir, accounts.list(), stores.mail.reader, sizes);
  };
  return {
    'search.query': async (input) => {
      const { hits, next, notes } = await search.query(input);
      const ids = new Set(hits.map(({ message }) => message.mailboxId));
      const mailboxes = new Map([...ids].map((id) => [id, stores.mail.reader.mailbox(id)]));
      return {
        hits: hits.flatMap(({ message, mailboxName, snippet }) => {
          const mailbox = mailboxes.get(message.mailboxId);
          if (mailbox === undefined) return [];
          return [{ row: toMessageRow(mailbox, message), mailboxName, snippet: [...snippet] }];
        }),
        ...(next === undefined ? {} : { next }),
        notes: [...notes],
      };
    },
    'storage.status': status,
    'storage.compact': async () => {
      await stores.content.compact();
      return await status();
    },
  };
}

function writingHandlers(parts: EngineParts): Prefixed<'draft' | 'attachment' | 'outbox'> {
  const { accounts, drafts, draftSchedule, mail, outbox, stores } = parts;
  const reply = async (input: MethodParsedInput<'draft.reply'>): Promise<DraftDto> => {
    const { ref, kind, words } = input;
    accounts.get(ref.accountId);
    const body = await mail.bodies.openMessage(ref);
    const attachments = await mail.bodies.readParts(ref);
    const format = input.format ?? stores.state.settings().composeFormat;
    const identities = stores.state.identities.ofAccount(ref.accountId);
    const draft = replyDraft(body, { kind, identities, format, words });
    return drafts.make(draft, attachments, kind === 'forward');
  };
  return {
    'draft.create': (input) => drafts.create(input),
    'draft.save': ({ draftId, content }) => drafts.save(draftId, content),
    'draft.list': () => drafts.list(),
    'draft.check': ({ draftId }) => drafts.check(draftId),
    'draft.discard': ({ draftId }) => {
      drafts.discard(draftId);
      return {};
    },
    'draft.reply': reply,
    'draft.open': ({ ref }) => openDraft(parts, ref),
    'draft.close': ({ draftId }) => {
      draftSchedule.close(draftId);
      return {};
    },
    'attachment.begin': (input) => drafts.beginAttachment(input),
    'attachment.append': ({ attachmentId, chunk }) => {
      drafts.appendAttachment(attachmentId, chunk);
      return {};
    },
    'attachment.finish': ({ attachmentId }) => drafts.finishAttachment(attachmentId),
    'attachment.remove': ({ attachmentId }) => {
      drafts.removeAttachment(attachmentId);
      return {};
    },
    'outbox.submit': ({ draftId, sendAt }) =>
      outbox.submit(draftId, sendAt === undefined ? undefined : new Date(sendAt)),
    'outbox.list': () => outbox.list(),
    'outbox.edit': ({ outboxId }) => {
      const draft = outbox.edit(outboxId);
      draftSchedule.touched(draft.draftId);
      return draft;
    },
    'outbox.sendNow': ({ outboxId }) => outbox.sendNow(outboxId),
    'outbox.confirmArrived': ({ outboxId }) => outbox.confirmArrived(outboxId),
    'outbox.retry': ({ outboxId }) => outbox.retry(outboxId),
    'outbox.discard': ({ outboxId }) => {
      outbox.discard(outboxId);
      return {};
    },
  };
}

function transferHandlers(
  { host }: EngineOptions,
  { accounts, mail, sources, stores, transfers }: EngineParts,
): Prefixed<'transfer' | 'thunderbird'> {
  return {
    'transfer.choose': async ({ what }) => sources.add((await host.chooseFiles?.(what)) ?? []),
    'transfer.import': ({ accountId, sourceId, target }) => {
      accounts.get(accountId);
      return transfers.import(accountId, sources.get(sourceId), target);
    },
    'transfer.list': () => transfers.list(),
    'transfer.pause': ({ transferId }) => transfers.pause(transferId),
    'transfer.resume': ({ transferId }) => transfers.resume(transferId),
    'transfer.cancel': ({ transferId }) => {
      transfers.cancel(transferId);
      return {};
    },
    'transfer.export': async ({ messages, format }) => {
      const refs = 'refs' in messages ? messages.refs : await mail.sources.list(messages.mailboxId);
      const mailboxId = 'refs' in messages ? refs[0]?.mailboxId : messages.mailboxId;
      const mailbox = mailboxId === undefined ? undefined : stores.mail.reader.mailbox(mailboxId);
      const name = safeFileName(mailbox?.name ?? 'mail', 'application/mbox');
      const path = await host.chooseSavePath(format === 'mbox' ? `${name}.mbox` : name);
      if (path === undefined) return { written: 0, failed: 0 };
      return exportMessages({ source: mail.sources, refs, format, path });
    },
    'thunderbird.find': async () => ({ profiles: sources.addProfiles(await findThunderbird()) }),
  };
}
