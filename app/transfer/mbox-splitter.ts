/**
 * Takes an mbox apart as its bytes come, in flat memory: one message is held at a time, and of a
 * message over the limit only its head. `Content-Length` is not believed: it is wrong in practice
 * as soon as a file was converted. Sources: RFC 4155; mboxrd (qmail, mbox(5)).
 */
import { RequestError } from '../errors.ts';
import { transferLimits } from './limits.ts';
import { isBarePostmark, type Postmark, parsePostmark } from './postmark.ts';
import {
  describeHead,
  headerDate,
  headerFields,
  headerFlags,
  isExpunged,
  type SourceItem,
} from './source-item.ts';

export interface SplitterOptions {
  /** The file's offset of the first byte that is pushed. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly messageSizeBytes: number;
  /**
   * `mboxrd`: one `>` is taken off every `>From `, `>>From `, …. `mboxo`: off `>From ` only. They
   * differ in lines that were quoted before they were kept, and no file says which it is.
   */
  readonly quoting: 'mboxrd' | 'mboxo';
}

/** A line that may begin a message if the next one looks like a header field. */
interface HeldLine {
  readonly line: Buffer;
  readonly start: number;
  readonly postmark: Postmark | undefined;
}

const lf = 10;
const cr = 13;
const quote = 0x3e;
const capitalF = 0x46;
const headKept = 64 * 1024;
const bufferKept = 4 * 1024 * 1024;
const header = /^(?:>?From |[!-9;-~]+[ \t]*:)/;
const nothing = Buffer.alloc(0);

export class MboxSplitter {
  readonly #options: SplitterOptions;
  /** Offset of the line that is read now. */
  #lineStart: number;
  #carry: Buffer[] = [];
  #carryBytes = 0;
  #open = false;
  #postmark: Postmark | undefined;
  #tooLarge = false;
  #blankBefore = true;
  #held: HeldLine | undefined;
  #out = Buffer.alloc(64 * 1024);
  #length = 0;
  #items: SourceItem[] = [];

  constructor(options: SplitterOptions) {
    this.#options = options;
    this.#lineStart = options.offset;
  }

  /**
   * Items that are complete now. The chunk may be used again afterwards.
   * @throws RequestError `transfer.source-unreadable` when it is no mbox
   */
  push(chunk: Buffer): SourceItem[] {
    let from = 0;
    for (let at = chunk.indexOf(lf); at >= 0; at = chunk.indexOf(lf, from)) {
      const piece = chunk.subarray(from, at + 1);
      from = at + 1;
      if (this.#carryBytes === 0) {
        this.#line(piece, piece.length);
        continue;
      }
      const totalBytes = this.#carryBytes + piece.length;
      this.#keepPiece(piece);
      const line = Buffer.concat(this.#carry);
      this.#dropCarry();
      this.#line(line, totalBytes);
    }
    if (from < chunk.length) this.#keepPiece(Buffer.from(chunk.subarray(from)));
    return this.#items.splice(0);
  }

  /** What the end of the file completes. */
  end(): SourceItem[] {
    if (this.#carryBytes > 0) {
      const line = Buffer.concat(this.#carry);
      const totalBytes = this.#carryBytes;
      this.#dropCarry();
      this.#line(line, totalBytes);
    }
    if (this.#held !== undefined) this.#body(this.#held.line, this.#held.line.length);
    this.#held = undefined;
    this.#finish(this.#lineStart);
    return this.#items.splice(0);
  }

  /** Of a line over the limit only the beginning is kept; the rest is counted. */
  #keepPiece(piece: Buffer): void {
    this.#carryBytes += piece.length;
    const { postmarkBytes } = transferLimits;
    const most = Math.max(this.#options.messageSizeBytes + 2, postmarkBytes);
    if (this.#carryBytes <= most) this.#carry.push(piece);
    else if (this.#carryBytes - piece.length <= most) {
      this.#carry = [Buffer.concat([...this.#carry, piece], postmarkBytes)];
    }
  }

  #dropCarry(): void {
    this.#carry = [];
    this.#carryBytes = 0;
  }

  #line(line: Buffer, totalBytes: number): void {
    const start = this.#lineStart;
    this.#lineStart += totalBytes;
    const held = this.#held;
    if (held !== undefined) {
      this.#held = undefined;
      if (header.test(textOf(line))) this.#begin(held.start, held.postmark);
      else this.#body(held.line, held.line.length);
    }
    const short = totalBytes <= transferLimits.postmarkBytes;
    if (short && isFromLine(line) && this.#mayBegin(line, start)) return;
    this.#body(line, totalBytes);
  }

  /** True when the line was taken as a separator, or is held back as one. */
  #mayBegin(line: Buffer, start: number): boolean {
    const text = textOf(line);
    const postmark = parsePostmark(text);
    if (!this.#open || (this.#blankBefore && postmark !== undefined)) {
      this.#begin(start, postmark);
      return true;
    }
    // A writer forgot the blank line, or wrote no date: then what follows has to be a header.
    if (postmark === undefined && !(this.#blankBefore && isBarePostmark(text))) return false;
    this.#held = { line: Buffer.from(line), start, postmark };
    return true;
  }

  #begin(start: number, postmark: Postmark | undefined): void {
    this.#finish(start);
    this.#open = true;
    this.#postmark = postmark;
    this.#tooLarge = false;
    this.#length = 0;
    this.#blankBefore = false;
  }

  /** @param totalBytes of the line in the file; more than `line` has when it is over the limit */
  #body(line: Buffer, totalBytes: number): void {
    const text = withoutEnd(line);
    const blank = text.length === 0;
    if (!this.#open) {
      if (blank) return;
      throw new RequestError('transfer.source-unreadable');
    }
    this.#blankBefore = blank;
    const plain = this.#unquoted(text);
    if (totalBytes > this.#options.messageSizeBytes + 2) this.#giveUp();
    else if (!this.#tooLarge) this.#append(plain);
  }

  /** Over the limit: the head is kept for the report. */
  #giveUp(): void {
    this.#tooLarge = true;
    this.#length = Math.min(this.#length, headKept);
  }

  #append(line: Buffer): void {
    const needed = this.#length + line.length + 2;
    if (needed > this.#options.messageSizeBytes + 2) {
      this.#giveUp();
      return;
    }
    if (needed > this.#out.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#out.length * 2));
      this.#out.copy(larger, 0, 0, this.#length);
      this.#out = larger;
    }
    line.copy(this.#out, this.#length);
    this.#length += line.length;
    this.#out[this.#length++] = cr;
    this.#out[this.#length++] = lf;
  }

  #unquoted(line: Buffer): Buffer {
    if (line[0] !== quote) return line;
    const most = this.#options.quoting === 'mboxo' ? 1 : line.length;
    let marks = 1;
    while (marks < most && line[marks] === quote) marks += 1;
    return isFromLine(line.subarray(marks)) ? line.subarray(1) : line;
  }

  /** @param next where the next message begins */
  #finish(next: number): void {
    if (!this.#open) return;
    this.#open = false;
    // The blank line before the next separator belongs to the format.
    if (this.#blankBefore && !this.#tooLarge && this.#length >= 2) this.#length -= 2;
    this.#emit(this.#out.subarray(0, this.#length), next);
    if (this.#out.length > bufferKept) this.#out = Buffer.alloc(64 * 1024);
    this.#length = 0;
  }

  #emit(kept: Buffer, next: number): void {
    const fields = headerFields(kept);
    if (isExpunged(fields)) return;
    const { sizeBytes, messageSizeBytes } = this.#options;
    const place = { next: String(next), fraction: sizeBytes === 0 ? 1 : next / sizeBytes };
    const head = describeHead(fields);
    if (this.#tooLarge || kept.length > messageSizeBytes) {
      this.#items.push({ kind: 'refusal', reason: 'too-large', subject: head.subject, ...place });
    } else if (kept.length > 0) {
      const receivedAt = this.#receivedAt(headerDate(fields));
      this.#items.push({
        kind: 'message',
        raw: Buffer.from(kept),
        flags: headerFlags(fields),
        ...(receivedAt === undefined ? {} : { receivedAt }),
        ...head,
        ...place,
      });
    }
  }

  #receivedAt(byHeader: Date | undefined): Date | undefined {
    const date = this.#postmark?.date;
    return this.#postmark?.sender === '-' ? (byHeader ?? date) : (date ?? byHeader);
  }
}

function isFromLine(line: Buffer): boolean {
  return line[0] === capitalF && line.toString('latin1', 0, 5) === 'From ';
}

function textOf(line: Buffer): string {
  return line.toString('latin1', 0, transferLimits.postmarkBytes);
}

function withoutEnd(line: Buffer): Buffer {
  let end = line.length;
  if (end > 0 && line[end - 1] === lf) end -= 1;
  if (end > 0 && line[end - 1] === cr) end -= 1;
  return end === 0 ? nothing : line.subarray(0, end);
}
