/**
 * Text from strangers, made fit for one line of the window: no control characters, and where a
 * name could lie about itself (people, files) no characters that turn or hide text.
 * Sources: Mailsploit (2017), Unicode TR 36 §2.
 */

/** One line: control characters become spaces, runs of white space fold, lone surrogates go. */
export function oneLine(text: string, maxLength: number): string {
  return text
    .slice(0, maxLength * 4)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, maxLength)
    .toWellFormed();
}

/** Like `oneLine`, and without format characters (bidi controls, zero widths). */
export function plainName(text: string, maxLength: number): string {
  return oneLine(text.slice(0, maxLength * 4).replace(/\p{Cf}/gu, ''), maxLength);
}
