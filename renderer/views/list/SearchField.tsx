/** Where one types to search; operators are offered below it and are nothing but text. */
import { Search, X } from 'lucide-react';
import { type KeyboardEvent, memo, type RefObject } from 'react';
import { Button } from 'react-aria-components/Button';
import { useKeyHints } from '../../commands/commands.tsx';
import { cx } from '../../components/cx.ts';
import search from '../../components/SearchBox.module.css';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './SearchField.module.css';
import { hints, insertHint } from './search-text.ts';

interface SearchFieldProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  /** Escape, or the cross. */
  readonly onEnd: () => void;
  /** Down or Enter: on to the results. */
  readonly onResults: () => void;
  /** Searching only the mailbox in which the search began; undefined where there is no such choice. */
  readonly here: boolean | undefined;
  readonly onHere: (here: boolean) => void;
}

/** Not drawn anew because another message is opened. */
export const SearchField = memo(function SearchField(props: SearchFieldProps) {
  const { t } = useWords();
  const keys = useKeyHints();
  const { field, query, onQuery, here } = props;
  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') props.onEnd();
    else if (event.key === 'ArrowDown' || event.key === 'Enter') props.onResults();
    else if (event.key === 'f' && (event.ctrlKey || event.metaKey)) field.current?.select();
    else return;
    event.preventDefault();
  }
  return (
    <search className={cx(styles.search, query !== '' && styles.active)}>
      <div className={cx(search.box, styles.box)}>
        <Search size={14} aria-hidden />
        <input
          ref={field}
          className={cx(styles.input)}
          type="search"
          aria-label={t('search.label')}
          placeholder={t('search.label')}
          aria-keyshortcuts={keys.aria('search')}
          autoComplete="off"
          spellCheck={false}
          maxLength={1_000}
          value={query}
          onChange={(event) => onQuery(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {query !== '' && (
          <Button className={cx(styles.clear)} aria-label={t('search.clear')} onPress={props.onEnd}>
            <X size={14} aria-hidden />
          </Button>
        )}
      </div>
      <div className={cx(styles.hints)}>
        {query !== '' && here !== undefined && (
          <Button
            className={cx(styles.chip, styles.scope, here && styles.chosen)}
            aria-pressed={here}
            onPress={() => props.onHere(!here)}
          >
            {t('search.here')}
          </Button>
        )}
        {hints.map((hint) => (
          <Button
            key={hint}
            className={cx(styles.chip)}
            aria-label={t('search.insert', { operator: hint })}
            onPress={() => {
              onQuery(insertHint(query, hint));
              field.current?.focus();
            }}
          >
            <bdi dir="ltr">{hint}</bdi>
          </Button>
        ))}
      </div>
    </search>
  );
});
