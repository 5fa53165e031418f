/** Which mailboxes a few typed letters mean. Pure. */
import type { MailboxDto } from '../../app/contract/index.ts';

export interface MailboxChoice {
  readonly mailbox: MailboxDto;
  /** As the person reads it. */
  readonly title: string;
}

/** The title of the mailbox that it lies in, if that one is known; `path` alone may be encoded. */
export function titleOfParent(
  { path, depth, role }: MailboxDto,
  choices: readonly MailboxChoice[],
): string | undefined {
  if (role !== 'none' || depth === 0) return undefined;
  const holds = (outer: MailboxDto) =>
    outer.depth === depth - 1 &&
    path.startsWith(outer.path) &&
    !/^[\p{L}\p{N}]/u.test(path.slice(outer.path.length));
  return choices.find(({ mailbox }) => holds(mailbox))?.title;
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
