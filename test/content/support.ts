/** A store with one inbox on the disk, and a content store beside it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentStore } from '../../app/content/content-store.ts';
import type { MailboxRole } from '../../app/contract/index.ts';
import { silentLogger } from '../../app/log.ts';
import { openMailStore } from '../../app/store/mail-store.ts';
import type { MessageHeader, StoredMessage } from '../../app/store/mail-types.ts';

export function listed(path: string, role: MailboxRole = 'none') {
  return { path, name: path, depth: 0, role, selectable: true };
}

export function newDir(): string {
  return mkdtempSync(join(tmpdir(), 'letterlock-content-'));
}

export function openLab(dir = newDir()) {
  const store = openMailStore(join(dir, 'mail.db'));
  if (store.reader.mailboxes('a').length === 0) {
    store.writer.mailboxes.replace('a', [
      listed('INBOX', 'inbox'),
      listed('Work'),
      listed('Trash', 'trash'),
    ]);
  }
  const content = new ContentStore({
    contentPath: join(dir, 'content.db'),
    mailPath: join(dir, 'mail.db'),
    store,
    logger: silentLogger,
  });
  const mailbox = (path: string) => {
    const found = store.reader.mailboxByPath('a', path);
    if (found === undefined) throw new Error(`no mailbox ${path}`);
    return found.mailboxId;
  };
  const message = (uid: number, path = 'INBOX'): StoredMessage => {
    const found = store.reader.message(mailbox(path), uid);
    if (found === undefined) throw new Error(`no message ${uid}`);
    return found;
  };
  return {
    dir,
    store,
    content,
    mailbox,
    message,
    /** Puts headers of raw messages into the store, uids from 1 on, a minute apart. */
    add(
      raws: readonly string[],
      options: { path?: string; from?: number; more?: Partial<MessageHeader> } = {},
    ) {
      const { path = 'INBOX', from = 1, more } = options;
      const headers = raws.map((raw, index) => ({ ...toHeader(raw, from + index), ...more }));
      store.writer.upsertMessages(mailbox(path), headers);
      return raws.map((raw, index) => {
        const { rowId, token } = message(from + index, path);
        return { rowId, token, raw: Buffer.from(raw) };
      });
    },
    async close() {
      await content.stop();
      store.close();
    },
    async end() {
      await this.close();
      rmSync(dir, { recursive: true });
    },
  };
}

export type ContentLab = ReturnType<typeof openLab>;

const start = Date.parse('2026-03-01T00:00:00Z');

function toHeader(raw: string, uid: number): MessageHeader {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(raw)?.[1]?.trim();
  const [, name = '', address = ''] = /^(.*?)\s*<(.*)>$/.exec(field('From') ?? '') ?? [];
  const messageId = field('Message-ID');
  return {
    uid,
    receivedAt: start + uid * 60_000,
    from: { name, address },
    to: [{ name: '', address: field('To') ?? '' }],
    subject: field('Subject') ?? '',
    ...(messageId === undefined ? {} : { messageId }),
    seen: false,
    flagged: false,
    answered: false,
    hasAttachment: false,
    sizeBytes: raw.length,
  };
}

export function letter(
  subject: string,
  body: string,
  more = 'From: Ada Lovelace <ada@example.test>',
): string {
  return [
    more,
    'To: mia@example.test',
    `Subject: ${subject}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    body,
    '',
  ].join('\r\n');
}
