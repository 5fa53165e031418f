/**
 * What has been promised in a trial: every letter that a server took and every message that a
 * person wrote, found again by the marker in its subject.
 */
import { Promised } from './promised.ts';

/**
 * Who changes a letter: the person through the engine, another client, or both. What only one of
 * them changes must end as that one left it; of what both change only that all copies agree.
 */
export type Owner = 'person' | 'other' | 'both';

/** The keyword that the person puts on letters and takes off again. */
export const label = 'letterlock-trial';

export interface Letter {
  readonly marker: string;
  readonly owner: Owner;
  readonly seen: Promised<boolean>;
  readonly flagged: Promised<boolean>;
  /** Has the keyword `label`. */
  readonly labelled: Promised<boolean>;
  /** Path of its mailbox; `nowhere` before its delivery, `gone` after its deletion for good. */
  readonly place: Promised<string>;
  /** The person has moved it: a row that shows it may be out of date. */
  moves: boolean;
}

export type WritingPlace = 'nowhere' | 'draft' | 'queued' | 'discarded';

export interface Writing {
  readonly marker: string;
  /** True when it goes to the person's own mailbox. */
  readonly toSelf: boolean;
  readonly place: Promised<WritingPlace>;
  readonly version: Promised<number>;
  /** SHA-256 of its attachment, hex; `none` without one. */
  readonly attachment: Promised<string>;
}

export class Ledger {
  readonly letters = new Map<string, Letter>();
  readonly writings = new Map<string, Writing>();
  /** Deleted for good: may not come back. */
  readonly gone = new Set<string>();
  /** Writings that came to their end, with how often each had been delivered when last seen. */
  readonly finished = new Map<string, number>();
  /** The file that was imported last, and the letters in it. */
  imported: { readonly name: string; readonly markers: readonly string[] } = {
    name: '',
    markers: [],
  };
  /** A setting, as settings are promises too. */
  readonly undoSendSeconds = new Promised(0);
  /** Promises that were seen to be broken on the way. */
  readonly broken: string[] = [];
  #last = 0;

  newLetter(owner: Owner): Letter {
    const letter: Letter = {
      marker: this.#marker('m'),
      owner,
      seen: new Promised(false),
      flagged: new Promised(false),
      labelled: new Promised(false),
      place: new Promised('nowhere'),
      moves: false,
    };
    this.letters.set(letter.marker, letter);
    return letter;
  }

  newWriting(toSelf: boolean): Writing {
    const writing: Writing = {
      marker: this.#marker('w'),
      toSelf,
      place: new Promised<WritingPlace>('nowhere'),
      version: new Promised(0),
      attachment: new Promised('none'),
    };
    this.writings.set(writing.marker, writing);
    return writing;
  }

  #marker(kind: string): string {
    this.#last += 1;
    return `${kind}${String(this.#last).padStart(6, '0')}`;
  }
}

/** The subject that carries a marker. */
export function subjectOf(marker: string): string {
  return `Trial [${marker}]`;
}

/** A line in the text of a letter from outside. */
export function bodyOf(marker: string): string {
  return `Body of ${marker}.`;
}

/** The marker in a subject; undefined when there is none. */
export function markerOf(subject: string): string | undefined {
  // An answer that was begun bears the same mark and is none of it.
  return /^(?!Re: ).*\[([mw]\d{6})\]/.exec(subject)?.[1];
}

/** A person's text with its version, and an end that shows that nothing is missing. */
export function textOf(marker: string, version: number): string {
  const filler = `This line is here to be of some length, for ${marker}.\n`.repeat(version * 7);
  return `version ${version}\n${filler}end of ${marker}\n`;
}

/** The version in a text that is whole; undefined for one that is not. */
export function versionOf(marker: string, text: string): number | undefined {
  const plain = text.replaceAll('\r\n', '\n').trim();
  if (!plain.endsWith(`end of ${marker}`)) return undefined;
  const version = /^version (\d+)\n/.exec(plain)?.[1];
  return version === undefined ? undefined : Number(version);
}
