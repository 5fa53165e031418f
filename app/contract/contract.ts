/**
 * The one list of what the renderer may ask of the engine and what the engine tells it.
 * Types, the dispatcher and both hosts derive from these two objects; there is no second list.
 */
import * as z from 'zod';
import * as s from './schemas.ts';

const nothing = z.object({});
const byAccount = z.object({ accountId: s.accountId });
const byDraft = z.object({ draftId: z.string().max(64) });
const byOutbox = z.object({ outboxId: z.string().max(64) });

const byContact = z.object({ contactId: z.string().max(64) });
const byTransfer = z.object({ transferId: z.string().max(64) });
const refs = z.array(s.messageRef).min(1).max(1_000);
const window = {
  offset: z.int().nonnegative(),
  limit: z.int().positive().max(s.limits.listWindow),
};
const listChoice = { filter: s.viewFilter.optional(), order: s.listOrder.optional() };
/** Name changes, for `task.undo`. */
const taskIds = z.object({ taskIds: z.array(z.int().positive()).max(2_000) });

const serverName = z.object({
  service: z.enum(['imap', 'submission']),
  host: s.serverEndpoint.shape.host,
  port: s.serverEndpoint.shape.port,
});

/** Server names and levels that the person saw before the password leaves this computer. */
const accountInput = z.object({
  address: z.string().trim().min(3).max(s.limits.addressLength),
  displayName: z.string().max(s.limits.nameLength),
  userName: z.string().min(1).max(s.limits.addressLength),
  password: z.string().min(1).max(4_096),
  imap: s.serverEndpoint,
  submission: s.serverEndpoint,
  /** Base64 identity keys whose fingerprint was shown at set-up and accepted there. */
  acceptedIdentities: z.array(z.string().max(64)).max(4),
  /** True only after the person chose, at set-up, to go without any encryption. */
  allowClear: z.boolean(),
});

/** Last component of a mailbox's path: no line breaks or other control characters. */
const mailboxName = z.string().trim().min(1).max(200);

export const methods = {
  'app.info': {
    input: nothing,
    output: z.object({
      version: z.string(),
      host: z.enum(['electron', 'chromium', 'fixture']),
      capabilities: z.array(s.capability),
      /** Where passwords rest: the system's keyring, a file only this user can read, or nowhere. */
      secretStorage: z.enum(['system', 'file', 'session']),
    }),
  },
  /** Whether the person looks at the window: nothing is notified of meanwhile. */
  'app.focus': { input: z.object({ focused: z.boolean() }), output: nothing },
  /** The number on the program's icon, where the host has one; 0 takes it away. */
  'app.badge': { input: z.object({ count: z.int().nonnegative() }), output: nothing },
  /** Takes everything of this profile off the computer and ends the program. Nothing on servers. */
  'app.erase': { input: nothing, output: nothing },
  /** The end of the log, oldest line first, addresses masked; and where it lies. */
  'log.tail': {
    input: z.object({ lines: z.int().positive().max(1_000) }),
    output: z.object({ path: z.string().optional(), lines: z.array(z.string()) }),
  },
  /** Has the host show it. `shown` is false where the window does that itself. */
  'notification.show': {
    input: s.hostNotification,
    output: z.object({ shown: z.boolean() }),
  },
  /** The host's word that the person clicked one. */
  'notification.clicked': {
    input: z.object({ notificationId: s.notificationId }),
    output: nothing,
  },
  'settings.get': { input: nothing, output: s.settings },
  'settings.set': { input: s.settings.partial(), output: s.settings },

  'account.list': { input: nothing, output: z.array(s.account) },
  /** Guesses servers for an address; asks DNS, never sends a password. */
  'account.discover': {
    input: z.object({ address: z.string().trim().min(3).max(s.limits.addressLength) }),
    output: z.object({
      userName: z.string(),
      displayName: z.string(),
      imap: s.serverEndpoint,
      submission: s.serverEndpoint,
      source: z.enum(['provider', 'srv', 'guess']),
      /** A provider's own rule, e.g. that it wants an app password. */
      note: z.enum(['app-password', 'oauth-only']).optional(),
    }),
  },
  /** Opens both legs, signs in on both, and only then keeps the account. */
  'account.add': { input: accountInput, output: s.account },
  'account.setPassword': {
    input: byAccount.extend({ password: z.string().min(1).max(4_096) }),
    output: s.account,
  },
  /** The deliberate act of account settings: raises or lowers what this account demands. */
  'account.setFloor': {
    input: byAccount.extend({ service: z.enum(['imap', 'submission']), floor: s.level }),
    output: s.account,
  },
  /** The order of `account.list`; accounts that are left out follow. */
  'account.setOrder': {
    input: z.object({ accountIds: z.array(s.accountId).max(100) }),
    output: nothing,
  },
  'account.remove': { input: byAccount, output: nothing },
  /** Try again now: connect, sync, submit what waits. */
  'account.retry': { input: byAccount, output: nothing },

  /**
   * The person compared this key over another channel: the pinned one, or the one that the last
   * opening refused. Counts for both services of the account where they have that same key.
   */
  'lock.confirmKey': {
    input: byAccount.extend({
      service: z.enum(['imap', 'submission']),
      identity: z.string().max(64),
    }),
    output: s.lock,
  },
  /** Text for a help desk: versions, issuer, fingerprint, last change, no secret. */
  'lock.report': { input: byAccount, output: z.object({ text: z.string() }) },

  /** What this computer remembers of these servers; unknown ones are left out. */
  'server.remembered': {
    input: z.object({ servers: z.array(serverName).max(4) }),
    output: z.array(s.rememberedServer).max(4),
  },
  /** The deliberate act of forgetting level and key; refused while an account uses the server. */
  'server.forget': { input: serverName, output: nothing },

  'mailbox.list': { input: byAccount, output: z.array(s.mailbox) },
  /** Brings one mailbox up to date now; returns when the newest messages are in the store. */
  'mailbox.sync': { input: z.object({ mailboxId: s.mailboxId }), output: nothing },
  /** Makes a mailbox, within `parentId` when given; `name` is its last component. */
  'mailbox.create': {
    input: byAccount.extend({ name: mailboxName, parentId: s.mailboxId.optional() }),
    output: s.mailbox,
  },
  /** Gives it another last component; refused for INBOX and mailboxes with a special use. */
  'mailbox.rename': {
    input: z.object({ mailboxId: s.mailboxId, name: mailboxName }),
    output: s.mailbox,
  },
  /** Deletes it with all its messages; refused for INBOX and mailboxes with a special use. */
  'mailbox.delete': { input: z.object({ mailboxId: s.mailboxId }), output: nothing },

  /** Everything in it counts as read. */
  'mailbox.markSeen': { input: z.object({ mailboxId: s.mailboxId }), output: taskIds },

  'sync.status': { input: byAccount, output: s.syncStatus },
  /** Holds back headers and bodies fetched ahead, also after a restart; new mail still comes. */
  'sync.pause': { input: byAccount, output: s.syncStatus },
  'sync.resume': { input: byAccount, output: s.syncStatus },
  /** The host's hint that the network came, went or changed, or that the computer woke up. */
  'network.changed': { input: z.object({ online: z.boolean().optional() }), output: nothing },

  /**
   * Asks the server for messages that hold the text, in all mailboxes of the account: the second
   * step of a search, for what is not here. `found` counts all; `rows` are the newest.
   */
  'search.server': {
    input: byAccount.extend({
      searchId: z.string().min(1).max(64),
      text: z.string().trim().min(1).max(500),
    }),
    output: z.object({
      found: z.int().nonnegative(),
      rows: z.array(s.messageRow).max(200),
      /** Mailboxes whose search the server refused. */
      refused: z.int().nonnegative(),
    }),
  },
  /** Gives up a search on the server; it then ends with `cancelled`. */
  'search.cancel': { input: z.object({ searchId: z.string().max(64) }), output: nothing },

  /** A window of a mailbox, newest first. */
  'message.list': {
    input: z.object({
      mailboxId: s.mailboxId,
      offset: z.int().nonnegative(),
      limit: z.int().positive().max(s.limits.listWindow),
    }),
    output: z.object({ total: z.int().nonnegative(), rows: z.array(s.messageRow) }),
  },
  /** Body from the store, or fetched now. */
  'message.open': { input: z.object({ ref: s.messageRef }), output: s.messageBody },
  /** What `message.open` would say, for a message that is here and small; nothing of others. */
  'message.ahead': {
    input: z.object({ ref: s.messageRef }),
    output: z.object({ body: s.messageBody.optional() }),
  },
  /** Hops and what servers found of its sender, out of the header. */
  'message.travel': { input: z.object({ ref: s.messageRef }), output: s.travel },
  /** The message as it came, a piece at a time; bytes that are no UTF-8 are replaced. */
  'message.source': {
    input: z.object({ ref: s.messageRef, offset: z.int().nonnegative() }),
    output: z.object({
      text: z.string(),
      sizeBytes: z.int().nonnegative(),
      /** Where the next piece begins; absent at the end. */
      next: z.int().positive().optional(),
    }),
  },
  /** What its calendar parts say (RFC 5545, RFC 5546); unreadable ones are left out. */
  'message.invites': {
    input: z.object({ ref: s.messageRef }),
    output: z.object({ invites: z.array(s.invite).max(20) }),
  },
  'message.setFlags': {
    input: z.object({
      refs,
      seen: z.boolean().optional(),
      flagged: z.boolean().optional(),
    }),
    output: taskIds,
  },
  /** To a mailbox of the same account. */
  'message.move': { input: z.object({ refs, mailboxId: s.mailboxId }), output: taskIds },
  /** To the archive; it is made when the account has none. */
  'message.archive': { input: z.object({ refs }), output: taskIds },
  /** To Trash; what is there already stays. */
  'message.delete': { input: z.object({ refs }), output: taskIds },
  /** For good, after the window's own question. Cannot be taken back once it is done. */
  'message.deleteForever': { input: z.object({ refs }), output: taskIds },
  /** To Junk and marked as such, or back to the inbox and marked as wanted. */
  'message.junk': { input: z.object({ refs, junk: z.boolean() }), output: taskIds },
  'message.setKeyword': {
    input: z.object({ refs, keyword: s.keyword, on: z.boolean() }),
    output: taskIds,
  },
  /** Takes changes back: those still on their way, and those done as far as that is possible. */
  'task.undo': { input: taskIds, output: taskIds },
  /** Changes that wait for the server. */
  'task.pending': { input: byAccount, output: z.object({ count: z.int().nonnegative() }) },

  /** Messages over mailboxes and accounts, newest first unless asked otherwise. */
  'view.list': {
    input: z.object({ view: s.view, ...window, ...listChoice }),
    output: z.object({ total: z.int().nonnegative(), rows: z.array(s.messageRow) }),
  },
  'view.counts': { input: nothing, output: s.viewCounts },
  /** Threads, by their newest message in the view, or the newest that the filter passes. */
  'conversation.list': {
    input: z.object({ view: s.view, ...window, ...listChoice }),
    output: z.object({ total: z.int().nonnegative(), rows: z.array(s.conversationRow) }),
  },
  /** What of these threads the view shows: what a change of a conversation is about. Newest first. */
  'conversation.refs': {
    input: z.object({
      view: s.view,
      threadIds: z.array(z.int().positive()).min(1).max(1_000),
    }),
    output: z.object({ refs: z.array(s.messageRef) }),
  },
  /**
   * All messages of a thread over the account's mailboxes but Junk and Trash, oldest first; one
   * that lies in several mailboxes comes once.
   */
  'conversation.open': {
    input: byAccount.extend({ threadId: z.int().positive() }),
    output: z.object({ rows: z.array(s.messageRow) }),
  },
  /** Writes one attachment where the host's person wants it; never over an existing file. */
  'part.save': {
    input: z.object({ ref: s.messageRef, partId: z.string().max(64) }),
    output: z.object({ savedAs: z.string().optional() }),
  },

  /** All attachments, each beside the first; the person is asked for a place once. */
  'part.saveAll': {
    input: z.object({ ref: s.messageRef }),
    output: z.object({ saved: z.array(z.string()).max(1_000) }),
  },
  /**
   * Writes an attachment where another program may take it from, before it is dragged. Without a
   * `dragId` it is too large for that and can only be saved. It goes again when nobody drags it.
   */
  'part.prepareDrag': {
    input: z.object({ ref: s.messageRef, partId: z.string().max(64) }),
    output: z.object({ dragId: s.dragId.optional() }),
  },
  /** Has the host drag it out of the window. `started` is false when it is not there any more. */
  'part.drag': {
    input: z.object({ dragId: s.dragId }),
    output: z.object({ started: z.boolean() }),
  },
  /** Bytes of a part for a preview, a piece at a time. */
  'part.read': {
    input: z.object({
      ref: s.messageRef,
      partId: z.string().max(64),
      offset: z.int().nonnegative(),
    }),
    output: z.object({
      chunk: z.base64(),
      sizeBytes: z.int().nonnegative(),
      next: z.int().positive().optional(),
    }),
  },

  /**
   * Which pictures of a message may be loaded, and where. The window has no network: what stands
   * behind a path is fetched by the engine, when the window asks for it.
   */
  'remote.resolve': {
    input: z.object({ ref: s.messageRef, urls: z.array(s.remoteUrl).max(s.remotePictures) }),
    output: s.remoteAnswer,
  },
  /** Loads pictures of this message until the app is closed, or of its sender from now on. */
  'remote.allow': { input: z.object({ ref: s.messageRef, sender: z.boolean() }), output: nothing },
  'remote.senders': { input: nothing, output: z.array(s.remoteSender).max(10_000) },
  'remote.forget': {
    input: z.object({ address: z.string().min(1).max(s.limits.addressLength) }),
    output: nothing,
  },

  /**
   * Searches what is local, newest first. Words, "phrases", -not, OR, and `from: to: cc: subject:
   * filename: has:attachment is:unread|read|starred|answered in: account: before: after: larger:
   * smaller:`; the last word may go on while it is typed, unless it is one to be left out.
   */
  'search.query': {
    input: z.object({
      query: z.string().max(s.limits.searchLength),
      accountId: s.accountId.optional(),
      mailboxId: s.mailboxId.optional(),
      limit: z.int().positive().max(s.limits.searchWindow),
      /** `next` of the answer before. */
      before: z.int().nonnegative().optional(),
    }),
    output: z.object({
      hits: z.array(s.searchHit).max(s.limits.searchWindow),
      /** Where older results begin; absent when there are none. */
      next: z.int().nonnegative().optional(),
      notes: z.array(s.searchNote),
    }),
  },

  'storage.status': { input: nothing, output: s.storageStatus },
  /** Gives free room of the caches back to the disk; what was deleted is not even there as remains. */
  'storage.compact': { input: nothing, output: s.storageStatus },

  'draft.create': { input: s.draftContent, output: s.draft },
  'draft.save': { input: byDraft.extend({ content: s.draftContent }), output: s.draft },
  'draft.list': { input: nothing, output: z.array(s.draft) },
  /** The person is done with it for now: its copy on the server follows at once. */
  'draft.close': { input: byDraft, output: nothing },
  /**
   * A message in Drafts to go on with: the local draft that it is a copy of, or one made from it,
   * which takes its place once it is changed.
   */
  'draft.open': { input: z.object({ ref: s.messageRef }), output: s.draft },
  /** What sending would do to a draft as it is kept: asked just before, so that it can be said. */
  'draft.check': {
    input: byDraft,
    /** Its html is larger or deeper than a letter is: it would go as plain text alone. */
    output: z.object({ plainOnly: z.boolean() }),
  },
  'draft.discard': { input: byDraft, output: nothing },
  /**
   * A draft that answers a message: recipients, identity, subject, quoted text; rich when the
   * format is. Nothing that the message hides is quoted.
   */
  'draft.reply': {
    input: z.object({
      ref: s.messageRef,
      kind: z.enum(['reply', 'reply-all', 'forward']),
      /** The setting `composeFormat` when absent. */
      format: z.enum(['rich', 'plain']).optional(),
      /** Words around the quotation; English when absent. */
      words: s.quoteWords.optional(),
    }),
    output: s.draft,
  },

  /** Own identity first, then as they were added; accounts in their order. */
  'identity.list': { input: nothing, output: z.array(s.identity) },
  'identity.save': { input: s.identityInput, output: s.identity },
  /** Refused for the account's own. */
  'identity.remove': { input: z.object({ identityId: z.string().max(80) }), output: nothing },

  /**
   * People for a recipient field: beginnings of name, address or domain, without case and
   * diacritics. Those written to come first, then those who wrote; the account's own mail first
   * when it is given. An empty text gives those written to most.
   */
  'contact.suggest': {
    input: z.object({
      text: z.string().max(s.limits.addressLength),
      limit: z.int().positive().max(s.limits.suggestions),
      accountId: s.accountId.optional(),
    }),
    output: z.array(s.suggestion).max(s.limits.suggestions),
  },
  /** By name; `text` as in `contact.suggest`. */
  'contact.list': {
    input: z.object({ text: z.string().max(s.limits.addressLength).optional(), ...window }),
    output: z.object({ total: z.int().nonnegative(), contacts: z.array(s.contact) }),
  },
  'contact.get': { input: byContact, output: s.contact },
  'contact.save': { input: s.contactInput, output: s.contact },
  'contact.remove': { input: byContact, output: nothing },
  /** A vCard file, 2.1 to 4.0. Who has an address that the book has is filled in, not added again. */
  'contact.import': {
    input: z.object({ text: z.string().max(s.limits.vcardLength) }),
    output: z.object({
      added: z.int().nonnegative(),
      updated: z.int().nonnegative(),
      failed: z.int().nonnegative(),
    }),
  },
  /** The whole book as vCards, where the host's person wants it; never over an existing file. */
  'contact.export': {
    input: z.object({ version: z.enum(['3.0', '4.0']).optional() }),
    output: z.object({
      /** Absent when the person chose no place. */
      savedAs: z.string().optional(),
      written: z.int().nonnegative(),
    }),
  },

  /** Bytes of a file come in chunks, in order; the file counts once `finish` returned. */
  'attachment.begin': {
    input: byDraft.extend({
      fileName: z.string().min(1).max(1_000),
      mimeType: z.string().max(200),
      sizeBytes: z.int().nonnegative().max(s.limits.attachmentSizeBytes),
      /** An image that stands in the html: it gets a Content-ID. */
      inline: z.boolean().optional(),
    }),
    output: z.object({ attachmentId: z.string(), contentId: z.string().optional() }),
  },
  'attachment.append': {
    input: z.object({
      attachmentId: z.string().max(64),
      chunk: z.base64().max(s.limits.chunkLength),
    }),
    output: nothing,
  },
  'attachment.finish': {
    input: z.object({ attachmentId: z.string().max(64) }),
    output: s.attachment,
  },
  'attachment.remove': { input: z.object({ attachmentId: z.string().max(64) }), output: nothing },

  /**
   * Queues a draft durably: when this returns, the message is on disk and the draft is gone. It is
   * kept back for `undoSendSeconds`, and until `sendAt` when that is given and still to come.
   */
  'outbox.submit': {
    input: byDraft.extend({ sendAt: s.isoTime.optional() }),
    output: s.outboxItem,
  },
  'outbox.list': { input: nothing, output: z.array(s.outboxItem) },
  /** Takes a scheduled, waiting or refused message back into a draft. */
  'outbox.edit': { input: byOutbox, output: s.draft },
  /** Keeps a scheduled or waiting message back no longer; leaves others as they are. */
  'outbox.sendNow': { input: byOutbox, output: s.outboxItem },
  /** Tries a waiting or refused message again; for an unknown one: sends it once more. */
  'outbox.retry': { input: byOutbox, output: s.outboxItem },
  /** The person knows that an unknown message arrived: it counts as sent. */
  'outbox.confirmArrived': { input: byOutbox, output: s.outboxItem },
  'outbox.discard': { input: byOutbox, output: nothing },

  /**
   * The host's dialog: files (mbox, .eml), or one folder (Maildir, .eml, mail of Thunderbird). The
   * window gets names for what was chosen and cannot name a path by itself.
   */
  'transfer.choose': {
    input: z.object({ what: z.enum(['files', 'folder']) }),
    output: z.object({
      sources: z.array(s.chosenSource).max(200),
      /** Names of those in which no mail was found. */
      refused: z.array(z.string()).max(200),
    }),
  },
  /** Uploads mail from files into a mailbox of the account; goes on after a restart. */
  'transfer.import': {
    input: byAccount.extend({ sourceId: s.sourceId, target: s.transferTarget }),
    output: s.transfer,
  },
  'transfer.list': { input: nothing, output: z.array(s.transfer) },
  'transfer.pause': { input: byTransfer, output: s.transfer },
  /** Goes on with what is paused or stopped. */
  'transfer.resume': { input: byTransfer, output: s.transfer },
  /** What was uploaded stays. Takes a transfer that is over off the list. */
  'transfer.cancel': { input: byTransfer, output: nothing },
  /** Writes where the host's person wants it; never over an existing file. */
  'transfer.export': {
    input: z.object({
      messages: z.union([
        z.object({ mailboxId: s.mailboxId }),
        z.object({ refs: z.array(s.messageRef).min(1).max(10_000) }),
      ]),
      format: z.enum(['mbox', 'eml']),
    }),
    output: z.object({
      /** Absent when the person chose no place. */
      savedAs: z.string().optional(),
      written: z.int().nonnegative(),
      /** Gone meanwhile, or larger than what can be read here. */
      failed: z.int().nonnegative(),
    }),
  },
  /** Profiles of Thunderbird in the usual places of this computer. Passwords are not read. */
  'thunderbird.find': {
    input: nothing,
    output: z.object({ profiles: z.array(s.thunderbirdProfile).max(20) }),
  },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

export const events = {
  'account.changed': z.object({}),
  'lock.changed': s.lock,
  'mailboxes.changed': z.object({ accountId: s.accountId }),
  /** Rows of one mailbox came, went or changed. */
  'messages.changed': z.object({ accountId: s.accountId, mailboxId: s.mailboxId }),
  /** New mail in an inbox, for a live region or a notification. */
  'message.arrived': z.object({ mailboxId: s.mailboxId, row: s.messageRow }),
  'sync.changed': s.syncState,
  /** The server refused a change: it is undone. */
  'task.refused': z.object({
    accountId: s.accountId,
    kind: z.enum(['flags', 'keyword', 'move', 'expunge', 'draft']),
    /** Messages that it was about. */
    count: z.int().nonnegative(),
    error: s.wireError,
  }),
  'drafts.changed': z.object({}),
  'identities.changed': z.object({}),
  'contacts.changed': z.object({}),
  'outbox.changed': z.object({}),
  'transfer.changed': z.object({}),
  'notification.due': s.dueNotification,
  /** The person clicked one that the host shows. */
  'notification.opened': z.object({ notificationId: s.notificationId }),
} as const satisfies Record<string, z.ZodType>;

export type MethodName = keyof typeof methods;
export type MethodInput<M extends MethodName> = z.input<(typeof methods)[M]['input']>;
/** Input as a handler sees it: parsed, trimmed, defaults filled. */
export type MethodParsedInput<M extends MethodName> = z.output<(typeof methods)[M]['input']>;
export type MethodOutput<M extends MethodName> = z.output<(typeof methods)[M]['output']>;
export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.output<(typeof events)[E]>;
