/** Finds out whether a letter speaks of an attachment. Words by language: people write in several. */
import type { Language } from '../../i18n/locale.ts';

/**
 * Beginnings of words, or several words; all lower case. A blank at the end: the whole word only. A
 * language of the interface has an entry: the type says so.
 */
const words: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'attached',
    'attachment',
    'attaching',
    'enclosed',
    'enclosing',
    'find enclosed',
    'i attach ',
  ],
  de: [
    'im anhang',
    'als anhang',
    'anhang:',
    'der anhang',
    'den anhang',
    'anhänge ',
    'anhängen ',
    'angehängt',
    'anhängend',
    'anbei',
    'beigefügt',
    'beiliegend',
    'in der anlage',
    'als anlage',
    'hänge ich an',
    'füge ich bei',
  ],
  fr: [
    'ci-joint',
    'ci joint',
    'ci-inclus',
    'ci-annexé',
    'en annexe',
    'en pj ',
    'pièce jointe',
    'pièces jointes',
    'piece jointe',
    'fichier joint',
    'fichiers joints',
    'document joint',
    'documents joints',
    'je joins ',
    'je vous joins ',
    'je te joins ',
    'nous joignons ',
    'jointe à ce',
    'joint à ce',
  ],
  es: [
    'adjunt',
    'en anexo',
    'se anexa',
    'te anexo ',
    'le anexo ',
    'les anexo ',
    'anexo el ',
    'anexo la ',
  ],
  ja: ['添付', '同封', 'ファイルを付け', 'ファイルをつけ'],
  ar: [
    'مرفق',
    'المرفق',
    'بالمرفق',
    'والمرفق',
    'مرفقات',
    'أرفق',
    'ارفق',
    'نرفق',
    'سأرفق',
    'تجدون طي',
    'تجد طي',
    'طيه ',
    'طيّه ',
  ],
};

/** Japanese puts no blanks between words: a word begins anywhere. */
const withoutBlanks = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

const escaped = Object.values(words)
  .flat()
  .map((word) => {
    const source = word
      .trim()
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/ /g, '\\s+');
    // No `\b`: it knows no umlauts.
    const before = withoutBlanks.test(word) ? '' : '(?<![\\p{L}\\p{N}])';
    return `${before}${source}${word.endsWith(' ') ? '(?![\\p{L}\\p{N}])' : ''}`;
  });
const pattern = new RegExp(escaped.join('|'), 'iu');

/** Lines that a forwarded or answered message begins with. */
const original = /^(?:-{2,}.*-{2,}|_{8,})\s*$/;

/** What the person wrote: without quotations, and without what stands below a forwarded message's line. */
export function ownWords(text: string): string {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (original.test(line)) break;
    if (!line.startsWith('>')) lines.push(line);
  }
  return lines.join('\n');
}

/** @param signature words that stand in every letter */
export function speaksOfAttachment(subject: string, text: string, signature = ''): boolean {
  // An answer's subject is somebody else's.
  const title = /^\s*(?:re|aw|fwd?|wg|tr|rv)\s*:/i.test(subject) ? '' : subject;
  const own = ownWords(text);
  const written = signature.trim() === '' ? own : own.replace(signature.trim(), '');
  return pattern.test(`${title}\n${written}`);
}
