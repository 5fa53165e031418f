/**
 * Looks for a secret in captured bytes in every way mail writes text down. Proven by its own
 * tests: a search that finds nothing is worth something only when it would have found it.
 */

/** The ways in which `search` knows a needle. */
export const encodings = [
  'plain',
  'latin1',
  'utf-16le',
  'utf-16be',
  'hex',
  'base64',
  'base64url',
  'quoted-printable',
  'percent',
  'sasl-plain',
] as const;
export type Encoding = (typeof encodings)[number];

/**
 * The middle of a base64 run that depends on the needle alone, for each of the three places the
 * needle can begin at within a 3-byte group.
 */
function base64Cores(needle: Buffer, alphabet: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), needle]).toString(alphabet);
    // Characters that also hold bits of the bytes before and after are left out.
    const from = offset === 0 ? 0 : offset + 1;
    const whole = Math.floor(((offset + needle.length) * 8) / 6);
    const core = text.slice(from, whole);
    return [core];
  });
}

/** Every byte written as `=XX`, and the usual form where only the unusual bytes are. RFC 2045 §6.7 */
function quotedPrintable(needle: Buffer): string[] {
  const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  const usual = [...needle].map((byte) =>
    byte === 0x3d || byte < 0x20 || byte > 0x7e ? hex(byte) : String.fromCharCode(byte),
  );
  const header = usual.map((part) => (part === ' ' ? '_' : part));
  const forms = [[...needle].map(hex).join(''), usual.join(''), header.join('')];
  return forms.filter((form) => form !== needle.toString('latin1'));
}

/** Line breaks that encoders put inside long runs: soft ones of quoted-printable, and bare ones. */
function unfolded(haystack: string): string[] {
  return [haystack, haystack.replace(/=\r?\n/g, ''), haystack.replace(/\r?\n[ \t]?/g, '')];
}

/** Shorter ones turn up in random bytes now and then. */
const shortestNeedle = 6;

/**
 * Which encodings of `needle` occur in `haystack`; empty when none does. Letters' case is ignored
 * for the plain, hex and quoted-printable forms.
 * @param users login names: also looks for SASL PLAIN of each with `needle` as its password (RFC 4616)
 * @throws RangeError for a needle under 6 bytes
 */
export function search(
  haystack: Uint8Array,
  needle: string,
  users: readonly string[] = [],
): Encoding[] {
  const text = Buffer.from(haystack.buffer, haystack.byteOffset, haystack.byteLength);
  const exact = unfolded(text.toString('latin1'));
  const folded = exact.map((form) => form.toLowerCase());
  const bytes = Buffer.from(needle, 'utf8');
  if (bytes.length < shortestNeedle) throw new RangeError(`needle is too short: ${needle}`);
  const asLatin1 = (buffer: Buffer): string => buffer.toString('latin1');
  const utf16 = Buffer.from(needle, 'utf16le');
  const sasl = users.flatMap((user) => [
    Buffer.from(`\0${user}\0${needle}`).toString('base64'),
    Buffer.from(`${user}\0${user}\0${needle}`).toString('base64'),
  ]);
  const anyCase = (forms: readonly string[]): boolean =>
    forms.some((form) => folded.some((hay) => hay.includes(form.toLowerCase())));
  const exactly = (forms: readonly string[]): boolean =>
    forms.some((form) => exact.some((hay) => hay.includes(form)));
  const found: Record<Encoding, boolean> = {
    plain: anyCase([asLatin1(bytes)]),
    latin1: /[\x80-\xff]/.test(needle) && /^[\x20-\xff]*$/.test(needle) && anyCase([needle]),
    'utf-16le': exactly([asLatin1(utf16)]),
    'utf-16be': exactly([asLatin1(Buffer.from(utf16).swap16())]),
    hex: anyCase([bytes.toString('hex')]),
    base64: exactly(base64Cores(bytes, 'base64')),
    base64url: exactly(base64Cores(bytes, 'base64url')),
    'quoted-printable': anyCase(quotedPrintable(bytes)),
    percent: encodeURIComponent(needle) !== needle && anyCase([encodeURIComponent(needle)]),
    'sasl-plain': exactly(sasl),
  };
  return encodings.filter((encoding) => found[encoding]);
}
