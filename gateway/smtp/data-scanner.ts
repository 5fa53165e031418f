/**
 * Finds the end of DATA, and refuses whatever another server might take for it. Octets are never
 * changed. RFC 5321 §4.1.1.4; SMTP smuggling (CVE-2023-51764 and kin).
 */

const cr = 0x0d;
const lf = 0x0a;
const dot = 0x2e;

/** Where the last octets leave us. A line start is `strict` after CRLF, `loose` after a bare CR or LF. */
const middle = 0;
const afterCr = 1;
const strictStart = 2;
const looseStart = 3;
const strictDot = 4;
const looseDot = 5;
const strictDotCr = 6;

export type ScanResult =
  /** All of it may pass; `held` octets at its end may not yet. */
  | { readonly kind: 'more'; readonly held: number }
  /** The message ends before this index; what follows is no longer the message. */
  | { readonly kind: 'end'; readonly length: number }
  /** A lone dot between line ends that are not CRLF: no two servers need agree on what it means. */
  | { readonly kind: 'ambiguous' };

export class DataScanner {
  /** The line of the DATA command has ended with CRLF. */
  #state = strictStart;

  scan(chunk: Uint8Array): ScanResult {
    let state = this.#state;
    for (let index = 0; index < chunk.length; index += 1) {
      const octet = chunk[index];
      if (octet !== cr && octet !== lf && octet !== dot) {
        if (state === strictDotCr) return { kind: 'ambiguous' };
        state = middle;
        continue;
      }
      if (state === strictDotCr) {
        if (octet !== lf) return { kind: 'ambiguous' };
        return { kind: 'end', length: index + 1 };
      }
      if (octet === dot) {
        state =
          state === strictStart
            ? strictDot
            : state === looseStart || state === afterCr
              ? looseDot
              : middle;
      } else if (state === looseDot || (state === strictDot && octet === lf)) {
        return { kind: 'ambiguous' };
      } else if (octet === cr) {
        state = state === strictDot ? strictDotCr : afterCr;
      } else {
        state = state === afterCr ? strictStart : looseStart;
      }
    }
    this.#state = state;
    // A server that ends lines at CR would see the message end here.
    return { kind: 'more', held: state === strictDotCr ? 1 : 0 };
  }
}
