/** Messages that lie in files of their own: Maildir, and folders of `.eml`. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RequestError } from '../errors.ts';
import { validDate } from '../mime/parse-message.ts';
import { transferLimits } from './limits.ts';
import { parsePostmark } from './postmark.ts';
import { reading } from './read-mbox.ts';
import {
  describeHead,
  headerDate,
  headerFields,
  headerFlags,
  isExpunged,
  type SourceItem,
  withCrlf,
} from './source-item.ts';

export interface ReadFilesOptions {
  /** `next` of the last item that is done with: files that sort behind it follow. */
  readonly from?: string | undefined;
  /** Default transferLimits.messageSizeBytes. */
  readonly messageSizeBytes?: number;
}

interface MailFile {
  readonly path: string;
  /** Stays the same when flags change or the file moves from `new` to `cur`. */
  readonly key: string;
  readonly letters: string;
}

/** What decides about one file, beside its bytes. */
interface FileRules {
  readonly receivedAt: (byHeader: Date | undefined, mtime: Date | undefined) => Date | undefined;
  readonly limit: number;
}

/**
 * One Maildir without its subfolders: `new` and `cur`; `tmp` holds nothing that was delivered.
 * Flags are those of the file's name (`:2,FRS`; `;` and `!` where a colon is not allowed).
 * @throws RequestError `transfer.source-unreadable` when neither folder can be read
 */
export async function* readMaildir(
  dir: string,
  options: ReadFilesOptions = {},
): AsyncGenerator<SourceItem, void> {
  const files: MailFile[] = [];
  for (const folder of ['cur', 'new']) files.push(...(await maildirFiles(join(dir, folder))));
  yield* readAll(files, options, (file) => ({
    // Delivery names a file by its time and leaves that as mtime; an IMAP server puts the internal
    // date into mtime; a careless copy makes mtime later than either.
    receivedAt: (_byHeader, mtime) => earlier(mtime, nameTime(file.key)),
  }));
}

/**
 * One `.eml` file, or those of a folder without its subfolders.
 * @throws RequestError `transfer.source-unreadable`, also for a file of another name
 */
export async function* readEml(
  path: string,
  options: ReadFilesOptions = {},
): AsyncGenerator<SourceItem, void> {
  const found = await reading(path, () => stat(path));
  const all = found.isDirectory() ? await plainFiles(path) : [basename(path)];
  const names = all.filter((name) => /\.eml$/i.test(name));
  if (!found.isDirectory() && names.length === 0) {
    throw new RequestError('transfer.source-unreadable', { path });
  }
  const dir = found.isDirectory() ? path : dirname(path);
  const files = names.map((name) => ({ path: join(dir, name), key: name, letters: '' }));
  yield* readAll(files, options, () => ({ receivedAt: (byHeader, mtime) => byHeader ?? mtime }));
}

/** Names of the ordinary files of a folder; links are not followed. */
export async function plainFiles(dir: string): Promise<string[]> {
  const entries = await reading(dir, () => readdir(dir, { withFileTypes: true }));
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

async function maildirFiles(folder: string): Promise<MailFile[]> {
  let names: string[];
  try {
    names = await plainFiles(folder);
  } catch {
    // Thunderbird makes no `new`; that there is one of the two was seen before.
    return [];
  }
  return names
    .filter((name) => !name.startsWith('.'))
    .map((name) => {
      const [, key = name, letters = ''] = /^(.+)[:;!]2,([A-Za-z]*)$/.exec(name) ?? [];
      return { path: join(folder, name), key, letters };
    });
}

async function* readAll(
  files: MailFile[],
  options: ReadFilesOptions,
  rulesOf: (file: MailFile) => Omit<FileRules, 'limit'>,
): AsyncGenerator<SourceItem, void> {
  const limit = options.messageSizeBytes ?? transferLimits.messageSizeBytes;
  files.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  for (const [index, file] of files.entries()) {
    if (options.from !== undefined && file.key <= options.from) continue;
    const place = { next: file.key, fraction: (index + 1) / files.length };
    const item = await readOne(file, { ...rulesOf(file), limit });
    if (item !== undefined) yield { ...item, ...place };
  }
}

type Bare<T> = T extends SourceItem ? Omit<T, 'next' | 'fraction'> : never;

async function readOne(file: MailFile, rules: FileRules): Promise<Bare<SourceItem> | undefined> {
  let bytes: Uint8Array;
  let mtime: Date | undefined;
  try {
    const found = await stat(file.path);
    mtime = validDate(found.mtime);
    if (found.size > rules.limit) {
      return { kind: 'refusal', reason: 'too-large', subject: basename(file.path) };
    }
    bytes = await readFile(file.path);
  } catch {
    return { kind: 'refusal', reason: 'unreadable', subject: basename(file.path) };
  }
  const raw = withCrlf(withoutPostmark(bytes));
  if (raw.length === 0) return undefined;
  // Whatever else lies there under such a name is not taken for mail and put on a server.
  if (!beginsWithField(raw)) {
    return { kind: 'refusal', reason: 'unreadable', subject: basename(file.path) };
  }
  const fields = headerFields(raw);
  if (isExpunged(fields)) return undefined;
  const receivedAt = rules.receivedAt(headerDate(fields), mtime);
  return {
    kind: 'message',
    raw,
    flags: [...new Set([...headerFlags(fields), ...letterFlags(file.letters)])],
    ...(receivedAt === undefined ? {} : { receivedAt }),
    ...describeHead(fields),
  };
}

/** Some programs save a message with the line that separated it in an mbox, or with a BOM. */
function withoutPostmark(whole: Uint8Array): Uint8Array {
  const bytes = hasBom(whole) ? whole.subarray(3) : whole;
  const end = bytes.indexOf(10);
  if (end < 0 || end > transferLimits.postmarkBytes || bytes[0] !== 0x46) return bytes;
  const line = Buffer.from(bytes.subarray(0, end)).toString('latin1');
  return parsePostmark(line) === undefined ? bytes : bytes.subarray(end + 1);
}

function hasBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** RFC 5322 §2.2: a name of printable characters and a colon. */
function beginsWithField(raw: Uint8Array): boolean {
  const start = Buffer.from(raw.subarray(0, 200)).toString('latin1');
  return /^[!-9;-~]{1,100}[ \t]*:/.test(start);
}

/** maildir(5): passed and trashed have no flag of their own that a server must know. */
function letterFlags(letters: string): string[] {
  const known = { S: '\\Seen', F: '\\Flagged', R: '\\Answered', D: '\\Draft' };
  return Object.entries(known).flatMap(([letter, flag]) => (letters.includes(letter) ? flag : []));
}

/** The time in a name that a delivery agent made: seconds, or Thunderbird's milliseconds. */
function nameTime(name: string): Date | undefined {
  const digits = /^(\d{9,16})(?:\D|$)/.exec(name)?.[1];
  if (digits === undefined) return undefined;
  const number = Number(digits.slice(0, 13));
  return validDate(new Date(digits.length < 12 ? number * 1_000 : number));
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
