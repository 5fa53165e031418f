/** One person in a recipient field. Reached by arrow keys from the input; Enter goes on typing. */
import type { DragEvent, KeyboardEvent } from 'react';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './RecipientField.module.css';
import { chipLabel, type Recipient } from './recipients.ts';

interface RecipientChipProps {
  readonly person: Recipient;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onEdit: () => void;
  readonly onDragStart: (event: DragEvent) => void;
  readonly onDragEnd: (event: DragEvent) => void;
}

export function RecipientChip({
  person,
  onKeyDown,
  onEdit,
  onDragStart,
  onDragEnd,
}: RecipientChipProps) {
  const { t } = useWords();
  const label = person.valid
    ? [person.name, person.address].filter(Boolean).join(', ')
    : t('composer.recipient.invalid', { text: person.text });
  return (
    <li className={cx(styles.item)}>
      <button
        type="button"
        data-chip
        // One stop for Tab: the input. From there, arrow keys.
        tabIndex={-1}
        className={cx(styles.chip, !person.valid && styles.invalid)}
        aria-label={label}
        title={person.valid ? person.address : label}
        draggable
        onKeyDown={onKeyDown}
        onDoubleClick={onEdit}
        onDragStart={onDragStart}
        onDragEnd={onDragEnd}
      >
        {chipLabel(person)}
      </button>
    </li>
  );
}
