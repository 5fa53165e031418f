/** Suggestions below a recipient field; the field keeps the focus and moves the mark. */
import { BookUser } from 'lucide-react';
import type { SuggestionDto } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import surface from '../../components/Surface.module.css';
import { useWords } from '../../i18n/I18n.tsx';
import { plainName } from '../../mail/addresses.ts';
import styles from './RecipientField.module.css';
import type { Suggestions } from './use-suggestions.ts';

interface SuggestionListProps {
  readonly id: string;
  readonly choice: Suggestions;
  readonly onChoose: (person: SuggestionDto) => void;
}

export function SuggestionList({ id, choice, onChoose }: SuggestionListProps) {
  const { t } = useWords();
  const { people, index, text } = choice;
  return (
    <>
      <span className="visuallyHidden" role="status">
        {people.length > 0 && t('composer.suggestions.count', { count: people.length })}
      </span>
      <div
        id={id}
        role="listbox"
        tabIndex={-1}
        aria-label={t('composer.suggestions')}
        className={cx(surface.surface, styles.suggestions)}
        hidden={people.length === 0}
      >
        {people.map((person, at) => (
          <div
            key={person.address}
            id={`${id}${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === index}
            className={cx(styles.suggestion, at === index && styles.marked)}
            // At once, and without a click: the field must not lose the focus. Keys are the field's.
            onPointerDown={(event) => {
              event.preventDefault();
              if (event.button === 0) onChoose(person);
            }}
            onPointerMove={() => at !== index && choice.mark(at)}
          >
            <span className={cx(styles.name)}>
              <Marked text={plainName(person.name) || person.address} part={text} />
            </span>
            {person.name !== '' && (
              <span className={cx(styles.address)}>
                <Marked text={person.address} part={text} />
              </span>
            )}
            {person.source === 'book' && (
              <BookUser
                size={14}
                aria-label={t('composer.suggestions.book')}
                className={cx(styles.book)}
              />
            )}
          </div>
        ))}
      </div>
    </>
  );
}

/** The text with what was typed set off: at the beginning of a word only. */
function Marked({ text, part }: { readonly text: string; readonly part: string }) {
  const lower = text.toLowerCase();
  const wanted = part.toLowerCase();
  let at = lower.indexOf(wanted);
  while (at > 0 && /[\p{L}\p{N}]/u.test(lower.charAt(at - 1))) at = lower.indexOf(wanted, at + 1);
  if (at < 0 || wanted === '') return text;
  return (
    <>
      {text.slice(0, at)}
      <b>{text.slice(at, at + part.length)}</b>
      {text.slice(at + part.length)}
    </>
  );
}
