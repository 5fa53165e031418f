/** The messages of one place, newest first, loaded where the person looks. */
import { MailOpen } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import type { Listing } from './listing.ts';
import styles from './MessageList.module.css';
import { holdSelected, windowSize } from './message-windows.ts';
import { type ListProps, RowList } from './RowList.tsx';
import { useMessageWindows } from './use-message-windows.ts';

interface MessageListProps extends ListProps {
  readonly listing: Listing;
}

export function MessageList({ listing, ...list }: MessageListProps) {
  const { t } = useWords();
  const { cache } = useBackend();
  const [range, setRange] = useState({ first: 0, last: 0 });
  const pageOf = (index: number) => Math.floor(index / windowSize);
  const { source } = listing;
  const windows = useMessageWindows(source, range.first, range.last);
  // Nothing came and nothing will: no rows are drawn as if they were on their way.
  const failed = windows.error !== undefined && windows.total === undefined;
  const all = {
    total: failed ? 0 : (windows.total ?? listing.total),
    rowAt: windows.rowAt,
  };
  const passing = source.kind === 'unread' || source.kind === 'starred';
  const rows = passing && windows.total !== undefined ? holdSelected(list.selection, all) : all;
  const quiet = windows.error !== undefined || windows.fetching;
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
        label={listing.title}
        rows={rows}
        outgoing={listing.outgoing}
        archives={listing.mailbox?.role !== 'archive'}
        edits={listing.mailbox?.role === 'drafts'}
        whereOf={listing.whereOf}
        growsOnTop
        onRange={(first, last) => {
          // Only another window has to be loaded.
          const same = pageOf(first) === pageOf(range.first) && pageOf(last) === pageOf(range.last);
          if (!same) setRange({ first, last });
        }}
        empty={
          !quiet && (
            <EmptyState
              icon={<MailOpen size={40} strokeWidth={1.2} aria-hidden />}
              title={emptyTitle(t, listing)}
              text={t('list.empty.text')}
            />
          )
        }
      />
    </>
  );
}

function emptyTitle(t: ReturnType<typeof useWords>['t'], { source, title }: Listing): string {
  if (source.kind === 'unread') return t('list.empty.unread');
  if (source.kind === 'starred') return t('list.empty.starred');
  return t('list.empty.title', { mailbox: title });
}
