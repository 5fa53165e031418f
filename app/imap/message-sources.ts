/** Messages as they came, for export: from the store when it has them, else from the server. */
import type { ContentStore } from '../content/content-store.ts';
import type { MessageRef } from '../contract/index.ts';
import { ImapError, RequestError } from '../errors.ts';
import { mimeLimits } from '../mime/limits.ts';
import { validDate } from '../mime/parse-message.ts';
import type { MessageSource, SourceOfMessage } from '../ports.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { MessageFlags, StoredMailbox } from '../store/mail-types.ts';
import type { AccountSync } from './account-sync.ts';

export interface MessageSourcesOptions {
  readonly reader: MailStoreReader;
  readonly content: Pick<ContentStore, 'source'>;
  /** @throws RequestError `account.not-found` */
  readonly account: (accountId: string) => Pick<AccountSync, 'run' | 'inMailbox'>;
}

export class MessageSources implements MessageSource {
  readonly #options: MessageSourcesOptions;

  constructor(options: MessageSourcesOptions) {
    this.#options = options;
  }

  async list(mailboxId: number): Promise<readonly MessageRef[]> {
    const { reader } = this.#options;
    const mailbox = reader.mailbox(mailboxId);
    if (mailbox === undefined) throw new RequestError('mailbox.not-found');
    const { accountId } = mailbox;
    if (mailbox.complete) {
      const { uidValidity } = mailbox;
      return reader.uids(mailboxId).map((uid) => ({ accountId, mailboxId, uidValidity, uid }));
    }
    // The store holds the newest only: the server knows them all.
    return this.#options.account(accountId).run(async (client) => {
      const lock = await client.getMailboxLock(mailbox.path);
      try {
        const found = await client.search({ all: true }, { uid: true });
        if (!Array.isArray(found) || client.mailbox === false) {
          throw new ImapError('imap.failed', { command: 'UID SEARCH' });
        }
        const uidValidity = Number(client.mailbox.uidValidity);
        return found.map((uid) => ({ accountId, mailboxId, uidValidity, uid }));
      } finally {
        lock.release();
      }
    }, 'background');
  }

  async source(ref: MessageRef): Promise<SourceOfMessage> {
    const { reader, content } = this.#options;
    const mailbox = reader.mailbox(ref.mailboxId);
    if (mailbox?.accountId !== ref.accountId) throw new RequestError('message.not-found');
    const known =
      mailbox.uidValidity === ref.uidValidity ? reader.message(ref.mailboxId, ref.uid) : undefined;
    const raw = known === undefined ? undefined : content.source(known);
    if (known !== undefined && raw !== undefined) {
      return { raw, flags: wireFlags(known), receivedAt: new Date(known.receivedAt) };
    }
    return this.#fetch({ ...mailbox, uidValidity: ref.uidValidity }, ref.uid);
  }

  /** Not kept in the store: an export is no reason to fill the disk twice. */
  #fetch(mailbox: StoredMailbox, uid: number): Promise<SourceOfMessage> {
    const most = mimeLimits.messageSizeBytes;
    return this.#options.account(mailbox.accountId).inMailbox(
      mailbox,
      async (client) => {
        const source = { start: 0, maxLength: most + 1 };
        const query = { uid: true, flags: true, internalDate: true, source };
        const found = await client.fetchOne(String(uid), query, { uid: true });
        if (found === false || found.source === undefined) {
          throw new RequestError('message.not-found');
        }
        if (found.source.length > most) throw new RequestError('message.unreadable');
        const { internalDate } = found;
        const receivedAt = internalDate === undefined ? undefined : validDate(internalDate);
        return {
          raw: found.source,
          flags: [...(found.flags ?? [])],
          ...(receivedAt === undefined ? {} : { receivedAt }),
        };
      },
      'background',
    );
  }
}

function wireFlags({ seen, flagged, answered }: MessageFlags): string[] {
  return [
    ...(seen ? ['\\Seen'] : []),
    ...(flagged ? ['\\Flagged'] : []),
    ...(answered ? ['\\Answered'] : []),
  ];
}
