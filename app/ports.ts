/**
 * What the parts of the engine need from each other, as interfaces: accounts, imap and submission
 * know only these and meet in engine.ts. No behaviour here.
 */
import type { MessageBody, MessageRef } from './contract/index.ts';
import type { MailError } from './errors.ts';
import type { LegEndpoint, OpenedLeg, Service } from './leg/types.ts';

/** An account as it is kept. The password is not part of it. */
export interface StoredAccount {
  readonly accountId: string;
  readonly address: string;
  readonly displayName: string;
  readonly userName: string;
  readonly imap: LegEndpoint;
  readonly submission: LegEndpoint;
}

/** What a submission server's EHLO said that matters before a message is sent. */
export interface SubmissionOffer {
  /** REQUIRETLS (RFC 8689). */
  readonly requireTls: boolean;
  /** SIZE (RFC 1870), octets; undefined when it sets no limit. */
  readonly maxMessageBytes?: number;
}

/** The accounts that exist. Implemented by app/accounts. */
export interface AccountDirectory {
  list(): StoredAccount[];
  /** @throws RequestError `account.not-found` */
  get(accountId: string): StoredAccount;
  /** @throws RequestError `secret.unavailable` */
  password(accountId: string): Promise<string>;
  /**
   * Keeps what only the person can mend (shown as `account.problem`); undefined clears it.
   * Emits `account.changed` when that changes something.
   */
  setProblem(accountId: string, problem: MailError | undefined): void;
}

/** Opens protected legs for an account. Implemented by app/accounts. */
export interface LegOpener {
  /**
   * Pin and floor are stored before this returns. The leg counts as up until its stream closes.
   * @throws LegError when it cannot be reached or protected
   */
  open(accountId: string, service: Service, signal?: AbortSignal): Promise<OpenedLeg>;
}

export interface SignInCredentials {
  readonly host: string;
  readonly userName: string;
  readonly password: string;
}

/**
 * Signs in on a leg and leaves it: proves a password, keeps nothing. Closes the leg's stream.
 * @returns what a submission server offers; undefined for the other service
 * @throws AuthError `auth.failed` or `auth.unsupported`, ImapError, LegError
 */
export type SignInCheck = (
  leg: OpenedLeg,
  credentials: SignInCredentials,
  signal?: AbortSignal,
) => Promise<SubmissionOffer | undefined>;

/** The copy of a submitted message in the account's Sent mailbox. Implemented by app/imap. */
export interface SentCopy {
  /**
   * Makes sure that the Sent mailbox holds the message once: looks for its Message-ID first
   * (some providers keep a copy by themselves) and appends with `\Seen` only when it is missing.
   * @param path the file that holds the message; it is read piece by piece
   * @param messageId with or without angle brackets
   * @throws ImapError, LegError, or StorageError; safe to repeat
   */
  append(accountId: string, path: string, messageId: string): Promise<void>;
  /**
   * Looks for a message in Sent, then in All mail and INBOX when the account has them.
   * @throws ImapError or LegError when that cannot be known now
   */
  findByMessageId(accountId: string, messageId: string): Promise<'found' | 'absent'>;
}

/** Marks a message as answered or forwarded once the answer was sent. Implemented by the engine. */
export interface AnsweredMarker {
  /**
   * On disk when this returns; the server follows when it can. Repeating it does no harm, and a
   * message that is no longer there is nobody's loss.
   * @throws StorageError
   */
  mark(ref: MessageRef, kind: 'reply' | 'forward'): void;
}

/** Bytes of one attachment of a stored message. */
export interface MessagePart {
  readonly fileName: string;
  readonly mimeType: string;
  /** Without angle brackets. */
  readonly contentId?: string;
  readonly bytes: Uint8Array;
}

/** Messages for whoever answers or forwards one. Implemented by app/imap. */
export interface MessageReader {
  /** @throws RequestError `message.not-found` or `message.unreadable`, ImapError, LegError */
  openMessage(ref: MessageRef): Promise<MessageBody>;
  /** All attachments, inline ones too, in the order of `MessageBody.parts`. */
  readParts(ref: MessageRef): Promise<readonly MessagePart[]>;
}

/** A message as a server keeps it. */
export interface SourceOfMessage {
  readonly raw: Uint8Array;
  /** Spelled as on the wire. */
  readonly flags: readonly string[];
  readonly receivedAt?: Date;
}

/** Messages as they came, one at a time, for whoever writes them elsewhere. Implemented by app/imap. */
export interface MessageSource {
  /**
   * Every message of a mailbox, also those that are not in the store yet.
   * @throws RequestError `mailbox.not-found`, ImapError, LegError
   */
  list(mailboxId: number): Promise<readonly MessageRef[]>;
  /** @throws RequestError `message.not-found` or `message.unreadable`, ImapError, LegError */
  source(ref: MessageRef): Promise<SourceOfMessage>;
}

/** A message on its way into a mailbox, with what it is known by. */
export interface MessageToAppend extends SourceOfMessage {
  /** With angle brackets. */
  readonly messageId?: string;
  /** Of `raw`, hex. */
  readonly sha256: string;
}

/** `mailbox`: the server takes no other message there either (no room, no right). */
export type AppendOutcome =
  | { readonly kind: 'appended' }
  | { readonly kind: 'refused'; readonly text: string; readonly by: 'message' | 'mailbox' };

/** One mailbox on the server, with what was found in it when it was opened. */
export interface AppendTarget {
  /**
   * `message-id`: a message of that Message-ID is there; without one, the same bytes.
   * `bytes`: the very same bytes are there.
   * @throws ImapError, LegError when that cannot be known now
   */
  has(message: MessageToAppend, by: 'message-id' | 'bytes'): Promise<boolean>;
  /**
   * Safe against a connection that breaks while it runs: looks again before a second attempt.
   * When it throws, the message may be there or not: open the mailbox anew and ask `has`.
   * @throws ImapError, LegError
   */
  append(message: MessageToAppend): Promise<AppendOutcome>;
  /** Shows what came; never throws. */
  finished(): Promise<void>;
}

/** Mailboxes to upload into. Implemented by app/imap. */
export interface MailboxAppender {
  /**
   * Makes the mailbox, and those above it, when they are missing.
   * @param names outermost first, at least one; `INBOX` is the account's own
   * @throws ImapError, LegError
   */
  ensureMailbox(accountId: string, names: readonly string[]): Promise<AppendTarget>;
}

/** Where a message lies that a draft was made from. */
export interface DraftOrigin {
  readonly path: string;
  readonly uidValidity: number;
  readonly uid: number;
}

/** What tells copies of one draft from all other messages. */
export interface DraftCopyKey {
  /** With angle brackets; the same for all revisions of a draft. */
  readonly messageId: string;
  /** Begins the revision of each copy that this computer made of the draft. */
  readonly owner: string;
}

/** `leave`: nothing is to be done on the server. */
export type WantedCopy =
  | { readonly kind: 'leave' }
  | ({ readonly kind: 'none'; readonly origin: DraftOrigin | undefined } & DraftCopyKey)
  | ({
      readonly kind: 'copy';
      /** Value of `X-Draft-Revision`: the same for the same content. */
      readonly revision: string;
      readonly origin: DraftOrigin | undefined;
    } & DraftCopyKey);

/** Copies of drafts as the server should have them. Implemented by app/submission. */
export interface DraftCopySource {
  wanted(draftId: string, accountId: string): WantedCopy;
  /** Drafts of the account whose copy is not as it should be. */
  due(accountId: string): string[];
  /** Drafts of the account that were sent or thrown away and may still have a copy. */
  leftOver(accountId: string): string[];
  /** Accounts whose server may hold something of the draft, or should. */
  accountsOf(draftId: string): string[];
  /**
   * Writes the message, with its Bcc. On disk when this returns that a copy may exist.
   * @returns its path, to be given back; undefined when the draft is another by now
   * @throws StorageError
   */
  write(draftId: string, revision: string): Promise<string | undefined>;
  release(path: string): void;
  /** The server has this revision and no other of ours, or will not have it. */
  settled(draftId: string, accountId: string, revision: string): void;
  /** The server has no copy of ours any more. */
  forget(draftId: string, accountId: string): void;
}

/** A mailbox whose path changes. */
export interface RenamedPath {
  readonly from: string;
  readonly to: string;
}

/**
 * Keeps an account's changes that wait with mailboxes whose paths change, whatever breaks in
 * between: they name mailboxes by path.
 */
export interface RenameNotes {
  /** What the server is about to be asked for; on disk when it returns. */
  begin(pairs: readonly RenamedPath[]): void;
  /** What was begun and neither followed nor forgotten: only the server knows what became of it. */
  begun(): readonly RenamedPath[];
  /** It did not happen. */
  forget(): void;
  /** It is so on the server: changes follow in one commit, and then `applyLocal` brings mail.db along. */
  follow(pairs: readonly RenamedPath[], applyLocal: () => void): void;
}
