/**
 * Mail out into files: one mbox, or a folder of `.eml`. What is half written has another name, and
 * nothing that is there is written over.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { StorageError } from '../errors.ts';
import { safeFileName } from '../mime/file-names.ts';
import type { SourceOfMessage } from '../ports.ts';
import { toAsctime } from './postmark.ts';
import { describeHead, headerDate, headerFields } from './source-item.ts';

const mostNames = 1_000;

/**
 * mboxrd with LF line ends (RFC 4155; every `>*From ` line gets one `>` more). Flags are written
 * as `Status` and `X-Status` on top of a message that has any; its own bytes stay as they are.
 * @returns the path that was written: `path`, or with a number when that was taken
 * @throws StorageError `storage.failed` or `storage.full`, and what `messages` throws; then nothing stays
 */
export async function writeMbox(
  path: string,
  messages: AsyncIterable<SourceOfMessage>,
): Promise<string> {
  const temporary = temporaryBeside(path);
  try {
    const file = await writing(() => open(temporary, 'wx', 0o600));
    try {
      for await (const message of messages) {
        await writing(() => file.appendFile(toMboxEntry(message)));
      }
      await writing(() => file.sync());
    } finally {
      await file.close();
    }
    return await takeName(path, async (candidate) => {
      // Made by us alone first: a rename by itself would write over what is there.
      await (await open(candidate, 'wx', 0o600)).close();
      await rename(temporary, candidate);
    });
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * One file for each message, named by number, day and subject, in a new folder.
 * @returns the folder that was made
 * @throws StorageError `storage.failed` or `storage.full`, and what `messages` throws; then nothing stays
 */
export async function writeEmlFolder(
  path: string,
  messages: AsyncIterable<SourceOfMessage>,
): Promise<string> {
  const temporary = temporaryBeside(path);
  try {
    await writing(() => mkdir(temporary, { mode: 0o700 }));
    let number = 0;
    for await (const message of messages) {
      number += 1;
      await writing(() => writeNew(join(temporary, emlName(number, message)), message.raw));
    }
    return await takeName(path, async (candidate) => {
      await mkdir(candidate, { mode: 0o700 });
      // Windows does not rename onto a folder, not even an empty one.
      await rm(candidate, { recursive: true });
      await rename(temporary, candidate);
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** One message of an mbox, with its postmark and the blank line after it. */
export function toMboxEntry({ raw, flags, receivedAt }: SourceOfMessage): Buffer {
  const date = receivedAt ?? headerDate(headerFields(raw)) ?? new Date(0);
  const head = `From MAILER-DAEMON ${toAsctime(date)}\n${statusLines(flags)}`;
  return Buffer.concat([Buffer.from(head, 'latin1'), quoted(raw), Buffer.from('\n')]);
}

/** Ends in a line end. */
function quoted(raw: Uint8Array): Buffer {
  const pieces: Uint8Array[] = [];
  const view = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  let from = 0;
  for (let start = 0; start < view.length; ) {
    const lf = view.indexOf(10, start);
    const end = lf < 0 ? view.length : lf;
    if (isFromLine(view, start)) {
      pieces.push(view.subarray(from, start), Buffer.from('>'));
      from = start;
    }
    if (lf > start && view[lf - 1] === 13) {
      pieces.push(view.subarray(from, lf - 1));
      from = lf;
    }
    start = end + 1;
  }
  pieces.push(view.subarray(from));
  if (view.length > 0 && view.at(-1) !== 10) pieces.push(Buffer.from('\n'));
  return Buffer.concat(pieces);
}

function isFromLine(view: Buffer, start: number): boolean {
  let at = start;
  while (view[at] === 0x3e) at += 1;
  return view[at] === 0x46 && view.toString('latin1', at, at + 5) === 'From ';
}

function statusLines(flags: readonly string[]): string {
  const has = (flag: string) => flags.some((each) => each.toLowerCase() === flag);
  const status = has('\\seen') ? 'Status: RO\n' : '';
  const letters = `${has('\\answered') ? 'A' : ''}${has('\\flagged') ? 'F' : ''}${has('\\draft') ? 'T' : ''}`;
  return status + (letters === '' ? '' : `X-Status: ${letters}\n`);
}

function emlName(number: number, { raw, receivedAt }: SourceOfMessage): string {
  const fields = headerFields(raw);
  const day = (receivedAt ?? headerDate(fields))?.toISOString().slice(0, 10) ?? '';
  // Short enough for a file system that counts bytes, and without a way into another folder.
  const subject = describeHead(fields).subject.slice(0, 60).replace(/[/\\]/g, '_');
  const name = `${String(number).padStart(6, '0')} ${day} ${subject}`.trim();
  return safeFileName(`${name}.eml`, 'message/rfc822');
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
}

/** `path`, else `name (2).ext` and so on. */
async function takeName(path: string, take: (path: string) => Promise<void>): Promise<string> {
  const { dir, name, ext } = parse(path);
  for (let number = 1; number <= mostNames; number++) {
    const candidate = number === 1 ? path : join(dir, `${name} (${number})${ext}`);
    try {
      await take(candidate);
      return candidate;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw toStorageError(error);
    }
  }
  throw new StorageError('storage.failed');
}

async function writing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStorageError(error);
  }
}

function toStorageError(error: unknown): StorageError {
  const code = codeOf(error) === 'ENOSPC' ? 'storage.full' : 'storage.failed';
  return new StorageError(code, {}, { cause: error });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
