/**
 * What mailboxes lie under a path: one mbox, a Maildir with its subfolders, folders of `.eml`, or
 * a mail directory of Thunderbird. Links are not followed, except the path itself.
 */
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { TransferSource } from '../contract/index.ts';
import { RequestError } from '../errors.ts';
import { transferLimits } from './limits.ts';
import { plainFiles, readEml, readMaildir } from './read-files.ts';
import { looksLikeMbox, reading, readMbox } from './read-mbox.ts';
import type { SourceItem } from './source-item.ts';

export interface SourceMailbox {
  /** Where it lies below the path: its name as long as the source is the same. */
  readonly id: string;
  /** Names below the target, outermost first; empty for the path itself. */
  readonly names: readonly string[];
  /** How much it is beside the others, for progress. */
  readonly weight: number;
  /** @throws RequestError `transfer.source-unreadable` */
  read(from?: string): AsyncIterable<SourceItem>;
}

interface Folder {
  readonly dir: string;
  readonly names: readonly string[];
}

/** A message in a file of its own counts as so many bytes. */
const fileWeight = 10_000;
/** Kept by Thunderbird beside the mail. */
const notMail = /\.(msf|dat|html|json|sqlite|log|txt|wdseml|xml|toc|mozeml)$/i;

/**
 * In the order of their names, each once; those that are empty may be among them.
 * @throws RequestError `transfer.source-unreadable` when there is nothing of that kind
 */
export async function findSourceMailboxes(source: TransferSource): Promise<SourceMailbox[]> {
  const { kind, path } = source;
  const isFolder = (await reading(path, () => stat(path))).isDirectory();
  const root = { dir: path, names: [] };
  const found: SourceMailbox[] = [];
  if (kind === 'mbox') {
    if (isFolder || !(await looksLikeMbox(path))) {
      throw new RequestError('transfer.source-unreadable', { path });
    }
    found.push(await mboxMailbox(path, []));
  } else if (kind === 'eml' && !isFolder && isEml(path)) found.push(emlMailbox(root, 1));
  else if (!isFolder) throw new RequestError('transfer.source-unreadable', { path });
  else if (kind === 'eml') await walk(root, found, lookForEml);
  else await walk(root, found, kind === 'maildir' ? lookForMaildir : lookForThunderbird);
  if (found.length === 0) throw new RequestError('transfer.source-unreadable', { path });
  const named = found.map((mailbox) => ({ ...mailbox, id: idOf(path, mailbox.id) }));
  return named.sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
}

function idOf(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

interface Look {
  readonly mailboxes: readonly SourceMailbox[];
  readonly below: readonly Folder[];
}

async function walk(
  root: Folder,
  found: SourceMailbox[],
  look: (folder: Folder) => Promise<Look>,
): Promise<void> {
  const open = [{ folder: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { mailboxes, below } = await look(next.folder);
    found.push(...mailboxes);
    if (found.length > transferLimits.mailboxes || next.depth >= transferLimits.depth) {
      throw new RequestError('transfer.source-unreadable', { path: root.dir });
    }
    for (const folder of below) open.push({ folder, depth: next.depth + 1 });
  }
}

async function lookForEml(folder: Folder): Promise<Look> {
  const files = (await plainFiles(folder.dir)).filter(isEml);
  const below = (await subfolders(folder.dir)).map((name) => within(folder, name, [name]));
  return { mailboxes: files.length === 0 ? [] : [emlMailbox(folder, files.length)], below };
}

async function lookForMaildir(folder: Folder): Promise<Look> {
  const names = await subfolders(folder.dir);
  const below = names
    .filter((name) => !['cur', 'new', 'tmp'].includes(name))
    .map((name) => within(folder, name, maildirNames(name)));
  return { mailboxes: isMaildir(names) ? [await maildirMailbox(folder)] : [], below };
}

/** `Inbox`, `Inbox.msf`, and what is in Inbox lies in `Inbox.sbd`. */
async function lookForThunderbird(folder: Folder): Promise<Look> {
  const mailboxes: SourceMailbox[] = [];
  const below: Folder[] = [];
  for (const name of await plainFiles(folder.dir)) {
    const path = join(folder.dir, name);
    if (notMail.test(name) || name.startsWith('.') || !(await looksLikeMbox(path))) continue;
    mailboxes.push(await mboxMailbox(path, [...folder.names, name]));
  }
  for (const name of await subfolders(folder.dir)) {
    const inner = within(folder, name, [name.replace(/\.sbd$/i, '')]);
    if (/\.sbd$/i.test(name)) below.push(inner);
    else if (isMaildir(await subfolders(inner.dir))) mailboxes.push(await maildirMailbox(inner));
  }
  return { mailboxes, below };
}

function within({ dir, names }: Folder, name: string, more: readonly string[]): Folder {
  return { dir: join(dir, name), names: [...names, ...more] };
}

async function subfolders(dir: string): Promise<string[]> {
  const entries = await reading(dir, () => readdir(dir, { withFileTypes: true }));
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function isEml(name: string): boolean {
  return /\.eml$/i.test(name);
}

function isMaildir(subfolderNames: readonly string[]): boolean {
  return subfolderNames.includes('cur');
}

async function mboxMailbox(path: string, names: readonly string[]): Promise<SourceMailbox> {
  const { size } = await reading(path, () => stat(path));
  return { id: path, names, weight: size, read: (from) => readMbox(path, { from }) };
}

async function maildirMailbox({ dir, names }: Folder): Promise<SourceMailbox> {
  const count = (await plainFiles(join(dir, 'cur'))).length;
  return { id: dir, names, weight: count * fileWeight, read: (from) => readMaildir(dir, { from }) };
}

function emlMailbox({ dir, names }: Folder, count: number): SourceMailbox {
  return { id: dir, names, weight: count * fileWeight, read: (from) => readEml(dir, { from }) };
}

/** `.Archive.2020` of Maildir++ is 2020 in Archive; other names are what they are. */
function maildirNames(name: string): string[] {
  if (!name.startsWith('.')) return [name.replace(/\.sbd$/i, '')];
  const names = name.split('.').filter((part) => part !== '');
  return names.map(decodeMailboxName);
}

/** Modified UTF-7 (RFC 3501 §5.1.3), as servers keep names in Maildir++; what is none stays. */
function decodeMailboxName(name: string): string {
  return name.replace(/&([A-Za-z0-9+,]*)-/g, (whole, code: string) => {
    if (code === '') return '&';
    const bytes = Buffer.from(code.replaceAll(',', '/'), 'base64');
    if (bytes.length < 2) return whole;
    return bytes
      .subarray(0, bytes.length & ~1)
      .swap16()
      .toString('utf16le');
  });
}
