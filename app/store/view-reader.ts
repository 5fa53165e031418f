/**
 * Lists over mailboxes, conversations, and counts. Every list by arrival is a walk of an index,
 * whatever the offset: no sort, no scan (test/store/views.test.ts asks SQLite for its plans).
 * Other orders: sorted-lists.ts.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { ListOrder, MailboxRole, ViewDto, ViewFilter } from '../contract/index.ts';
import { integerColumn, optionalText } from './columns.ts';
import { toMessage } from './mail-reader.ts';
import type { StoredMessage } from './mail-types.ts';
import { starredView, unreadView } from './migrations/mail-004-threads.ts';
import { SortedLists } from './sorted-lists.ts';
import { statementsOf } from './statements.ts';

const participantRows = 30;
const participantNames = 5;
const threadRows = 500;

export interface StoredConversation {
  readonly threadId: number;
  /** The newest of its messages in the view. */
  readonly newest: StoredMessage;
  /** Messages of the thread in the view. */
  readonly count: number;
  readonly unseen: number;
  /** Names, or addresses where there is no name; newest first, at most five. */
  readonly participants: readonly string[];
}

/** How a list is put in order. */
export interface ListChoice {
  readonly filter?: ViewFilter | undefined;
  readonly order?: ListOrder | undefined;
  /** Whose rules words are put in order by (BCP 47); the system's when absent. */
  readonly language?: string | undefined;
}

/** Rows of a view, before they are put in order. */
interface ListedRows {
  readonly view: ViewDto;
  readonly arms: readonly string[];
  /** Of an arm, that has the rowIds. */
  readonly column: string;
  /** How many there are, where that stands somewhere. */
  readonly total?: number | undefined;
}

/** Messages of one mailbox or one index over all of them: terms are columns of `message`. */
interface MessageArm {
  readonly index: string;
  readonly terms: readonly string[];
}

/** A list of rowIds as SQL: the arms are joined in order by SQLite, without a sort. */
export interface ViewQuery {
  readonly ids: string;
  readonly count: string;
}

export class ViewReader {
  readonly #prepare: ReturnType<typeof statementsOf>;
  readonly #sorted: SortedLists;

  constructor(db: DatabaseSync) {
    this.#prepare = statementsOf(db);
    this.#sorted = new SortedLists(db);
  }

  list(
    view: ViewDto,
    filter: ViewFilter | undefined,
    offset: number,
    limit: number,
    choice: Omit<ListChoice, 'filter'> = {},
  ): { total: number; messages: StoredMessage[] } {
    const arms = this.#messageArms(view, filter).map(messagesOf);
    const known = filter === undefined ? this.#knownTotal(view) : undefined;
    const rows = { view, arms, column: 'rowId', total: known };
    const { total, ids } = this.#page(rows, choice, offset, limit);
    return { total, messages: ids.flatMap((id) => this.#message(id) ?? []) };
  }

  /** What the lists of a view ask of SQLite; those with parameters take limit and offset. */
  queries(view: ViewDto, filter: ViewFilter | undefined): string[] {
    const orders = ['newest', 'oldest'] as const;
    return orders.flatMap((order) => {
      const messages = viewQuery(this.#messageArms(view, filter).map(messagesOf), 'rowId', order);
      const { arms, column } = this.#conversationArms(view, filter);
      const threads = viewQuery(arms, column, order);
      return [messages.ids, messages.count, threads.ids, threads.count];
    });
  }

  /** Threads by their newest message in the view; with a filter, by the newest that it passes. */
  conversations(
    view: ViewDto,
    offset: number,
    limit: number,
    choice: ListChoice = {},
  ): { total: number; conversations: StoredConversation[] } {
    const rows = { view, ...this.#conversationArms(view, choice.filter) };
    const { total, ids } = this.#page(rows, choice, offset, limit);
    const conversations = ids.flatMap((id) => {
      const newest = this.#message(id);
      return newest === undefined ? [] : (this.#conversation(view, newest) ?? []);
    });
    return { total, conversations };
  }

  #page(
    { view, arms, column, total }: ListedRows,
    { order = 'newest', language }: ListChoice,
    offset: number,
    limit: number,
  ): { total: number; ids: number[] } {
    if (arms.length === 0) return { total: 0, ids: [] };
    if (order !== 'newest' && order !== 'oldest') {
      const ids = arms.map((arm) => `SELECT ${column} AS id FROM ${arm}`).join(' UNION ALL ');
      const outgoing = view.kind === 'mailbox' && this.#isOutgoing(view.mailboxId);
      return this.#sorted.page({ ids, order, outgoing, language }, offset, limit);
    }
    const { ids, count } = viewQuery(arms, column, order);
    const rows = this.#prepare(ids).all(limit, offset);
    return {
      total: total ?? this.#count(count),
      ids: rows.map((row) => integerColumn(row, column)),
    };
  }

  #isOutgoing(mailboxId: number): boolean {
    const row = this.#prepare('SELECT role FROM mailbox WHERE mailboxId = ?').get(mailboxId);
    return row?.role === 'sent' || row?.role === 'drafts';
  }

  /** Messages of a thread that the view shows, newest first, at most 500. */
  threadInView(view: ViewDto, threadId: number): StoredMessage[] {
    const where =
      view.kind === 'unread'
        ? 'seen = 0 AND listed = 1'
        : view.kind === 'starred'
          ? 'flagged = 1 AND listed = 1'
          : `shownIn IN (${this.#mailboxIds(view).join(', ')})`;
    return this.#prepare(
      `SELECT * FROM message INDEXED BY message_thread WHERE threadId = ? AND ${where} LIMIT ?`,
    )
      .all(threadId, threadRows)
      .map(toMessage)
      .sort((a, b) => b.rowId - a.rowId);
  }

  /**
   * The whole thread over all mailboxes but Junk and Trash, oldest first; a message that lies in
   * several mailboxes is there once.
   */
  thread(accountId: string, threadId: number): StoredMessage[] {
    const rows = this.#prepare(
      `SELECT m.*, b.role AS role FROM message AS m INDEXED BY message_thread
         JOIN mailbox AS b ON b.mailboxId = m.shownIn
       WHERE m.threadId = ? AND b.accountId = ? AND b.role NOT IN ('junk', 'trash') LIMIT ?`,
    ).all(threadId, accountId, threadRows);
    const best = new Map<string, { message: StoredMessage; rank: number }>();
    for (const row of rows) {
      const message = toMessage(row);
      const key = message.emailId ?? message.messageId ?? String(message.rowId);
      const rank = copyRank(optionalText(row, 'role'));
      const other = best.get(key);
      if (other === undefined || rank < other.rank) best.set(key, { message, rank });
    }
    return [...best.values()].map(({ message }) => message).sort((a, b) => a.rowId - b.rowId);
  }

  counts(): { unread: number; starred: number; inbox: { total: number; unseen: number } } {
    const inbox = this.#prepare(
      `SELECT coalesce(sum(total), 0) AS total, coalesce(sum(unseen), 0) AS unseen
       FROM mailbox WHERE role = 'inbox'`,
    ).get();
    return {
      unread: this.#count(
        viewQuery(this.#messageArms({ kind: 'unread' }, undefined).map(messagesOf), '').count,
      ),
      starred: this.#count(
        viewQuery(this.#messageArms({ kind: 'starred' }, undefined).map(messagesOf), '').count,
      ),
      inbox: {
        total: inbox === undefined ? 0 : integerColumn(inbox, 'total'),
        unseen: inbox === undefined ? 0 : integerColumn(inbox, 'unseen'),
      },
    };
  }

  #count(sql: string): number {
    const row = this.#prepare(sql).get();
    return row === undefined ? 0 : integerColumn(row, 'total');
  }

  #knownTotal(view: ViewDto): number | undefined {
    if (view.kind !== 'mailbox' && view.kind !== 'unified') return undefined;
    const ids = this.#mailboxIds(view);
    return this.#count(
      `SELECT coalesce(sum(total), 0) AS total FROM mailbox WHERE mailboxId IN (${ids.join(', ')})`,
    );
  }

  #message(rowId: number): StoredMessage | undefined {
    const row = this.#prepare('SELECT * FROM message WHERE rowId = ?').get(rowId);
    return row && toMessage(row);
  }

  #mailboxIds(
    view: { kind: 'mailbox'; mailboxId: number } | { kind: 'unified'; role: MailboxRole },
  ) {
    if (view.kind === 'mailbox') return [view.mailboxId];
    return this.#prepare('SELECT mailboxId FROM mailbox WHERE role = ? ORDER BY mailboxId')
      .all(view.role)
      .map((row) => integerColumn(row, 'mailboxId'));
  }

  #messageArms(view: ViewDto, filter: ViewFilter | undefined): MessageArm[] {
    if (view.kind === 'unread') return [overAll('message_unread', 'seen = 0', filter)];
    if (view.kind === 'starred') return [overAll('message_starred', 'flagged = 1', filter)];
    return this.#mailboxIds(view).map((mailboxId) => inMailbox(mailboxId, filter));
  }

  #conversationArms(
    view: ViewDto,
    filter: ViewFilter | undefined,
  ): { arms: string[]; column: 'rowId' | 'newestRowId' } {
    if (filter !== undefined) {
      return { arms: this.#messageArms(view, filter).map(newestOfThreads), column: 'rowId' };
    }
    const views =
      view.kind === 'unread'
        ? [unreadView]
        : view.kind === 'starred'
          ? [starredView]
          : this.#mailboxIds(view);
    return {
      arms: views.map((id) => `conversation INDEXED BY conversation_newest WHERE view = ${id}`),
      column: 'newestRowId',
    };
  }

  #conversation(view: ViewDto, newest: StoredMessage): StoredConversation | undefined {
    const { threadId } = newest;
    const id =
      view.kind === 'unread' ? unreadView : view.kind === 'starred' ? starredView : newest.shownIn;
    const row = this.#prepare(
      'SELECT count, unseen FROM conversation WHERE view = ? AND threadId = ?',
    ).get(id, threadId);
    if (row === undefined) return undefined;
    const count = integerColumn(row, 'count');
    return {
      threadId,
      newest,
      count,
      unseen: integerColumn(row, 'unseen'),
      participants: count === 1 ? namesOf([newest.from]) : this.#participants(id, threadId),
    };
  }

  #participants(view: number, threadId: number): string[] {
    const where = view > 0 ? ` AND shownIn = ${view}` : '';
    const rows = this.#prepare(
      `SELECT fromName, fromAddress FROM message INDEXED BY message_thread
       WHERE threadId = ?${where} ORDER BY ${view > 0 ? 'rowId DESC' : 'shownIn'} LIMIT ?`,
    ).all(threadId, participantRows);
    return namesOf(
      rows.map((row) => ({
        name: optionalText(row, 'fromName') ?? '',
        address: optionalText(row, 'fromAddress') ?? '',
      })),
    );
  }
}

/** Queries over arms such as `message INDEXED BY … WHERE …`; `ids` takes limit and offset. */
export function viewQuery(
  arms: readonly string[],
  column: string,
  order: 'newest' | 'oldest' = 'newest',
): ViewQuery {
  return {
    ids: `${arms.map((arm) => `SELECT ${column} FROM ${arm}`).join(' UNION ALL ')}
      ORDER BY ${column} ${order === 'newest' ? 'DESC' : 'ASC'} LIMIT ? OFFSET ?`,
    count: `SELECT ${arms.map((arm) => `(SELECT count(*) FROM ${arm})`).join(' + ')} AS total`,
  };
}

const mailboxFilters: Readonly<Record<ViewFilter, { index: string; term: string }>> = {
  unread: { index: 'message_unseen', term: 'seen = 0' },
  starred: { index: 'message_flagged', term: 'flagged = 1' },
  attachments: { index: 'message_with_attachment', term: 'hasAttachment = 1' },
};

function inMailbox(mailboxId: number, filter: ViewFilter | undefined): MessageArm {
  const shown = `shownIn = ${mailboxId}`;
  if (filter === undefined) return { index: 'message_shown', terms: [shown] };
  const { index, term } = mailboxFilters[filter];
  return { index, terms: [shown, term] };
}

function overAll(index: string, term: string, filter: ViewFilter | undefined): MessageArm {
  const more = filter === undefined ? [] : [mailboxFilters[filter].term];
  return { index, terms: [term, 'listed = 1', ...more] };
}

function messagesOf({ index, terms }: MessageArm): string {
  return `message INDEXED BY ${index} WHERE ${terms.join(' AND ')}`;
}

/** Of each thread the newest message that is in the arm. */
function newestOfThreads({ index, terms }: MessageArm): string {
  const of = (name: string) => terms.map((term) => `${name}.${term}`).join(' AND ');
  return `message AS m INDEXED BY ${index} WHERE ${of('m')} AND NOT EXISTS (SELECT 1
    FROM message AS later INDEXED BY message_thread
    WHERE later.threadId = m.threadId AND later.rowId > m.rowId AND ${of('later')})`;
}

function namesOf(people: readonly (StoredMessage['from'] | undefined)[]): string[] {
  const names = people.flatMap((one) => (one === undefined ? [] : nameOf(one)));
  return [...new Set(names.filter((name) => name !== ''))].slice(0, participantNames);
}

/** A name that poses as another address is not shown for it. */
function nameOf({ name, address }: NonNullable<StoredMessage['from']>): string {
  const poses = name.includes('@') && name.toLowerCase() !== address.toLowerCase();
  return poses ? address : name || address;
}

/** Which of several copies of a message is shown: the inbox's first, the server's own last. */
function copyRank(role: string | undefined): number {
  if (role === 'inbox') return 0;
  return role === 'sent' || role === 'all' || role === 'flagged' ? 2 : 1;
}
