/**
 * Values of one IMAP response (RFC 9051 §9), read from its octets as latin1 text. Only what servers
 * really send: whatever looks otherwise throws `Unreadable`, and somebody else reads it.
 */

/** A list, a string, number or atom as its octets, or NIL. */
export type ImapValue = string | null | readonly ImapValue[];

export class Unreadable extends Error {}

const deepest = 40;
/** Also a flag. */
const atom = /^\\?[^\0-\x20\x7f-\xff%*"\\\]]+$/;
const quote = 0x22;
const backslash = 0x5c;
const open = 0x28;
const close = 0x29;
const curly = 0x7b;
const space = 0x20;

export class ValueReader {
  readonly #text: string;
  #at: number;
  /** Literals read so far. */
  literals = 0;

  /** @param from where the first value begins */
  constructor(text: string, from: number) {
    this.#text = text;
    this.#at = from;
  }

  get at(): number {
    return this.#at;
  }

  /** @throws Unreadable when the text does not go on with `word` */
  skip(word: string): void {
    if (!this.#text.startsWith(word, this.#at)) throw new Unreadable();
    this.#at += word.length;
  }

  /** True, and passed over, when the text goes on with `character`. */
  passes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  /** Up to and with `end`. */
  through(end: string): string {
    const found = this.#text.indexOf(end, this.#at);
    if (found < 0) throw new Unreadable();
    const text = this.#text.slice(this.#at, found + end.length);
    this.#at = found + end.length;
    return text;
  }

  /** A word up to a space or bracket; empty when there is none. */
  word(): string {
    const from = this.#at;
    for (; this.#at < this.#text.length; this.#at++) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit <= space || unit === open || unit === close || unit === quote || unit === curly)
        break;
    }
    return this.#text.slice(from, this.#at);
  }

  value(depth = 0): ImapValue {
    switch (this.#text.charCodeAt(this.#at)) {
      case quote:
        return this.#quoted();
      case open:
        return this.#list(depth);
      case curly:
        return this.#literal();
      default: {
        const word = this.word();
        if (!atom.test(word)) throw new Unreadable();
        return word.length === 3 && word.toUpperCase() === 'NIL' ? null : word;
      }
    }
  }

  #list(depth: number): readonly ImapValue[] {
    if (depth > deepest) throw new Unreadable();
    this.#at += 1;
    const values: ImapValue[] = [];
    while (!this.passes(')')) {
      const value = this.value(depth + 1);
      values.push(value);
      const next = this.#text.charCodeAt(this.#at);
      if (next === space) this.#at += 1;
      // After a list there may be no space.
      else if (next !== close && !Array.isArray(value)) throw new Unreadable();
    }
    return values;
  }

  #quoted(): string {
    const from = this.#at + 1;
    let escaped = false;
    for (let at = from; at < this.#text.length; at++) {
      const unit = this.#text.charCodeAt(at);
      if (unit === backslash) {
        escaped = true;
        at += 1;
      } else if (unit === quote) {
        this.#at = at + 1;
        const text = this.#text.slice(from, at);
        return escaped ? text.replace(/\\([\s\S])/g, '$1') : text;
      }
    }
    throw new Unreadable();
  }

  #literal(): string {
    const size = /^\{(\d{1,9})\}\r?\n/.exec(this.#text.slice(this.#at, this.#at + 14));
    if (size === null) throw new Unreadable();
    const from = this.#at + size[0].length;
    this.#at = from + Number(size[1]);
    if (this.#at > this.#text.length) throw new Unreadable();
    this.literals += 1;
    return this.#text.slice(from, this.#at);
  }
}

/** What the octets of a value say: UTF-8 (RFC 9051 §4.3). */
export function decoded(octets: string): string {
  return /[\u0080-\u00ff]/.test(octets) ? Buffer.from(octets, 'latin1').toString('utf8') : octets;
}
