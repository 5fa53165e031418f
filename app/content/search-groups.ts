/** Copies of a message in several mailboxes are one result. */
import type { ContentReader } from './content-reader.ts';
import { type Facts, factColumns, toFacts } from './facts.ts';
import type { SearchedMailbox } from './mailbox-choice.ts';

/** A mailbox of all mail shows a message only when no other does. */
function rank(role: string | undefined): number {
  if (role === 'inbox') return 0;
  if (role === 'all') return 3;
  return role === 'archive' ? 2 : 1;
}

/** So many messages of a thread are looked at for copies of one. */
const threadRows = 300;

/** The same message in several mailboxes is one result, in the place of its newest copy. */
export class Groups {
  readonly #content: ContentReader;
  readonly #mailboxes: ReadonlyMap<number, SearchedMailbox>;
  readonly #passes: (facts: Facts) => boolean;
  readonly #copies = new Map<number, readonly Facts[]>();

  constructor(
    content: ContentReader,
    mailboxes: ReadonlyMap<number, SearchedMailbox>,
    passes: (facts: Facts) => boolean,
  ) {
    this.#content = content;
    this.#mailboxes = mailboxes;
    this.#passes = passes;
  }

  /** False for a copy of a message that a newer row stands for. */
  isNew(facts: Facts): boolean {
    const copies = this.#copiesOf(facts);
    if (copies.some(({ rowId }) => rowId > facts.rowId)) return false;
    this.#copies.set(facts.rowId, copies);
    return true;
  }

  /** The copy to show. */
  best(facts: Facts): Facts {
    let best = facts;
    for (const copy of this.#copies.get(facts.rowId) ?? []) {
      if (this.#rankOf(copy) < this.#rankOf(best)) best = copy;
    }
    return best;
  }

  #rankOf({ shownIn }: Facts): number {
    return rank(this.#mailboxes.get(shownIn)?.role);
  }

  #copiesOf(facts: Facts): readonly Facts[] {
    const accountId = this.#mailboxes.get(facts.shownIn)?.accountId;
    const same = (copy: Facts) =>
      isSame(copy, facts) &&
      this.#passes(copy) &&
      this.#mailboxes.get(copy.shownIn)?.accountId === accountId;
    if (facts.messageId === undefined && facts.emailId === undefined) return [];
    // Copies share the thread: its index finds them, and a giant thread is not read to its end.
    return this.#content
      .prepare(
        `SELECT ${factColumns}
         FROM (SELECT rowId AS id FROM mail.message INDEXED BY message_thread
               WHERE threadId = ? AND rowId <> ? LIMIT ${threadRows}) AS one
         CROSS JOIN mail.message AS m ON m.rowId = one.id
         WHERE (m.messageId = ? OR m.emailId = ?)`,
      )
      .all(facts.threadId, facts.rowId, facts.messageId ?? null, facts.emailId ?? null)
      .map(toFacts)
      .filter(same);
  }
}

function isSame(a: Facts, b: Facts): boolean {
  if (a.emailId !== undefined && a.emailId === b.emailId) return true;
  return a.messageId !== undefined && a.messageId === b.messageId;
}
