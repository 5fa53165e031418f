/** Shapes of mail.db as the rest of the engine sees them. Times are milliseconds since 1970. */
import type { AddressDto, MailboxRole } from '../contract/index.ts';

/** What the server's list says of one mailbox. */
export interface ListedMailbox {
  readonly path: string;
  /** Last component, decoded. */
  readonly name: string;
  readonly depth: number;
  readonly role: MailboxRole;
  readonly selectable: boolean;
  /** From STATUS; undefined when the server did not say. */
  readonly total?: number;
  readonly unseen?: number;
}

export interface StoredMailbox {
  readonly mailboxId: number;
  readonly accountId: string;
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly role: MailboxRole;
  readonly selectable: boolean;
  /** 0 until the mailbox was opened once. */
  readonly uidValidity: number;
  /** Every message below this uid is known when `complete`. */
  readonly uidNext: number;
  /** RFC 7162; 0 when the server keeps none. */
  readonly highestModSeq: bigint;
  /** Headers of every message below `uidNext` are here. */
  readonly complete: boolean;
  readonly serverTotal: number;
  readonly serverUnseen: number;
  /** Messages that the server keeps in it and this store knows. */
  readonly stored: number;
  /** Messages that are shown in it: changes that the server has not made yet count. */
  readonly total: number;
  readonly unseen: number;
}

export interface MessageFlags {
  readonly seen: boolean;
  readonly flagged: boolean;
  readonly answered: boolean;
  /** Marked for removal; undefined where that is not known. */
  readonly deleted?: boolean;
}

/** Flags to set; keywords are replaced when given, and left as they are otherwise. */
export interface FlagsChange extends Partial<MessageFlags> {
  readonly keywords?: readonly string[];
}

/** A message's envelope and flags, as fetched. */
export interface MessageHeader extends MessageFlags {
  readonly uid: number;
  readonly receivedAt: number;
  readonly sentAt?: number;
  readonly from?: AddressDto;
  readonly to: readonly AddressDto[];
  readonly subject: string;
  /** With angle brackets, as in the header. */
  readonly messageId?: string;
  readonly inReplyTo?: string;
  /** Message-IDs with angle brackets, oldest first. */
  readonly references?: readonly string[];
  /** Names the same message in several mailboxes: X-GM-MSGID, or EMAILID (RFC 8474). */
  readonly emailId?: string;
  /** Keywords as on the wire (RFC 9051 §2.3.2). */
  readonly keywords?: readonly string[];
  readonly hasAttachment: boolean;
  readonly sizeBytes: number;
}

/** none: not here yet. kept: in content.db. unavailable: too large, or refused by the server. */
export type ContentState = 'none' | 'kept' | 'unavailable';

/** Names a message's content: a rowId alone may be used again. */
export interface ContentKey {
  readonly rowId: number;
  readonly token: number;
}

export interface StoredMessage extends MessageHeader {
  readonly rowId: number;
  /** Where the server keeps it. */
  readonly mailboxId: number;
  /**
   * Where the person sees it; 0 while its deletion is on the way, −1 while another row stands for
   * it: one that the server is about to move here.
   */
  readonly shownIn: number;
  readonly threadId: number;
  /** Ties it to its content; random, never used twice. */
  readonly token: number;
  readonly content: ContentState;
  readonly snippet: string;
}
