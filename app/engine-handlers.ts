/** One handler per method of the contract. Input is validated already; errors are MailErrors. */
import { discover } from './accounts/discover.ts';
import { storageStatus } from './content/storage-status.ts';
import type { AccountDto, DraftDto, MethodParsedInput } from './contract/index.ts';
import type { EngineParts } from './engine-parts.ts';
import type { EngineOptions, MethodHandlers } from './engine-types.ts';
import { RequestError } from './errors.ts';
import { toMessageRow } from './imap/rows.ts';
import { saveNewFile } from './store/save-file.ts';
import { toFlagsPayloads } from './tasks/flags-task.ts';

export function createHandlers(options: EngineOptions, parts: EngineParts): MethodHandlers {
  return {
    ...appHandlers(options, parts),
    ...accountHandlers(options, parts),
    ...mailHandlers(options, parts),
    ...contentHandlers(options, parts),
    ...writingHandlers(parts),
  };
}

type Prefixed<P extends string> = Pick<
  MethodHandlers,
  Extract<keyof MethodHandlers, `${P}.${string}`>
>;

function appHandlers(
  { host }: EngineOptions,
  { stores }: EngineParts,
): Prefixed<'app' | 'settings'> {
  return {
    'app.info': () => ({
      version: host.version,
      host: host.kind,
      capabilities: [...host.capabilities],
      secretStorage: host.secretStorage,
    }),
    'settings.get': () => stores.state.settings(),
    'settings.set': (input) => stores.state.setSettings(input),
  };
}

function accountHandlers(
  options: EngineOptions,
  parts: EngineParts,
): Prefixed<'account' | 'lock' | 'server'> {
  const { accounts, legs, mail, outbox, stores, tasks } = parts;
  const dto = (accountId: string) => accountDto(parts, accountId);
  const tryAgain = (accountId: string) => {
    accounts.get(accountId);
    mail.retry(accountId);
    outbox.wake(accountId);
    return {};
  };
  const startOver = (accountId: string) => {
    mail.renew(accountId);
    outbox.wake(accountId);
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
    'account.remove': async ({ accountId }) => {
      accounts.get(accountId);
      await mail.remove(accountId);
      tasks.removeAccount(accountId);
      await outbox.removeAccount(accountId);
      accounts.remove(accountId);
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

function accountDto({ accounts, legs, outbox }: EngineParts, accountId: string): AccountDto {
  const problem = accounts.problem(accountId);
  const account = accounts.get(accountId);
  const { address, displayName, userName, imap, submission } = account;
  return {
    accountId,
    address,
    displayName,
    userName,
    imap,
    submission,
    lock: legs.lock(accountId, outbox.waiting(accountId)),
    ...(problem === undefined ? {} : { problem }),
  };
}

function mailHandlers(
  { host }: EngineOptions,
  { mail, stores, tasks }: EngineParts,
): Prefixed<'mailbox' | 'message' | 'part'> {
  return {
    'mailbox.list': ({ accountId }) => mail.mailboxes(accountId),
    'mailbox.sync': async ({ mailboxId }) => {
      await mail.syncMailbox(mailboxId);
      return {};
    },
    'message.list': ({ mailboxId, offset, limit }) => mail.window(mailboxId, offset, limit),
    'message.open': ({ ref }) => mail.bodies.openMessage(ref),
    'message.setFlags': ({ refs, seen, flagged }) => {
      const change = {
        ...(seen === undefined ? {} : { seen }),
        ...(flagged === undefined ? {} : { flagged }),
      };
      for (const task of toFlagsPayloads(refs, change, stores.mail.reader)) {
        tasks.add(task.accountId, 'flags', task.payload);
      }
      return {};
    },
    'part.save': async ({ ref, partId }) => {
      const part = await mail.bodies.readPart(ref, partId);
      const path = await host.chooseSavePath(part.fileName);
      return path === undefined ? {} : { savedAs: await saveNewFile(path, part.bytes) };
    },
  };
}

function contentHandlers(
  { profileDir }: EngineOptions,
  { accounts, search, stores }: EngineParts,
): Prefixed<'search' | 'storage'> {
  const status = async () => {
    const sizes = await stores.content.sizes();
    return storageStatus(profileDir, accounts.list(), stores.mail.reader, sizes);
  };
  return {
    'search.query': async (input) => {
      const { hits, next, notes } = await search.query(input);
      return {
        hits: hits.flatMap(({ message, mailboxName, snippet }) => {
          const mailbox = stores.mail.reader.mailbox(message.mailboxId);
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

function writingHandlers({
  accounts,
  drafts,
  mail,
  outbox,
}: EngineParts): Prefixed<'draft' | 'attachment' | 'outbox'> {
  const reply = async ({ ref, kind }: MethodParsedInput<'draft.reply'>): Promise<DraftDto> => {
    const { address, displayName } = accounts.get(ref.accountId);
    const body = await mail.bodies.openMessage(ref);
    const draft = drafts.reply(body, kind, { address, name: displayName });
    if (kind !== 'forward') return draft;
    for (const part of await mail.bodies.readParts(ref)) drafts.attachBytes(draft.draftId, part);
    const whole = drafts.list().find(({ draftId }) => draftId === draft.draftId);
    if (whole === undefined) throw new RequestError('draft.not-found');
    return whole;
  };
  return {
    'draft.create': (input) => drafts.create(input),
    'draft.save': ({ draftId, content }) => drafts.save(draftId, content),
    'draft.list': () => drafts.list(),
    'draft.discard': ({ draftId }) => {
      drafts.discard(draftId);
      return {};
    },
    'draft.reply': reply,
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
    'outbox.submit': ({ draftId }) => outbox.submit(draftId),
    'outbox.list': () => outbox.list(),
    'outbox.edit': ({ outboxId }) => outbox.edit(outboxId),
    'outbox.retry': ({ outboxId }) => outbox.retry(outboxId),
    'outbox.discard': ({ outboxId }) => {
      outbox.discard(outboxId);
      return {};
    },
  };
}
