/** What decides, beside words, whether a message is a result: small, read for many messages. */
import { integerColumn, optionalText, type SqlRow } from '../store/columns.ts';
import type { Filter } from './query.ts';

export interface Facts {
  readonly rowId: number;
  readonly token: number;
  readonly shownIn: number;
  readonly seen: boolean;
  readonly flagged: boolean;
  readonly answered: boolean;
  readonly hasAttachment: boolean;
  readonly sizeBytes: number;
  readonly messageId: string | undefined;
  readonly emailId: string | undefined;
  readonly threadId: number;
  /** The whole row of `message`, where it was read at once. */
  readonly whole?: SqlRow;
}

/** Columns of mail.db's `message` that `toFacts` reads. */
export const factColumns =
  'm.rowId AS rowId, m.token AS token, m.shownIn AS shownIn, m.seen AS seen, m.flagged AS flagged, ' +
  'm.answered AS answered, m.hasAttachment AS hasAttachment, m.sizeBytes AS sizeBytes, ' +
  'm.messageId AS messageId, m.emailId AS emailId, ' +
  'm.threadId AS threadId';

export function toFacts(row: SqlRow): Facts {
  return {
    rowId: integerColumn(row, 'rowId'),
    token: integerColumn(row, 'token'),
    shownIn: integerColumn(row, 'shownIn'),
    seen: row.seen === 1,
    flagged: row.flagged === 1,
    answered: row.answered === 1,
    hasAttachment: row.hasAttachment === 1,
    sizeBytes: integerColumn(row, 'sizeBytes'),
    messageId: optionalText(row, 'messageId'),
    emailId: optionalText(row, 'emailId'),
    threadId: integerColumn(row, 'threadId'),
  };
}

/** From a row with all columns of `message`. */
export function toWholeFacts(row: SqlRow): Facts {
  return { ...toFacts(row), whole: row };
}

/** Whether a message passes every filter that its facts can answer. */
export function toTest(
  filters: readonly Filter[],
  mailboxIds: ReadonlySet<number>,
): (facts: Facts) => boolean {
  const tests = filters.flatMap((filter) => {
    const test = factTest(filter);
    return test === undefined ? [] : [test];
  });
  return (facts) => mailboxIds.has(facts.shownIn) && tests.every((test) => test(facts));
}

function factTest(filter: Filter): ((facts: Facts) => boolean) | undefined {
  switch (filter.kind) {
    case 'seen':
      return ({ seen }) => seen === filter.value;
    case 'flagged':
      return ({ flagged }) => flagged === filter.value;
    case 'answered':
      return ({ answered }) => answered === filter.value;
    case 'attachment':
      return ({ hasAttachment }) => hasAttachment === filter.value;
    case 'larger':
      return ({ sizeBytes }) => sizeBytes > filter.sizeBytes;
    case 'smaller':
      return ({ sizeBytes }) => sizeBytes < filter.sizeBytes;
    // Dates bound the walk itself; mailboxes and accounts are in the set.
    default:
      return undefined;
  }
}

/** The same as a condition on mail.db's `message AS m`: spares reading what would not pass. */
export function toCondition(filters: readonly Filter[]): string {
  return filters.map((filter) => ` ${sqlTest(filter)}`.trimEnd()).join('');
}

function sqlTest(filter: Filter): string {
  switch (filter.kind) {
    case 'seen':
    case 'flagged':
    case 'answered':
      return `AND m.${filter.kind} = ${filter.value ? 1 : 0}`;
    case 'attachment':
      return `AND m.hasAttachment = ${filter.value ? 1 : 0}`;
    case 'larger':
      return `AND m.sizeBytes > ${Math.trunc(filter.sizeBytes)}`;
    case 'smaller':
      return `AND m.sizeBytes < ${Math.trunc(filter.sizeBytes)}`;
    default:
      return '';
  }
}
