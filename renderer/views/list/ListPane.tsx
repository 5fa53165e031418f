/** The pane between sidebar and reader: a place's name, the search, the messages, what was done last. */
import { X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { AccountDto, ListOrder, MailboxDto, Settings } from '../../../app/contract/index.ts';
import { useCommands } from '../../commands/commands.tsx';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { LockLine } from '../../components/Lock.tsx';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { useSay } from '../Announcer.tsx';
import { layoutOf } from '../layout.ts';
import { useSteady } from '../use-steady.ts';
import { useWindowWidth } from '../use-window-width.ts';
import { ListBar } from './ListBar.tsx';
import { orderWord } from './list-order.ts';
import type { ListProps } from './list-props.ts';
import { type Listing, lockAbove } from './listing.ts';
import styles from './MessageList.module.css';
import { MessageList } from './MessageList.tsx';
import { PickedBar } from './Picked.tsx';
import { SearchField } from './SearchField.tsx';
import { SearchList } from './SearchList.tsx';
import { SyncLine } from './SyncLine.tsx';
import { useSearchResults } from './search-results.ts';
import { UndoLine } from './UndoLine.tsx';

interface ListPaneProps extends Omit<ListProps, 'focusRef'> {
  readonly listing: Listing;
  readonly accounts: readonly AccountDto[];
  readonly mailboxes: readonly MailboxDto[];
  readonly onOpenLock: (accountId: string) => void;
  readonly onOrder: (order: ListOrder) => void;
  readonly onSettings: (change: Partial<Settings>) => void;
}

export function ListPane(props: ListPaneProps) {
  const { listing, accounts, mailboxes, onOpenLock, onOrder, onSettings, ...shared } = props;
  const { selection, picked, dispatch, moves, order } = shared;
  const { t } = useWords();
  const { client } = useBackend();
  const say = useSay();
  const field = useRef<HTMLInputElement>(null);
  const focusRef = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState('');
  const [here, setHere] = useState(false);
  const { mailbox } = listing;
  const onlyHere = here && mailbox !== undefined;
  const results = useSearchResults(query, onlyHere ? { mailboxId: mailbox.mailboxId } : {});
  const searching = query.trim() !== '';

  function goSearch(): void {
    // Only what is shown can take the focus.
    flushSync(() => dispatch({ type: 'pane', pane: 'list' }));
    field.current?.focus();
    field.current?.select();
  }
  useCommands({
    search: (text) => {
      goSearch();
      if (text !== undefined) change(text);
    },
    refresh,
    sortNewest: toOrder('newest'),
    sortOldest: toOrder('oldest'),
    sortSender: toOrder('sender'),
    sortSubject: toOrder('subject'),
    sortSize: toOrder('size'),
  });

  function sort(next: ListOrder): void {
    // The selection is a line of the list as it was.
    dispatch({ type: 'deselect' });
    onOrder(next);
    say(t(`list.named.${orderWord(next, listing.outgoing)}`, { mailbox: listing.title }));
  }
  function toOrder(next: ListOrder): (() => void) | undefined {
    return searching || next === listing.source.order ? undefined : () => sort(next);
  }

  function refresh(): void {
    const calls = toRefresh(listing, mailboxes).map((mailboxId) =>
      client.call('mailbox.sync', { mailboxId }),
    );
    // A failure shows in the account's lock and problem line.
    Promise.all(calls).then(
      () => say(t('desk.upToDate')),
      () => say(t('desk.refreshFailed')),
    );
  }

  // The inbox is watched all the time; who goes to another mailbox wants it as it is now.
  const opened = mailbox?.role === 'inbox' ? undefined : mailbox?.mailboxId;
  useEffect(() => {
    if (opened === undefined) return;
    // A failure shows in the account's lock and problem line.
    client.call('mailbox.sync', { mailboxId: opened }).catch(() => undefined);
  }, [client, opened]);

  function change(next: string): void {
    // The selection is a line of the list that is shown: another list, another selection.
    if ((next.trim() === '') !== !searching) dispatch({ type: 'deselect' });
    setQuery(next);
  }
  function toResults(): void {
    focusRef.current?.focus();
    const row = order.current?.rowAt(0);
    if (selection === undefined && row !== undefined) dispatch({ type: 'select', index: 0, row });
  }
  // For the bar and the field, which stay as they are from message to message.
  const steadyRefresh = useSteady(refresh);
  const steadySort = useSteady(sort);
  const steadySettings = useSteady(onSettings);
  const steadyChange = useSteady(change);
  const steadyResults = useSteady(toResults);
  const endSearch = useSteady(() => {
    change('');
    focusRef.current?.focus();
  });
  const list = { ...shared, focusRef };
  const { filter, order: by } = listing.source;
  const hasAccountsBeside = layoutOf(useWindowWidth()) === 'wide';
  const worst = lockAbove({ accounts, listing, hasAccountsBeside });
  return (
    <section className={cx(styles.pane)} aria-label={listing.title}>
      {picked.size > 0 ? (
        <PickedBar
          picked={picked}
          dispatch={dispatch}
          moves={moves}
          archives={listing.mailbox?.role !== 'archive'}
        />
      ) : (
        <ListBar
          title={searching && !onlyHere ? t('search.everywhere') : listing.title}
          counts={
            searching
              ? foundWords(t, results)
              : listing.unseen > 0
                ? t('list.countsUnread', { total: listing.total, unread: listing.unseen })
                : t('list.counts', { total: listing.total })
          }
          searching={searching}
          view={listing.source.view.kind}
          by={listing.source.by}
          order={by}
          filter={filter}
          groups={listing.groups}
          outgoing={listing.outgoing}
          dispatch={dispatch}
          onRefresh={steadyRefresh}
          onOrder={steadySort}
          onSettings={steadySettings}
        />
      )}
      {worst !== undefined && (
        <div className={cx(styles.lock)}>
          <LockLine lock={worst.lock} t={t} onOpen={() => onOpenLock(worst.accountId)} />
        </div>
      )}
      <SearchField
        field={field}
        query={query}
        onQuery={steadyChange}
        onEnd={endSearch}
        onResults={steadyResults}
        here={mailbox === undefined ? undefined : here}
        onHere={setHere}
      />
      {filter !== undefined && !searching && (
        <div className={cx(styles.filtered)}>
          <span>{t(`list.filter.${filter}`)}</span>
          <Button
            kind="plain"
            className={cx(styles.unfilter)}
            onPress={() => dispatch({ type: 'filter', filter: undefined })}
          >
            <X size={13} aria-hidden />
            {t('list.filter.clear')}
          </Button>
        </div>
      )}
      {by !== 'newest' && !searching && (
        <div className={cx(styles.filtered)}>
          <span>{t(`list.sorted.${orderWord(by, listing.outgoing)}`)}</span>
          <Button kind="plain" className={cx(styles.unfilter)} onPress={() => sort('newest')}>
            <X size={13} aria-hidden />
            {t('list.order.newest')}
          </Button>
        </div>
      )}
      {searching ? (
        <SearchList
          {...list}
          query={query}
          results={results}
          accounts={accounts}
          mailboxes={mailboxes}
          accountIds={onlyHere ? [] : accounts.map((account) => account.accountId)}
          onEverywhere={onlyHere ? () => setHere(false) : undefined}
        />
      ) : (
        <MessageList {...list} listing={listing} />
      )}
      <UndoLine moves={moves} />
      {listing.accountIds.map((accountId) => (
        <SyncLine key={accountId} accountId={accountId} />
      ))}
    </section>
  );
}

function foundWords(
  t: ReturnType<typeof useWords>['t'],
  { hits, more }: ReturnType<typeof useSearchResults>,
): string {
  return hits === undefined ? '' : t('search.found', { count: hits.length, more: String(more) });
}

function toRefresh({ mailbox }: Listing, mailboxes: readonly MailboxDto[]): number[] {
  if (mailbox !== undefined) return [mailbox.mailboxId];
  return mailboxes.filter((one) => one.role === 'inbox').map((one) => one.mailboxId);
}
