/** The same mail seen from two sides: by a bare IMAP client, and through the engine's contract. */
import { ImapFlow } from 'imapflow';
import type { DraftDto, MailboxDto, MessageRow, OutboxItem } from '../../../app/contract/index.ts';
import type { EngineProcess } from './engine-process.ts';
import { markerOf } from './ledger.ts';

export interface RowView {
  readonly marker: string | undefined;
  readonly subject: string;
  readonly seen: boolean;
  readonly flagged: boolean;
  readonly answered: boolean;
  /** In lower case, sorted. */
  readonly keywords: readonly string[];
}

export interface MailboxView {
  readonly path: string;
  readonly role: string;
  readonly uidValidity: number;
  readonly rows: ReadonlyMap<number, RowView>;
}

/** By path. */
export type MailView = ReadonlyMap<string, MailboxView>;

export interface LocalView {
  readonly mail: MailView;
  readonly mailboxes: readonly MailboxDto[];
  readonly drafts: readonly DraftDto[];
  readonly outbox: readonly OutboxItem[];
  readonly undoSendSeconds: number;
}

export interface SignIn {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A connection of another client, straight to the server. */
export async function connectBare({ port, user, password }: SignIn): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: password },
    logger: false,
    disableAutoIdle: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const specialUse: Readonly<Record<string, string>> = {
  '\\Inbox': 'inbox',
  '\\Sent': 'sent',
  '\\Drafts': 'drafts',
  '\\Trash': 'trash',
  '\\Archive': 'archive',
  '\\Junk': 'junk',
};

/** Everything that the server has of one user. */
export async function readServer(client: ImapFlow): Promise<MailView> {
  const view = new Map<string, MailboxView>();
  for (const { path, specialUse: use, flags } of await client.list()) {
    if (flags.has('\\Noselect') || flags.has('\\NonExistent')) continue;
    view.set(path, await readMailbox(client, path, specialUse[use ?? ''] ?? 'none'));
  }
  return view;
}

async function readMailbox(client: ImapFlow, path: string, role: string): Promise<MailboxView> {
  const opened = await client.mailboxOpen(path, { readOnly: true });
  const rows = new Map<number, RowView>();
  if (opened.exists > 0) {
    for await (const message of client.fetch('1:*', { uid: true, flags: true, envelope: true })) {
      const subject = message.envelope?.subject ?? '';
      const flags = message.flags ?? new Set();
      rows.set(message.uid, {
        marker: markerOf(subject),
        subject,
        seen: flags.has('\\Seen'),
        flagged: flags.has('\\Flagged'),
        answered: flags.has('\\Answered'),
        keywords: sortedKeywords([...flags].filter((flag) => !flag.startsWith('\\'))),
      });
    }
  }
  return { path, role, uidValidity: Number(opened.uidValidity), rows };
}

const pageSize = 500;

/** All rows of a mailbox as the window would show them; undefined when it has just gone. */
async function readRows(
  engine: EngineProcess,
  mailboxId: number,
): Promise<MessageRow[] | undefined> {
  const rows: MessageRow[] = [];
  for (;;) {
    const input = { mailboxId, offset: rows.length, limit: pageSize };
    const page = await engine.call('message.list', input);
    if (page.kind === 'refused' && page.code === 'mailbox.not-found') return undefined;
    if (page.kind !== 'done') throw new Error(`message.list: ${page.kind}`);
    rows.push(...page.output.rows);
    if (page.output.rows.length < pageSize) return rows;
  }
}

/** @throws Error when the engine ends meanwhile */
export async function readLocal(engine: EngineProcess, accountId: string): Promise<LocalView> {
  const mailboxes = await engine.get('mailbox.list', { accountId });
  const drafts = await engine.get('draft.list', {});
  const outbox = await engine.get('outbox.list', {});
  const { undoSendSeconds } = await engine.get('settings.get', {});
  const mail = new Map<string, MailboxView>();
  for (const { mailboxId, path, role, selectable } of mailboxes) {
    if (!selectable) continue;
    const rows = await readRows(engine, mailboxId);
    if (rows === undefined) continue;
    mail.set(path, {
      path,
      role,
      uidValidity: rows.find(({ ref }) => ref.mailboxId === mailboxId)?.ref.uidValidity ?? 0,
      rows: new Map(
        // One that is shown here and kept elsewhere has no uid of this mailbox yet.
        rows.map((row, index) => [
          row.ref.mailboxId === mailboxId ? row.ref.uid : -1 - index,
          toRowView(row),
        ]),
      ),
    });
  }
  return { mail, mailboxes, drafts, outbox, undoSendSeconds };
}

function toRowView({ subject, seen, flagged, answered, keywords = [] }: MessageRow): RowView {
  const flags = { seen, flagged, answered, keywords: sortedKeywords(keywords) };
  return { marker: markerOf(subject), subject, ...flags };
}

function sortedKeywords(keywords: readonly string[]): string[] {
  return keywords.map((keyword) => keyword.toLowerCase()).sort();
}

/** One line for each difference; empty when both sides are the same. */
export function compareViews(local: MailView, server: MailView): string[] {
  const found: string[] = [];
  for (const path of new Set([...local.keys(), ...server.keys()])) {
    const here = local.get(path);
    const there = server.get(path);
    if (here === undefined || there === undefined) {
      found.push(`mailbox ${path} is only ${here === undefined ? 'on the server' : 'here'}`);
      continue;
    }
    if (here.uidValidity !== 0 && here.uidValidity !== there.uidValidity) {
      found.push(`${path}: uidValidity ${here.uidValidity} here, ${there.uidValidity} there`);
      continue;
    }
    for (const uid of new Set([...here.rows.keys(), ...there.rows.keys()])) {
      const a = here.rows.get(uid);
      const b = there.rows.get(uid);
      if (describe(a) !== describe(b)) {
        found.push(`${path} ${uid}: here ${describe(a)}, server ${describe(b)}`);
      }
    }
  }
  return found;
}

function describe(row: RowView | undefined): string {
  if (row === undefined) return 'nothing';
  const words = [row.seen && 'seen', row.flagged && 'flagged', row.answered && 'answered'];
  return [row.subject, ...words.filter((word) => word !== false), ...row.keywords].join(' ');
}
