/** Which mailboxes a few typed letters mean. Pure. */
import type { MailboxDto } from '../../app/contract/index.ts';

export interface MailboxChoice {
  readonly mailbox: MailboxDto;
  /** As the person reads it. */
  readonly title: string;
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

/** Those whose title or path holds every word; the ones that begin with the text come first. */
export function matchMailboxes(
  choices: readonly MailboxChoice[],
  text: string,
): readonly MailboxChoice[] {
  const words = fold(text).split(/\s+/).filter(Boolean);
  if (words.length === 0) return choices;
  const typed = fold(text).trim();
  return choices
    .map((choice) => ({ choice, title: fold(choice.title), path: fold(choice.mailbox.path) }))
    .filter(({ title, path }) => words.every((word) => title.includes(word) || path.includes(word)))
    .sort((a, b) => Number(b.title.startsWith(typed)) - Number(a.title.startsWith(typed)))
    .map(({ choice }) => choice);
}
