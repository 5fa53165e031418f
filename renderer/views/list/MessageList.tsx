/** The messages of one place, loaded where the person looks. */
import { MailOpen } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import { orderWord } from './list-order.ts';
import type { ListProps } from './list-props.ts';
import type { Listing } from './listing.ts';
import styles from './MessageList.module.css';
import { fetchRows, holdSelected, windowSize } from './message-windows.ts';
import { RowList } from './RowList.tsx';
import { useMessageWindows } from './use-message-windows.ts';

interface MessageListProps extends ListProps {
  readonly listing: Listing;
}

/** Conversations are fewer than messages: no more of them are drawn before their number is known. */
const guessedRows = 20;

export function MessageList({ listing, ...list }: MessageListProps) {
  const { t } = useWords();
  const { client, cache } = useBackend();
  const [range, setRange] = useState({ first: 0, last: 0 });
  const pageOf = (index: number) => Math.floor(index / (windowSize / 2));
  const { source } = listing;
  const { filter } = source;
  const windows = useMessageWindows(source, range.first, range.last);
  // Nothing came and nothing will: no rows are drawn as if they were on their way.
  const failed = windows.error !== undefined && windows.total === undefined;
  const exact = source.by === 'messages' && filter === undefined;
  const guessed = exact ? listing.total : Math.min(listing.total, guessedRows);
  const all = {
    total: failed ? 0 : (windows.total ?? guessed),
    rowAt: windows.rowAt,
  };
  const passing =
    filter === 'unread' ||
    filter === 'starred' ||
    source.view.kind === 'unread' ||
    source.view.kind === 'starred';
  const rows = passing && windows.total !== undefined ? holdSelected(list.selection, all) : all;
  const quiet = windows.error !== undefined || windows.total === undefined;
  return (
    <>
      {windows.error !== undefined && (
        <div className={cx(styles.error)}>
          <Failure
            error={windows.error}
            actions={
              <Button
                onPress={() => {
                  cache.invalidate('message.list');
                  cache.invalidate('view.list');
                  cache.invalidate('conversation.list');
                }}
              >
                {t('action.tryAgain')}
              </Button>
            }
          />
        </div>
      )}
      <RowList
        {...list}
        label={
          source.order === 'newest'
            ? listing.title
            : t(`list.named.${orderWord(source.order, listing.outgoing)}`, {
                mailbox: listing.title,
              })
        }
        sized={source.order === 'size'}
        rows={rows}
        outgoing={listing.outgoing}
        archives={listing.mailbox?.role !== 'archive'}
        whereOf={listing.whereOf}
        growsOnTop={source.order === 'newest'}
        onRange={(first, last) => {
          // Only another window has to be loaded.
          const same = pageOf(first) === pageOf(range.first) && pageOf(last) === pageOf(range.last);
          if (!same) setRange({ first, last });
        }}
        fetchRange={(first, last) => fetchRows(client.call, source, first, last)}
        empty={
          !quiet && (
            <EmptyState
              icon={<MailOpen size={40} strokeWidth={1.2} aria-hidden />}
              title={emptyTitle(t, listing)}
              {...(filter === undefined ? { text: t('list.empty.text') } : {})}
              action={
                filter !== undefined && (
                  <Button onPress={() => list.dispatch({ type: 'filter', filter: undefined })}>
                    {t('list.filter.clear')}
                  </Button>
                )
              }
            />
          )
        }
      />
    </>
  );
}

function emptyTitle(t: ReturnType<typeof useWords>['t'], { source, title }: Listing): string {
  if (source.filter !== undefined)
    return t(`list.empty.filter.${source.filter}`, { mailbox: title });
  if (source.view.kind === 'unread') return t('list.empty.unread');
  if (source.view.kind === 'starred') return t('list.empty.starred');
  return t('list.empty.title', { mailbox: title });
}
