/** Header fields of a message as they came, in order and unfolded. RFC 5322 §2.2. */
import { mimeLimits } from './limits.ts';

export interface HeaderField {
  /** Lower case. */
  readonly name: string;
  /** On one line; nothing is decoded. */
  readonly value: string;
}

/** Longer fields are cut: nobody reads them, and a parser should not have to. */
const longestValue = 20_000;
const mostFields = 2_000;

/** Bounded: what lies beyond the limits is left out. */
export function headerFields(raw: Uint8Array): HeaderField[] {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const text = bytes.toString('utf8', 0, Math.min(bytes.length, mimeLimits.headersSizeBytes));
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const fields: { name: string; value: string }[] = [];
  for (const line of text.slice(0, end).split(/\r?\n/)) {
    const last = fields.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last !== undefined && last.value.length < longestValue) last.value += ` ${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    if (fields.length >= mostFields) break;
    const value = line.slice(colon + 1).trim();
    fields.push({ name: line.slice(0, colon).trim().toLowerCase(), value });
  }
  return fields.map(({ name, value }) => ({ name, value: value.slice(0, longestValue) }));
}

/** A piece of a structured field: a word, or a comment without its outer brackets. */
export interface FieldToken {
  readonly kind: 'word' | 'comment' | 'mark';
  readonly text: string;
}

/**
 * Words, comments (nested ones stay inside, RFC 5322 §3.2.2) and the marks `;` and `=`. Quoted
 * strings are words. Never throws: an open bracket or quote ends with the text.
 */
export function fieldTokens(value: string): FieldToken[] {
  const tokens: FieldToken[] = [];
  let at = 0;
  while (at < value.length) {
    const char = value[at] ?? '';
    if (/\s/.test(char)) at += 1;
    else if (char === '(') {
      const end = commentEnd(value, at);
      tokens.push({ kind: 'comment', text: value.slice(at + 1, end).trim() });
      at = end + 1;
    } else if (char === '"') {
      const end = quoteEnd(value, at);
      tokens.push({ kind: 'word', text: value.slice(at + 1, end).replace(/\\(.)/g, '$1') });
      at = end + 1;
    } else if (char === ';' || char === '=') {
      tokens.push({ kind: 'mark', text: char });
      at += 1;
    } else {
      let end = at;
      while (end < value.length && !/[\s();="]/.test(value[end] ?? '')) end += 1;
      // A stray closing bracket is a word of its own, so that every step goes on.
      end = Math.max(end, at + 1);
      tokens.push({ kind: 'word', text: value.slice(at, end) });
      at = end;
    }
  }
  return tokens;
}

function commentEnd(value: string, start: number): number {
  let depth = 0;
  for (let at = start; at < value.length; at += 1) {
    const char = value[at];
    if (char === '\\') at += 1;
    else if (char === '(') depth += 1;
    else if (char === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return value.length;
}

function quoteEnd(value: string, start: number): number {
  for (let at = start + 1; at < value.length; at += 1) {
    if (value[at] === '\\') at += 1;
    else if (value[at] === '"') return at;
  }
  return value.length;
}
