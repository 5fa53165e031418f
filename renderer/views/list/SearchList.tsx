/** What a search found: local messages at once, those of the server when asked for. */
import { SearchX } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import type { AccountDto, MailboxDto } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import type { ListProps } from './list-props.ts';
import { whereIn } from './listing.ts';
import listStyles from './MessageList.module.css';
import { RowList } from './RowList.tsx';
import styles from './SearchList.module.css';
import { type SearchResults, type ServerSearch, useServerSearch } from './search-results.ts';
import { plainWords } from './search-text.ts';

interface SearchListProps extends ListProps {
  readonly query: string;
  readonly results: SearchResults;
  readonly accounts: readonly AccountDto[];
  readonly mailboxes: readonly MailboxDto[];
  /** Whose servers can be asked: none while one mailbox is searched. */
  readonly accountIds: readonly string[];
  /** Goes on in all mail; undefined when all mail was searched. */
  readonly onEverywhere: (() => void) | undefined;
}

/** Rows before the end at which the next ones are asked for. */
const ahead = 15;

export function SearchList(props: SearchListProps) {
  const { query, results, accounts, mailboxes, accountIds, onEverywhere, ...list } = props;
  const { t } = useWords();
  const [lastSeen, setLastSeen] = useState(0);
  const hits = results.hits ?? [];
  const words = accountIds.length === 0 ? '' : plainWords(query);
  const server = useServerSearch(words, accountIds, hits);
  const rows = [...hits.map(({ row }) => row), ...(results.more ? [] : server.rows)];
  const near = lastSeen > hits.length - ahead;
  const wantsMore = results.more && near && !results.stale;
  const loadMore = useEffectEvent(results.loadMore);
  useEffect(() => {
    if (wantsMore) loadMore();
  }, [wantsMore]);
  const whereOf = whereIn(accounts, mailboxes, t);
  const quoted = t('search.nothing', { query: query.trim() });
  return (
    <>
      {results.notes.map((note) => (
        <p key={note} className={cx(styles.note)}>
          {t(`search.note.${note}`)}
        </p>
      ))}
      {results.error !== undefined && (
        <div className={cx(listStyles.error)}>
          <Failure error={results.error} />
        </div>
      )}
      <RowList
        {...list}
        label={t('search.results')}
        rows={{ total: rows.length, rowAt: (index) => rows[index] }}
        outgoing={false}
        archives
        whereOf={whereOf}
        foundIn={(index) => hits[index]?.snippet}
        growsOnTop={false}
        busy={results.stale}
        onRange={(_, last) => setLastSeen(last)}
        empty={
          results.hits !== undefined &&
          !results.stale && (
            <EmptyState
              icon={<SearchX size={36} strokeWidth={1.2} aria-hidden />}
              title={quoted}
              text={t(onEverywhere === undefined ? 'search.nothingText' : 'search.nothingHere')}
              action={
                onEverywhere === undefined ? (
                  words !== '' && <ServerLine server={server} />
                ) : (
                  <Button onPress={onEverywhere}>{t('search.everywhereAction')}</Button>
                )
              }
            />
          )
        }
      >
        {rows.length > 0 && words !== '' && !results.more && (
          <div className={cx(styles.server)}>
            <ServerLine server={server} />
          </div>
        )}
      </RowList>
    </>
  );
}

function ServerLine({ server }: { readonly server: ServerSearch }) {
  const { t } = useWords();
  if (server.phase === 'idle') {
    return (
      <Button kind="plain" onPress={server.start}>
        {t('search.server.start')}
      </Button>
    );
  }
  return (
    <p className={cx(styles.state)} role="status">
      {t(`search.server.${server.phase}`, { found: server.found, fresh: server.rows.length })}
      {server.phase === 'asking' && (
        <Button kind="plain" onPress={server.cancel}>
          {t('action.cancel')}
        </Button>
      )}
      {server.phase === 'failed' && (
        <Button kind="plain" onPress={server.start}>
          {t('action.tryAgain')}
        </Button>
      )}
    </p>
  );
}
