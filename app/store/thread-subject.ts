/**
 * Subjects as threads compare them: without the marks of answers and forwarded messages that mail
 * programs of many languages put before them (RFC 5256 §2.1 knows only the English ones).
 */

const prefix = new RegExp(
  '^\\s*(?:' +
    [
      're|aw|antw|antwort|sv|vs|odp|rif|r|res|ref|ynt|ang|bls|vá|atb|σχετ|απ|отв|ответ|回复|答复|回覆|返信',
      'fwd?|wg|tr|rv|enc|i|vb|vl|pd|fs|doorst|ilt|továbbítás|πρθ|пересл|转发|轉寄|転送',
    ].join('|') +
    ')\\s*(?:\\[\\d{1,4}\\]|\\(\\d{1,4}\\)|\\^\\d{1,4})?\\s*[:：]\\s*',
  'iu',
);
/** However many there are in a row. */
const mostPrefixes = 20;
const keptLength = 200;

export interface ComparedSubject {
  /** Lower case, spaces as one; empty when nothing is left to compare. */
  readonly text: string;
  /** It began like that of an answer or a forwarded message. */
  readonly answers: boolean;
}

export function comparedSubject(subject: string): ComparedSubject {
  const base = baseSubject(subject);
  const text = base.slice(0, keptLength).replace(/\s+/g, ' ').trim().toLowerCase();
  return { text, answers: base !== subject };
}

/** What stands before a first colon, and whether it is all mark: letters repeat few of them. */
const heads = new Map<string, boolean>();
const mostHeads = 2_000;
const headLength = 40;

/** The subject as it was written, without those marks: what lists are put in order by. */
export function baseSubject(subject: string): string {
  let rest = subject;
  for (let count = 0; count < mostPrefixes; count++) {
    const colon = firstColon(rest);
    if (colon === -1) break;
    if (colon < headLength) {
      if (!isMark(rest.slice(0, colon + 1))) break;
      rest = rest.slice(colon + 1);
    } else {
      const found = prefix.exec(rest);
      if (found === null) break;
      rest = rest.slice(found[0].length);
    }
  }
  return rest === subject ? subject : rest.trimStart();
}

function firstColon(text: string): number {
  const half = text.indexOf(':');
  const full = text.indexOf('：');
  return full === -1 || (half !== -1 && half < full) ? half : full;
}

function isMark(head: string): boolean {
  let known = heads.get(head);
  if (known === undefined) {
    known = prefix.test(head);
    if (heads.size >= mostHeads) heads.clear();
    heads.set(head, known);
  }
  return known;
}
