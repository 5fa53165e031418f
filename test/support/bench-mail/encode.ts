/** The encodings of mail that the generator needs, made for speed: RFC 2047 words, RFC 2045 bodies. */

const plain = /^[\x20-\x7e]*$/;

/** Header text as it is when ASCII, else as encoded words of at most 75 octets, folded. */
export function encodeWords(text: string): string {
  if (plain.test(text)) return text;
  const pieces: string[] = [];
  let piece = '';
  for (const letter of text) {
    if (Buffer.byteLength(piece + letter) > 42) {
      pieces.push(piece);
      piece = '';
    }
    piece += letter;
  }
  pieces.push(piece);
  return pieces.map((one) => `=?UTF-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ');
}

/** Octets as base64 in lines of 76. */
export function base64Lines(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
}

const known = new Map<string, string>();

/** One word in quoted-printable; the same words come again and again. */
function quotedWord(word: string): string {
  let quoted = known.get(word);
  if (quoted === undefined) {
    quoted = plain.test(word)
      ? word.replaceAll('=', '=3D')
      : [...Buffer.from(word)]
          .map((octet) =>
            octet > 0x7e || octet === 0x3d
              ? `=${octet.toString(16).toUpperCase()}`
              : String.fromCharCode(octet),
          )
          .join('');
    known.set(word, quoted);
  }
  return quoted;
}

/** Text of words and single blanks as quoted-printable, with soft line breaks between words. */
export function quotedPrintable(text: string): string {
  let out = '';
  let column = 0;
  for (const line of text.split('\r\n')) {
    if (out !== '') out += '\r\n';
    column = 0;
    for (const word of line.split(' ')) {
      const quoted = quotedWord(word);
      if (column > 0) {
        if (column + quoted.length > 72) {
          out += ' =\r\n';
          column = 0;
        } else {
          out += ' ';
          column += 1;
        }
      }
      out += quoted;
      column += quoted.length;
    }
  }
  return out;
}
