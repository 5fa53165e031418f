/** Where to move messages of one account: the account's mailboxes, found by typing. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { MailboxDto } from '../../app/contract/index.ts';
import { cx } from '../components/cx.ts';
import { Sheet } from '../components/Sheet.tsx';
import { useBackend, useQuery } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import type { ListRow } from './list/list-row.ts';
import styles from './MoveSheet.module.css';
import { placesShown } from './message-actions.ts';
import { matchMailboxes, titleOfParent } from './move-choice.ts';
import { mailboxTitle } from './sidebar/mailbox-title.ts';
import { mailboxIcon, orderMailboxes } from './sidebar/mailboxes.tsx';

interface MoveSheetProps {
  readonly rows: readonly ListRow[];
  readonly accountId: string;
  readonly onClose: () => void;
  readonly onChoose: (mailbox: MailboxDto) => void;
}

export function MoveSheet({ rows, accountId, onClose, onChoose }: MoveSheetProps) {
  const { t } = useWords();
  const { cache } = useBackend();
  const listId = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const mailboxes = useQuery('mailbox.list', { accountId }).data ?? [];
  // Where all of them are already.
  const [from] = useState(() => {
    const placeOf = placesShown(cache);
    const places = new Set(rows.map(({ ref }) => placeOf(ref)));
    return places.size === 1 ? [...places][0] : undefined;
  });
  const all = orderMailboxes(mailboxes).map((mailbox) => ({
    mailbox,
    title: mailboxTitle(t, mailbox),
  }));
  const choices = matchMailboxes(
    all.filter(({ mailbox }) => mailbox.selectable && mailbox.mailboxId !== from),
    text,
  );
  const index = Math.min(at, choices.length - 1);
  const idOf = (mailbox: MailboxDto) => `${listId}-${mailbox.mailboxId}`;
  const current = choices[index]?.mailbox;

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = Math.max(0, Math.min(choices.length - 1, index + step));
      setAt(next);
      const chosen = choices[next];
      if (chosen !== undefined) {
        document.getElementById(idOf(chosen.mailbox))?.scrollIntoView({ block: 'nearest' });
      }
    } else if (event.key === 'Enter' && current !== undefined) {
      event.preventDefault();
      onChoose(current);
    }
  }
  return (
    <Sheet title={t('move.title')} closeLabel={t('action.close')} onClose={onClose}>
      <input
        ref={field}
        className={cx(styles.input)}
        role="combobox"
        aria-label={t('move.search')}
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={current === undefined ? undefined : idOf(current)}
        placeholder={t('move.search')}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={listId} role="listbox" aria-label={t('move.title')} className={cx(styles.list)}>
        {choices.map(({ mailbox, title }, position) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the field
          // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant moves instead
          <div
            key={mailbox.mailboxId}
            id={idOf(mailbox)}
            role="option"
            aria-selected={position === index}
            className={cx(styles.option, position === index && styles.current)}
            onClick={() => onChoose(mailbox)}
            onPointerMove={() => setAt(position)}
          >
            {mailboxIcon(mailbox.role)}
            <span className={cx(styles.name)} dir="auto">
              {title}
            </span>
            <span className={cx(styles.parent)} dir="auto">
              {titleOfParent(mailbox, all)}
            </span>
          </div>
        ))}
        {choices.length === 0 && <p className={cx(styles.none)}>{t('move.none')}</p>}
      </div>
    </Sheet>
  );
}
