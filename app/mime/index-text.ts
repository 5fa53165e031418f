/**
 * What search needs of a message: words of its headers, its text and the names of its parts.
 * A lean walk over the structure (RFC 2045, 2046, 2183, 2231) that never decodes an attachment and
 * never throws; what is shown to a person is read by parse-message.ts, not here.
 */
import { decodeWords } from 'postal-mime';
import { textOfHtml } from './html-text.ts';
import { mimeLimits } from './limits.ts';
import { snippetOfText } from './snippet.ts';

export interface IndexText {
  readonly subject: string;
  /** Header values as words: names and addresses. */
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  /** Text of all text parts, html turned into words; at most `mimeLimits.indexTextLength`. */
  readonly body: string;
  /** Names of attachments, a line each. */
  readonly names: string;
  readonly snippet: string;
}

interface Walk {
  readonly bytes: Buffer;
  readonly texts: string[];
  readonly names: string[];
  length: number;
  parts: number;
}

interface Alternatives {
  plain: string;
  html: string;
}

type Headers = ReadonlyMap<string, string>;

const lineFeed = 0x0a;
const headerWanted =
  /^(subject|from|to|cc|content-(?:type|transfer-encoding|disposition|id))[ \t]*:/i;
const headerValueLength = 100_000;

export function extractText(raw: Uint8Array): IndexText {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const walk: Walk = { bytes, texts: [], names: [], length: 0, parts: 0 };
  const bodyAt = endOfHeaders(bytes, 0, bytes.length);
  const headers = readHeaders(bytes, 0, bodyAt);
  walkPart(walk, headers, bodyAt, bytes.length, 0);
  const body = walk.texts.join('\n').slice(0, mimeLimits.indexTextLength).toWellFormed();
  return {
    subject: words(headers, 'subject'),
    from: words(headers, 'from'),
    to: words(headers, 'to'),
    cc: words(headers, 'cc'),
    body,
    names: walk.names.join('\n').toWellFormed(),
    snippet: snippetOfText(body),
  };
}

function words(headers: Headers, name: string): string {
  const value = headers.get(name);
  if (value === undefined) return '';
  return (value.includes('=?') ? decodeWords(value) : value).toWellFormed();
}

/** The first octet after the empty line. */
function endOfHeaders(bytes: Buffer, start: number, end: number): number {
  const most = Math.min(end, start + mimeLimits.headersSizeBytes);
  for (let at = start; at < most; ) {
    const next = bytes.indexOf(lineFeed, at);
    if (next === -1 || next >= most) return most;
    if (next === at || (next === at + 1 && bytes[at] === 0x0d)) return next + 1;
    at = next + 1;
  }
  return most;
}

/** The wanted fields, unfolded; of several of one name all, joined, so that none hides another. */
function readHeaders(bytes: Buffer, start: number, end: number): Headers {
  const found = new Map<string, string>();
  for (const line of bytes.toString('utf8', start, end).split(/\r?\n(?![ \t])/)) {
    const match = headerWanted.exec(line);
    if (match === null) continue;
    const name = (match[1] ?? '').toLowerCase();
    const value = line
      .slice(match[0].length, match[0].length + headerValueLength)
      .replace(/\r?\n[ \t]+/g, ' ')
      .trim();
    const before = found.get(name);
    // The first Content-Type counts; addresses and subjects all do.
    if (before === undefined) found.set(name, value);
    else if (!name.startsWith('content-')) found.set(name, `${before} ${value}`);
  }
  return found;
}

function walkPart(
  walk: Walk,
  headers: Headers,
  start: number,
  end: number,
  depth: number,
  alternatives?: Alternatives,
): void {
  walk.parts += 1;
  if (walk.parts > mimeLimits.parts || depth > mimeLimits.nestingDepth) return;
  const contentType = headers.get('content-type') ?? 'text/plain';
  const type = (/^[^\s;]{1,200}/.exec(contentType)?.[0] ?? 'text/plain').toLowerCase();
  if (type.startsWith('multipart/')) {
    const boundary = parameter(contentType, 'boundary');
    if (boundary !== undefined && boundary !== '') {
      walkMultipart(walk, type, boundary, start, end, depth);
    }
    return;
  }
  const disposition = headers.get('content-disposition') ?? '';
  const isAttachment = /^attachment\b/i.test(disposition);
  const name = parameter(disposition, 'filename') ?? parameter(contentType, 'name');
  if (name !== undefined && name !== '' && walk.names.length < mimeLimits.parts) {
    const plain = name.includes('=?') ? decodeWords(name) : name;
    walk.names.push(plain.slice(0, mimeLimits.fileNameLength));
  }
  if (isAttachment) return;
  if (type === 'message/rfc822') {
    if (depth >= mimeLimits.embeddedDepth) return;
    const bodyAt = endOfHeaders(walk.bytes, start, end);
    const inner = readHeaders(walk.bytes, start, bodyAt);
    walk.texts.push(`${words(inner, 'subject')}\n${words(inner, 'from')}`);
    walkPart(walk, inner, bodyAt, end, depth + 1);
  } else if (type === 'text/plain' || type === 'text/html') {
    readText(walk, headers, contentType, type === 'text/html', start, end, alternatives);
  }
}

/** Parts lie between lines of two dashes and the boundary (RFC 2046 §5.1.1). */
function walkMultipart(
  walk: Walk,
  type: string,
  boundary: string,
  start: number,
  end: number,
  depth: number,
): void {
  const { bytes } = walk;
  const mark = Buffer.from(`--${boundary}`, 'latin1');
  const alternatives = type === 'multipart/alternative' ? { plain: '', html: '' } : undefined;
  let open = -1;
  let at = bytes.indexOf(mark, start);
  for (; at !== -1 && at < end; at = bytes.indexOf(mark, at + mark.length)) {
    if (at > start && bytes[at - 1] !== lineFeed) continue;
    const after = at + mark.length;
    const isLast = bytes[after] === 0x2d && bytes[after + 1] === 0x2d;
    // A longer boundary may begin with this one.
    if (!isLast && !isSpace(bytes[after])) continue;
    if (open !== -1) onePart(walk, open, at, depth, alternatives);
    const lineEnd = bytes.indexOf(lineFeed, after);
    open = isLast || lineEnd === -1 ? -1 : lineEnd + 1;
    if (isLast || walk.parts > mimeLimits.parts) break;
  }
  if (open !== -1 && open < end) onePart(walk, open, end, depth, alternatives);
  if (alternatives !== undefined) addText(walk, richer(alternatives));
}

function isSpace(code: number | undefined): boolean {
  return code === undefined || code === 0x0d || code === lineFeed || code === 0x20 || code === 0x09;
}

function onePart(
  walk: Walk,
  start: number,
  end: number,
  depth: number,
  alternatives: Alternatives | undefined,
): void {
  const bodyAt = endOfHeaders(walk.bytes, start, end);
  const headers = readHeaders(walk.bytes, start, bodyAt);
  walkPart(walk, headers, bodyAt, end, depth + 1, alternatives);
}

/** A plain text that only says "read this elsewhere" is no version of the message. */
function richer({ plain, html }: Alternatives): string {
  return plain.length * 2 >= html.length ? plain : html;
}

function addText(walk: Walk, text: string): void {
  if (text === '') return;
  walk.texts.push(text);
  walk.length += text.length;
}

function readText(
  walk: Walk,
  headers: Headers,
  contentType: string,
  isHtml: boolean,
  start: number,
  end: number,
  alternatives: Alternatives | undefined,
): void {
  const room = mimeLimits.indexTextLength - walk.length;
  if (room <= 0) return;
  // Markup, base64 and quoted-printable: a text is never more than a few times its room.
  const limit = Math.min(end, start + room * (isHtml ? 20 : 4));
  const bytes = decodeTransfer(walk.bytes.subarray(start, limit), headers);
  const decoded = decodeCharset(bytes, parameter(contentType, 'charset'));
  const text = isHtml ? textOfHtml(decoded, room) : decoded.slice(0, room);
  if (alternatives === undefined) addText(walk, text);
  else alternatives[isHtml ? 'html' : 'plain'] += text;
}

function decodeTransfer(bytes: Buffer, headers: Headers): Buffer {
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase() ?? '';
  if (encoding.startsWith('base64')) return Buffer.from(bytes.toString('latin1'), 'base64');
  if (encoding.startsWith('quoted-printable')) return decodeQuotedPrintable(bytes);
  return bytes;
}

/** RFC 2045 §6.7; what is no escape stays as it is. */
function decodeQuotedPrintable(bytes: Buffer): Buffer {
  let from = bytes.indexOf(0x3d);
  if (from === -1) return bytes;
  const out = Buffer.allocUnsafe(bytes.length);
  let length = bytes.copy(out, 0, 0, from);
  while (from < bytes.length) {
    let at = from + 1;
    while (bytes[at] === 0x20 || bytes[at] === 0x09) at += 1;
    if (bytes[at] === 0x0d && bytes[at + 1] === lineFeed) at += 2;
    else if (bytes[at] === lineFeed) at += 1;
    else {
      const value = hex(bytes[from + 1]) * 16 + hex(bytes[from + 2]);
      const isEscape = value >= 0;
      out[length++] = isEscape ? value : 0x3d;
      at = from + (isEscape ? 3 : 1);
    }
    const next = bytes.indexOf(0x3d, at);
    const end = next === -1 ? bytes.length : next;
    length += bytes.copy(out, length, at, end);
    from = end;
  }
  return out.subarray(0, length);
}

/** Far below zero for what is no hexadecimal digit, so that a sum with it stays negative. */
function hex(code: number | undefined): number {
  if (code === undefined) return -1_000;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1_000;
}

const decoders = new Map<string, TextDecoder>();

function decodeCharset(bytes: Buffer, charset: string | undefined): string {
  const label = charset?.trim().toLowerCase() ?? 'utf-8';
  if (label === 'utf-8' || label === 'us-ascii') return bytes.toString('utf8');
  let decoder = decoders.get(label);
  if (decoder === undefined) {
    try {
      decoder = new TextDecoder(label);
    } catch {
      return bytes.toString('utf8');
    }
    // Labels are strangers' words: no more are kept than there are encodings.
    if (decoders.size < 60) decoders.set(label, decoder);
  }
  return decoder.decode(bytes);
}

/** A parameter of a structured field, continuations and percent-encoding undone (RFC 2231). */
function parameter(value: string, name: string): string | undefined {
  if (!value.toLowerCase().includes(name)) return undefined;
  const pattern =
    /;\s{0,100}([a-z][\w-]{0,40})(\*\d{1,3})?(\*)?\s{0,10}=\s{0,10}(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/gi;
  let whole: string | undefined;
  for (const match of value.slice(0, 10_000).matchAll(pattern)) {
    if (match[1]?.toLowerCase() !== name) continue;
    const text = match[4]?.replace(/\\(.)/g, '$1') ?? match[5] ?? '';
    const part = match[3] === undefined ? text : percentDecoded(text);
    if (match[2] === undefined) return part;
    whole = (whole ?? '') + part;
  }
  return whole;
}

function percentDecoded(value: string): string {
  const text = value.replace(/^[\w-]*'[\w-]*'/, '');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
