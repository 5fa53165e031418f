/** The durable queue of submissions. Signatures first; body follows. */
import type { DraftDto, OutboxItem } from '../contract/index.ts';
import { InternalError } from '../errors.ts';
import type { OpenedLeg } from '../leg/types.ts';
import type { Logger } from '../log.ts';
import type { Drafts } from './drafts.ts';
import type { OutboxStore } from './outbox-store.ts';

/** The copy in Sent, made over IMAP by someone else. Both throw MailError when IMAP is not there. */
export interface SentCopy {
  append(accountId: string, rawPath: string, messageId: string): Promise<void>;
  /** Looks where a provider may have kept the message itself: Sent and All. */
  findByMessageId(accountId: string, messageId: string): Promise<'found' | 'absent'>;
}

/** What the outbox needs of accounts. */
export interface SubmissionAccess {
  /** @throws LegError */
  openLeg(accountId: string, signal: AbortSignal): Promise<OpenedLeg>;
  /** @throws RequestError secret.unavailable */
  credentials(accountId: string): Promise<{ userName: string; password: string }>;
  /** @throws RequestError account.not-found */
  sender(accountId: string): { address: string; displayName: string };
}

export interface OutboxOptions {
  readonly store: OutboxStore;
  readonly drafts: Drafts;
  readonly access: SubmissionAccess;
  readonly sentCopy: SentCopy;
  readonly logger: Logger;
  /** Something in the list changed for this account (emit outbox.changed and lock.changed). */
  readonly onChanged: (accountId: string) => void;
  readonly now?: () => Date;
}

export class Outbox {
  /** Recovers what a crash left behind; sends nothing yet. */
  constructor(_options: OutboxOptions) {
    throw new InternalError('pending');
  }
  /** Begins to submit what waits. */
  start(): void {}
  /** Ends at once; a message in mid-air becomes waiting or unknown by where it was. */
  async stop(): Promise<void> {}
  submit(_draftId: string): Promise<OutboxItem> {
    throw new InternalError('pending');
  }
  list(): OutboxItem[] {
    throw new InternalError('pending');
  }
  edit(_outboxId: string): DraftDto {
    throw new InternalError('pending');
  }
  retry(_outboxId: string): OutboxItem {
    throw new InternalError('pending');
  }
  discard(_outboxId: string): void {}
  /** Messages of this account that wait (for the lock). */
  waiting(_accountId: string): number {
    throw new InternalError('pending');
  }
  /** Try everything of this account now (account.retry, leg is back). */
  wake(_accountId: string): void {}
  /** IMAP is up: settle unknown ones by Message-ID and make missing copies in Sent. */
  async reconcile(_accountId: string): Promise<void> {}
  /** Deletes drafts, attachments and queued messages of a removed account. */
  removeAccount(_accountId: string): void {}
}
