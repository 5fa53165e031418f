/**
 * A conversation as one input: octets with marks in between. A mark is 0xff and a letter, so that any
 * mutation of an input is an input too; 0xff before anything else is an octet like any other.
 */

export interface Piece {
  /** The mark before these octets; `start` for the first. */
  readonly mark: string;
  readonly octets: Buffer;
}

const markOctet = 0xff;

/** @param marks the letters that count, such as `T|` */
export function readScript(input: Buffer, marks: string): Piece[] {
  const pieces: Piece[] = [];
  let mark = 'start';
  let from = 0;
  for (let at = input.indexOf(markOctet); at >= 0; at = input.indexOf(markOctet, at + 1)) {
    const letter = String.fromCharCode(input[at + 1] ?? 0);
    if (!marks.includes(letter)) continue;
    pieces.push({ mark, octets: input.subarray(from, at) });
    mark = letter;
    from = at + 2;
  }
  pieces.push({ mark, octets: input.subarray(from) });
  return pieces;
}

/** The text with `~T` and its like as marks; the rest as Latin-1. */
export function script(text: string): Buffer {
  return Buffer.from(text.replaceAll('~', '\xff'), 'latin1');
}

/** As `script`, filled up with harmless line ends so that, with one octet before it, its length divides by 4. */
export function paddedScript(text: string): Buffer {
  const octets = script(text);
  return Buffer.concat([octets, Buffer.alloc((7 - (octets.length % 4)) % 4, '\n')]);
}
