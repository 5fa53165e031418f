/**
 * What a person types into search, taken apart: words, "phrases", -not, OR and operators.
 * Pure, and never throws: what is no operator is a word. Operators are English words in every
 * language of the interface, so that a search can be written down and passed on.
 */
import type { SearchNote } from '../contract/index.ts';
import { wordsOf } from './fold.ts';

/** Columns of the index that a term may be bound to. */
export type TextColumn = 'subject' | 'sender' | 'recipients' | 'copies' | 'names';

export interface TextTerm {
  readonly text: string;
  /** Anywhere when absent. */
  readonly column?: TextColumn;
  /** Still being typed: its last word may go on. */
  readonly prefix: boolean;
  /** All that its only word may become, where the index has been asked. */
  readonly words?: readonly string[];
  /** The index has little for its only word, which goes on. */
  readonly isGatheredSoon?: true;
}

export type Filter =
  | { readonly kind: 'seen' | 'flagged' | 'answered' | 'attachment'; readonly value: boolean }
  /** At this time or later (`after`), or earlier (`before`): milliseconds. */
  | { readonly kind: 'after' | 'before'; readonly time: number }
  | { readonly kind: 'larger' | 'smaller'; readonly sizeBytes: number }
  | { readonly kind: 'in' | 'account'; readonly name: string; readonly value: boolean };

export interface ParsedQuery {
  /** Each of these must be there: one of its terms. */
  readonly all: readonly (readonly TextTerm[])[];
  /** None of these may be there. */
  readonly none: readonly TextTerm[];
  readonly filters: readonly Filter[];
  /** What could not be understood, for the person. */
  readonly notes: readonly SearchNote[];
}

const mostLength = 1_000;
const mostTerms = 40;

const textOperators = new Map<string, TextColumn>([
  ['from', 'sender'],
  ['to', 'recipients'],
  ['cc', 'copies'],
  ['subject', 'subject'],
  ['filename', 'names'],
]);
const filterOperators = new Set('has is before after in account larger smaller'.split(' '));

interface Piece {
  readonly negated: boolean;
  readonly operator: string | undefined;
  readonly value: string;
  /** Nothing closes it: the person is still typing. */
  readonly open: boolean;
}

/** @param now what "yesterday" and "7d" count from; dates are of the computer's time zone */
export function parseQuery(text: string, now: Date): ParsedQuery {
  const all: TextTerm[][] = [];
  const none: TextTerm[] = [];
  const filters: Filter[] = [];
  const notes = new Set<SearchNote>();
  if (text.length > mostLength) notes.add('too-long');
  let either = false;
  let terms = 0;
  for (const piece of piecesOf(text.slice(0, mostLength))) {
    if (piece === 'or') {
      either = true;
      continue;
    }
    terms += 1;
    if (terms > mostTerms) {
      notes.add('too-long');
      break;
    }
    const isFilter = piece.operator !== undefined && filterOperators.has(piece.operator);
    if (isFilter) {
      const filter = piece.value === '' ? undefined : toFilter(piece, now);
      if (typeof filter === 'string') notes.add(filter);
      else if (filter !== undefined) filters.push(filter);
      if (either) notes.add('or-with-filter');
      either = false;
      // `is:unr` is on its way to something; `is:odd` is two words.
      if (filter !== undefined || piece.open || piece.value === '') continue;
    }
    const term = toTerm(isFilter ? asWords(piece) : piece);
    if (term === undefined) continue;
    const last = all.at(-1);
    if (piece.negated) none.push(term);
    else if (either && last !== undefined) last.push(term);
    else all.push([term]);
    either = false;
  }
  return { all, none, filters, notes: [...notes] };
}

function asWords(piece: Piece): Piece {
  return { ...piece, operator: undefined, value: `${piece.operator} ${piece.value}` };
}

function* piecesOf(text: string): Generator<Piece | 'or'> {
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    const start = at;
    const negated = text.charAt(at) === '-' && /\S/.test(text.charAt(at + 1));
    if (negated) at += 1;
    const operator = operatorAt(text, at);
    if (operator !== undefined) at += operator.length + 1;
    const { value, end, open } = valueAt(text, at);
    at = end;
    if (text.slice(start, end) === 'OR') yield 'or';
    else yield { negated, operator, value, open };
  }
}

function operatorAt(text: string, at: number): string | undefined {
  const name = /^([a-z]{2,8}):/i.exec(text.slice(at, at + 10))?.[1]?.toLowerCase();
  if (name === undefined) return undefined;
  return textOperators.has(name) || filterOperators.has(name) ? name : undefined;
}

function valueAt(text: string, at: number): { value: string; end: number; open: boolean } {
  if (text.charAt(at) === '"') {
    const close = text.indexOf('"', at + 1);
    if (close === -1) {
      const value = text.slice(at + 1);
      return { value, end: text.length, open: !/\s$/.test(value) };
    }
    return { value: text.slice(at + 1, close), end: close + 1, open: false };
  }
  const length = text.slice(at).search(/\s/);
  if (length === -1) return { value: text.slice(at), end: text.length, open: true };
  return { value: text.slice(at, at + length), end: at + length, open: false };
}

function toTerm({ operator, value, open, negated }: Piece): TextTerm | undefined {
  // Nothing but punctuation names no word.
  if (wordsOf(value).next().done === true) return undefined;
  const column = operator === undefined ? undefined : textOperators.get(operator);
  // A word that is closed by a sign is whole, and so is one to be left out: its first letter would
  // leave out nearly everything.
  const prefix = open && !negated && /[\p{L}\p{N}\p{M}]$/u.test(value);
  return { text: value, prefix, ...(column === undefined ? {} : { column }) };
}

function toFilter({ operator, value, negated }: Piece, now: Date): Filter | SearchNote | undefined {
  switch (operator) {
    case 'has':
      return /^attachments?$/i.test(value) ? { kind: 'attachment', value: !negated } : undefined;
    case 'is':
      return flagFilter(value.toLowerCase(), !negated);
    case 'before':
    case 'after': {
      const time = parseDate(value, now);
      if (time === undefined) return 'date-unknown';
      return { kind: (operator === 'after') !== negated ? 'after' : 'before', time };
    }
    case 'larger':
    case 'smaller': {
      const sizeBytes = parseSize(value);
      if (sizeBytes === undefined) return 'size-unknown';
      return { kind: (operator === 'larger') !== negated ? 'larger' : 'smaller', sizeBytes };
    }
    case 'in':
    case 'account':
      return { kind: operator, name: value, value: !negated };
    default:
      return undefined;
  }
}

function flagFilter(value: string, wanted: boolean): Filter | undefined {
  switch (value) {
    case 'unread':
      return { kind: 'seen', value: !wanted };
    case 'read':
      return { kind: 'seen', value: wanted };
    case 'starred':
    case 'flagged':
      return { kind: 'flagged', value: wanted };
    case 'answered':
      return { kind: 'answered', value: wanted };
    default:
      return undefined;
  }
}

const dayMs = 86_400_000;
const unitDays: Readonly<Record<string, number>> = { d: 1, w: 7, m: 30, y: 365 };

/** The start of a year, month or day; or so many days, weeks, months or years ago. */
export function parseDate(value: string, now: Date): number | undefined {
  const word = value.toLowerCase();
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  if (word === 'today') return today.getTime();
  if (word === 'yesterday') {
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1).getTime();
  }
  const ago = /^(\d{1,4})([dwmy])$/.exec(word);
  if (ago !== null) {
    return now.getTime() - Number(ago[1]) * (unitDays[ago[2] ?? 'd'] ?? 1) * dayMs;
  }
  const parts = /^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$/.exec(word);
  if (parts === null) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2] ?? 1), Number(parts[3] ?? 1)];
  const date = new Date(year, month - 1, day);
  // The calendar rolls over: 2025-02-31 is no date.
  const isDate = date.getFullYear() === year && date.getMonth() === month - 1;
  return year >= 1970 && isDate && date.getDate() === day ? date.getTime() : undefined;
}

/** `5M`, `300k`, `1.5mb`, `2000`: octets. */
export function parseSize(value: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)(?:([kmg])i?)?b?$/i.exec(value);
  if (match === null) return undefined;
  const unit = { k: 1_000, m: 1_000_000, g: 1_000_000_000 }[match[2]?.toLowerCase() ?? ''] ?? 1;
  return Math.round(Number(match[1]) * unit);
}
