/** Opens the profile's databases and puts the parts of the engine together. Starts nothing. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Accounts } from './accounts/accounts.ts';
import { Legs } from './accounts/legs.ts';
import { StateStore } from './accounts/state-store.ts';
import { ContentStore } from './content/content-store.ts';
import { MailSearch } from './content/search.ts';
import { events, type MessageRef } from './contract/index.ts';
import { type DisposableStore, toDisposable } from './disposable.ts';
import type { EngineOptions } from './engine-types.ts';
import { EventBus } from './event-bus.ts';
import { checkImapSignIn } from './imap/connect.ts';
import { MailSync } from './imap/mail-sync.ts';
import { wholeMessagePartId } from './imap/message-bodies.ts';
import { toMessageRow } from './imap/rows.ts';
import { openLeg } from './leg/open-leg.ts';
import { meetsFloor } from './leg/types.ts';
import { describeError } from './log.ts';
import { readTravel } from './mime/travel.ts';
import type { Arrival } from './notify/decide.ts';
import { Notifier } from './notify/notifier.ts';
import { Contacts } from './people/contacts.ts';
import { PeopleIndex } from './people/people-index.ts';
import { RemoteContent } from './remote/remote-content.ts';
import { DragFiles } from './store/drag-files.ts';
import type { MailStoreReader } from './store/mail-reader.ts';
import { type MailStore, openMailStore } from './store/mail-store.ts';
import { checkSubmissionSignIn } from './submission/check-sign-in.ts';
import { DraftCopies } from './submission/draft-copies.ts';
import { Drafts } from './submission/drafts.ts';
import { Outbox } from './submission/outbox.ts';
import { OutboxStore } from './submission/outbox-store.ts';
import { createTasks } from './tasks/create-tasks.ts';
import { DraftSchedule } from './tasks/draft-schedule.ts';
import type { MessageChanges } from './tasks/message-changes.ts';
import { PendingFlags } from './tasks/pending-flags.ts';
import type { TaskQueue } from './tasks/task-queue.ts';
import { TaskStore } from './tasks/task-store.ts';
import { ChosenSources } from './transfer/chosen-sources.ts';
import { TransferJobs } from './transfer/transfer-jobs.ts';
import { TransferStore } from './transfer/transfer-store.ts';

export interface EngineStores {
  readonly state: StateStore;
  readonly outbox: OutboxStore;
  readonly tasks: TaskStore;
  readonly transfers: TransferStore;
  readonly contacts: Contacts;
  readonly mail: MailStore;
  readonly content: ContentStore;
}

export interface EngineParts {
  readonly bus: EventBus;
  readonly stores: EngineStores;
  readonly legs: Legs;
  readonly accounts: Accounts;
  readonly mail: MailSync;
  readonly search: MailSearch;
  readonly tasks: TaskQueue;
  readonly changes: MessageChanges;
  readonly drafts: Drafts;
  readonly draftCopies: DraftCopies;
  readonly draftSchedule: DraftSchedule;
  readonly outbox: Outbox;
  readonly transfers: TransferJobs;
  readonly people: PeopleIndex;
  readonly sources: ChosenSources;
  readonly notifier: Notifier;
  readonly remote: RemoteContent;
  readonly dragFiles: DragFiles;
  /** Tells the window what an account's lock says now. */
  readonly tellLock: (accountId: string) => void;
}

/** @param open gets all that must be closed again, also when this throws half-way */
export function createParts(options: EngineOptions, open: DisposableStore): EngineParts {
  const stores = openStores(options, open);
  const bus = open.add(new EventBus());
  stores.contacts.onChanged = () => bus.emit('contacts.changed', {});
  const { accounts, legs } = createAccounts(options, stores, bus);
  open.add(legs);
  const pending = new PendingFlags();
  const mail: MailSync = new MailSync({
    store: stores.mail,
    content: stores.content,
    accounts,
    legs,
    pending,
    emit: bus.emit,
    logger: options.host.logger,
    onOnline: (accountId) => goOn(parts, options, accountId),
    renames: (accountId) => tasks.renamesOf(accountId),
    choices: {
      bodiesDays: () => stores.state.settings().bodiesDays,
      paused: (accountId) => stores.state.syncPaused(accountId),
      setPaused: (accountId, paused) => stores.state.setSyncPaused(accountId, paused),
    },
  });
  const { identities } = stores.state;
  const sender = (accountId: string, identityId: string | undefined) => {
    const { address, displayName } = accounts.get(accountId);
    const chosen = identities.choose(accountId, identityId);
    if (chosen === undefined) return { address, name: displayName };
    return { address: chosen.address, name: chosen.name, replyTo: chosen.replyTo };
  };
  const draftCopies = new DraftCopies({
    store: stores.outbox,
    sender,
    ownAddress: (accountId) => accounts.get(accountId).address,
    signature: (accountId, identityId) =>
      identities.choose(accountId, identityId)?.signatureText ?? '',
  });
  const { tasks, changes } = createTasks({
    store: stores.mail,
    tasks: stores.tasks,
    mail,
    pending,
    drafts: draftCopies,
    emit: bus.emit,
    logger: options.host.logger,
  });
  const draftSchedule = new DraftSchedule({
    copies: draftCopies,
    tasks,
    store: stores.tasks,
    logger: options.host.logger,
  });
  open.add(draftSchedule);
  const drafts = new Drafts({
    store: stores.outbox,
    onChanged: () => bus.emit('drafts.changed', {}),
    onTouched: (draftId) => draftSchedule.touched(draftId),
    threadOf: (ref) => threadOf(stores.mail.reader, ref),
  });
  const outbox: Outbox = new Outbox({
    store: stores.outbox,
    drafts,
    access: {
      openLeg: (accountId, signal) => legs.open(accountId, 'submission', signal),
      allows: (accountId, level) => {
        const leg = stores.state.leg(accountId, 'submission');
        return leg !== undefined && meetsFloor(level, leg.floor);
      },
      credentials: async (accountId) => ({
        userName: accounts.get(accountId).userName,
        password: await accounts.password(accountId),
      }),
      sender,
      learned: (accountId, offer) => {
        if (stores.state.setSubmissionOffer(accountId, offer)) bus.emit('account.changed', {});
      },
    },
    offer: (accountId) => stores.state.submissionOffer(accountId),
    sentCopy: mail.sentCopy,
    answered: {
      mark: (ref, kind) => {
        changes.answered(ref, kind);
      },
    },
    undoMs: () => stores.state.settings().undoSendSeconds * 1_000,
    logger: options.host.logger,
    onChanged: (accountId) => {
      bus.emit('outbox.changed', {});
      draftSchedule.outboxChanged(accountId);
      tellLock(accountId);
    },
  });
  const transfers = new TransferJobs({
    store: stores.transfers,
    appender: mail.uploads,
    logger: options.host.logger,
    onChanged: () => bus.emit('transfer.changed', {}),
  });
  const tellLock = (accountId: string) => {
    // A leg may close after its account is gone.
    if (stores.state.account(accountId) === undefined) return;
    bus.emit('lock.changed', legs.lock(accountId, outbox.waiting(accountId)));
  };
  open.add(legs.onLockChanged(tellLock));
  open.add(
    legs.onLockChanged((accountId) => {
      if (stores.state.account(accountId) !== undefined) void legs.probeWayOut(accountId);
    }),
  );
  const people = open.add(
    new PeopleIndex({
      table: stores.mail.people,
      logger: options.host.logger,
      ownAddresses: () => identities.list().map(({ address }) => address),
    }),
  );
  bus.on((name) => {
    if (name === 'messages.changed') people.wake();
  });
  const search = new MailSearch({
    content: () => stores.content.reader,
    reader: stores.mail.reader,
    accounts: () => accounts.list(),
  });
  const remote = open.add(createRemote(options, stores, accounts, mail));
  const parts = {
    bus,
    stores,
    legs,
    accounts,
    mail,
    search,
    tasks,
    changes,
    drafts,
    draftCopies,
    draftSchedule,
    outbox,
    transfers,
    people,
    sources: new ChosenSources(),
    notifier: open.add(createNotifier(stores, bus)),
    remote,
    dragFiles: open.add(new DragFiles(join(options.profileDir, 'drag-out'))),
    tellLock,
  };
  return parts;
}

function openStores({ profileDir, host }: EngineOptions, open: DisposableStore): EngineStores {
  mkdirSync(profileDir, { recursive: true, mode: 0o700 });
  const keep = <T extends { close(): void }>(store: T): T => {
    open.add(toDisposable(() => store.close()));
    return store;
  };
  const state = keep(new StateStore(join(profileDir, 'state.db')));
  const outbox = keep(new OutboxStore(profileDir));
  const tasks = keep(new TaskStore(join(profileDir, 'tasks.db')));
  const transfers = keep(new TransferStore(join(profileDir, 'transfer.db')));
  const contacts = keep(new Contacts({ path: join(profileDir, 'contacts.db') }));
  const mail = keep(openMailStore(join(profileDir, 'mail.db')));
  if (mail.rebuilt) host.logger.log('warn', 'store.rebuilt', {});
  const content = new ContentStore({
    contentPath: join(profileDir, 'content.db'),
    mailPath: join(profileDir, 'mail.db'),
    store: mail,
    logger: host.logger,
  });
  open.add(toDisposable(() => content.abandon()));
  return { state, outbox, tasks, transfers, contacts, mail, content };
}

function createNotifier(stores: EngineStores, bus: EventBus): Notifier {
  const notifier = new Notifier({
    settings: () => stores.state.settings(),
    arrival: (ref) => arrivalOf(stores.mail.reader, ref),
    ownAddresses: () =>
      new Set(stores.state.identities.list().map(({ address }) => address.toLowerCase())),
    onDue: (due) => bus.emit('notification.due', due),
  });
  bus.on((name, payload) => {
    if (name !== 'message.arrived') return;
    notifier.arrived(events['message.arrived'].parse(payload).row.ref);
  });
  return notifier;
}

function createAccounts(options: EngineOptions, stores: EngineStores, bus: EventBus) {
  const { host, trustAnchors } = options;
  const shared = { store: stores.state, openLeg, ...(trustAnchors ? { trustAnchors } : {}) };
  const legs = new Legs({ ...shared, logger: host.logger, version: host.version });
  const accounts = new Accounts({
    ...shared,
    legs,
    signIn: { imap: checkImapSignIn, submission: checkSubmissionSignIn },
    host,
    onChanged: () => bus.emit('account.changed', {}),
  });
  return { accounts, legs };
}

function createRemote(
  { host, trustAnchors, remoteLoopback }: EngineOptions,
  { state, mail: store }: EngineStores,
  accounts: Accounts,
  mail: MailSync,
): RemoteContent {
  return new RemoteContent({
    senders: {
      isAllowed: (address) => state.isRemoteSender(address),
      allow: (address) => state.allowRemoteSender(address),
      list: () => state.remoteSenders(),
      forget: (address) => state.forgetRemoteSender(address),
    },
    open: (ref) => mail.bodies.openMessage(ref),
    ownAddress: (accountId) => accounts.get(accountId).address,
    isDoubtful: async (ref) => {
      if (store.reader.mailbox(ref.mailboxId)?.role === 'junk') return true;
      const { bytes } = await mail.bodies.readPart(ref, wholeMessagePartId);
      const { results } = readTravel(bytes, [accounts.get(ref.accountId).imap.host]);
      return results.some(
        ({ method, result, vouched }) => vouched && method === 'dmarc' && result === 'fail',
      );
    },
    fetching: {
      ...(trustAnchors === undefined ? {} : { trustAnchors }),
      ...(remoteLoopback === undefined ? {} : { allowLoopback: remoteLoopback }),
    },
    logger: host.logger,
  });
}

/** The server can be reached again: what waited for it may go on. */
function goOn(parts: EngineParts, { host }: EngineOptions, accountId: string): void {
  void parts.legs.probe(accountId);
  parts.tasks.wake(accountId);
  parts.outbox.wake(accountId);
  parts.transfers.wake(accountId);
  parts.accounts.learnOffer(accountId).catch((error: unknown) => {
    host.logger.log('info', 'submission.offer', { error: describeError(error) });
  });
  parts.outbox.reconcile(accountId).catch((error: unknown) => {
    host.logger.log('info', 'outbox.reconcile', { error: describeError(error) });
  });
}

/** A message that came, as it is now and where the person sees it. */
function arrivalOf(reader: MailStoreReader, ref: MessageRef): Arrival | undefined {
  const mailbox = reader.mailbox(ref.mailboxId);
  if (mailbox?.accountId !== ref.accountId || mailbox.uidValidity !== ref.uidValidity) return;
  const message = reader.message(ref.mailboxId, ref.uid);
  const shown = message && reader.mailbox(message.shownIn);
  if (message === undefined || shown === undefined) return;
  return { row: toMessageRow(mailbox, message), role: shown.role };
}

/** What a reply needs of the message it answers, as far as the list knows it. */
function threadOf(reader: MailStoreReader, ref: MessageRef) {
  const mailbox = reader.mailbox(ref.mailboxId);
  if (mailbox?.accountId !== ref.accountId || mailbox.uidValidity !== ref.uidValidity) return;
  const message = reader.message(ref.mailboxId, ref.uid);
  if (message?.messageId === undefined) return;
  const references = message.inReplyTo === undefined ? [] : [message.inReplyTo];
  return { messageId: message.messageId, references };
}
