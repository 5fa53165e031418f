/** What a person types to search, as text: operators put in, words taken out. Pure. */

/** Operators that are offered; one that ends with a colon waits for more. */
export const hints = ['from:', 'in:', 'is:unread', 'has:attachment'] as const;
export type Hint = (typeof hints)[number];

/** The query with an operator at its end, once. */
export function insertHint(query: string, hint: Hint): string {
  const whole = query.split(/\s+/).filter(Boolean);
  if (!hint.endsWith(':') && whole.includes(hint)) return query;
  const before = query.trimEnd();
  return `${before}${before === '' ? '' : ' '}${hint}${hint.endsWith(':') ? '' : ' '}`;
}

const operator = /^-?[a-z]+:/i;

/**
 * The words that a server can look for: its search knows no operators, and a word that must not
 * be there cannot be asked for.
 */
export function plainWords(query: string): string {
  const terms = query.match(/-?[a-z]*:?"[^"]*"?|\S+/giu) ?? [];
  return terms
    .filter((term) => !operator.test(term) && !term.startsWith('-') && term !== 'OR')
    .map((term) => term.replaceAll('"', ''))
    .join(' ')
    .trim();
}

/** A search for what somebody wrote. */
export function mailFrom(address: string): string {
  return /["\s]/.test(address) ? `from:"${address.replaceAll('"', ' ')}"` : `from:${address}`;
}
