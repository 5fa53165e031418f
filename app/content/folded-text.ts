/**
 * A text without case and diacritics, letter for letter as the index of words folds it (SQLite's
 * unicode61 with remove_diacritics 2), beside the text that a person reads. What is found in one has
 * its place in the other, so that marking a result is a search for plain strings.
 */
import { scriptsWithoutSpaces } from './fold.ts';

export interface FoldedText {
  /** Composed (NFC). */
  readonly text: string;
  readonly folded: string;
  /** Of each unit of `folded`, its place in `text`; absent when they are the same. */
  readonly places?: Int32Array;
  /** Only the head of a text, up to a space. */
  readonly isCut?: true;
}

/** Units that become one unit each: by unit; 0 is not known yet. */
const units = new Uint16Array(0x1_0000);
/** A unit that becomes several or none, or stands for something else together with the next. */
const special = 0xffff;
/** What may change with what comes before it. */
const changes = /[\u0300-\u036f\u1100-\u11ff\u3099\u309a\uff65-\uff9f]/;
const halfWidth = /[\uff65-\uff9f]/;
const mark = /^[\u0300-\u036f]$/;

/** Kinds of units: a word is a run of `letter`; what is `single` is a word by itself. */
const letter = 1;
const single = 2;
const neither = 3;
const kinds = new Uint8Array(0x1_0000);
const isLetter = /^[\p{L}\p{N}\p{Co}]$/u;
const isSingle = new RegExp(`^[${scriptsWithoutSpaces}]$`, 'u');

/** Letters of ASCII, for most of what is written in English. */
const isPlain = /^[ -~\r\n\t]*$/;

let room = new Uint16Array(16_384);
let narrowRoom = Buffer.alloc(16_384);

/** Any text; never throws. Of large texts it takes some 2 ns for each letter. */
export function foldText(raw: string): FoldedText {
  if (isPlain.test(raw)) return { text: raw, folded: raw.toLowerCase() };
  const text = composed(raw);
  const { length } = text;
  if (room.length < length) {
    room = new Uint16Array(length * 2);
    narrowRoom = Buffer.alloc(length * 2);
  }
  let at = 0;
  for (; at < length; at += 1) {
    const unit = text.charCodeAt(at);
    const folded = units[unit] || learn(unit);
    if (folded >= 0x100) break;
    narrowRoom[at] = folded;
  }
  if (at === length) return { text, folded: narrowRoom.toString('latin1', 0, length) };
  room.set(narrowRoom.subarray(0, at));
  for (; at < length; at += 1) {
    const unit = text.charCodeAt(at);
    const folded = units[unit] || learn(unit);
    if (folded === special && !isPlainPair(text, at)) return foldSlowly(text);
    room[at] = folded === special ? unit : folded;
  }
  return { text, folded: Buffer.from(room.buffer, 0, length * 2).toString('utf16le') };
}

function composed(raw: string): string {
  if (!changes.test(raw)) return raw;
  return raw.normalize(halfWidth.test(raw) ? 'NFKC' : 'NFC');
}

/** With units that become several or none. */
function foldSlowly(text: string): FoldedText {
  const places: number[] = [];
  let folded = '';
  let at = 0;
  for (const character of text) {
    const one = character.length === 1 ? units[character.charCodeAt(0)] : undefined;
    const put =
      one === undefined || one === 0 || one === special
        ? foldCharacter(character)
        : String.fromCharCode(one);
    folded += put;
    for (let unit = 0; unit < put.length; unit += 1) places.push(at);
    at += character.length;
  }
  return { text, folded, places: Int32Array.from(places) };
}

function learn(unit: number): number {
  // Halves of pairs are looked at where they stand.
  const isHalf = unit >= 0xd800 && unit <= 0xdfff;
  const put = isHalf ? '' : foldCharacter(String.fromCharCode(unit));
  const folded = put.length === 1 ? put.charCodeAt(0) : special;
  units[unit] = folded;
  return folded;
}

/** Half of a pair that stands for nothing else: a sign, or a letter of a script without case. */
function isPlainPair(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit >= 0xdc00 && unit <= 0xdfff) return true;
  if (unit < 0xd800 || unit > 0xdbff) return false;
  // Mathematical letters, letters in circles and squares.
  const next = text.charCodeAt(at + 1);
  return unit !== 0xd835 && !(unit === 0xd83c && next < 0xdf00);
}

/** Where in the text a unit of the folded text stands. */
export function startPlace({ text, places }: FoldedText, at: number): number {
  return places === undefined ? at : (places[at] ?? text.length);
}

/** Where in the text what ends before a unit of the folded text ends: with its marks, and whole. */
export function endPlace({ text, places }: FoldedText, end: number): number {
  if (places === undefined) return end;
  const last = places[end - 1];
  let next = end;
  while (next < places.length && places[next] === last) next += 1;
  return places[next] ?? text.length;
}

function foldCharacter(character: string): string {
  if (character === '\0') return ' ';
  if (mark.test(character)) return '';
  let put = '';
  for (const each of character.normalize('NFKC')) put += foldPlain(each);
  // Dots and spaces in another form part words as well.
  return put.length > 1 && !/[\p{L}\p{N}\p{Co}]/u.test(put) ? ' ' : put;
}

/** The index takes marks off Latin letters only. */
function foldPlain(character: string): string {
  const lower = character === 'İ' ? 'i' : character === 'ς' ? 'σ' : character.toLowerCase();
  const base = lower.normalize('NFD');
  return base.length > 1 && /^[a-z][\u0300-\u036f]+$/.test(base) ? base.charAt(0) : lower;
}

function kindAt(folded: string, at: number): number {
  const unit = folded.charCodeAt(at);
  if (unit >= 0xd800 && unit <= 0xdfff) {
    const start = unit >= 0xdc00 && at > 0 ? at - 1 : at;
    return kindOf(String.fromCodePoint(folded.codePointAt(start) ?? 0));
  }
  const known = kinds[unit];
  if (known !== undefined && known > 0) return known;
  const kind = kindOf(String.fromCharCode(unit));
  kinds[unit] = kind;
  return kind;
}

function kindOf(character: string): number {
  if (isSingle.test(character)) return single;
  return isLetter.test(character) ? letter : neither;
}

/** True between words: before the first and after the last unit of one. */
export function isWordAt(folded: string, at: number): boolean {
  return at >= 0 && at < folded.length && kindAt(folded, at) === letter;
}

/** Neither letter nor number. */
export function isBetweenWords(folded: string, at: number): boolean {
  return kindAt(folded, at) === neither;
}
