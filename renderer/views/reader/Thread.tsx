/** The messages of a thread: each folds to one line. What stands alone has nothing to fold. */
import { type ReactNode, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type { MessageBody, MessageRow, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { plainName, shortName } from '../../mail/addresses.ts';
import { refKey } from '../desk-state.ts';
import { useSteady } from '../use-steady.ts';
import styles from './Thread.module.css';
import { shownEarlier, type ThreadParts } from './thread-parts.ts';
import { useMarkSeen } from './use-mark-seen.ts';

export interface OpenMessage {
  readonly row: MessageRow;
  readonly body: MessageBody | undefined;
  readonly error: WireError | undefined;
  /** Absent for a message that stands alone. */
  readonly onFold?: (() => void) | undefined;
}

interface ThreadProps {
  readonly parts: ThreadParts;
  /** The message that is open. */
  readonly open: OpenMessage;
  readonly renderMessage: (message: OpenMessage) => ReactNode;
}

export function Thread({ parts, open, renderMessage }: ThreadProps) {
  const { t } = useWords();
  const [whole, setWhole] = useState(false);
  const hidden = whole ? 0 : Math.max(0, parts.earlier.length - shownEarlier);
  const isAlone = parts.earlier.length === 0 && parts.later.length === 0;
  const lines = (rows: readonly MessageRow[]) => (
    <ol className={cx(styles.lines)}>
      {rows.map((row) => (
        <Foldable key={refKey(row.ref)} row={row} startsOpen={false} render={renderMessage} />
      ))}
    </ol>
  );
  return (
    <>
      {parts.earlier.length > 0 && (
        <section className={cx(styles.earlier)} aria-label={t('thread.earlier')}>
          {hidden > 0 && (
            <Button kind="plain" className={cx(styles.more)} onPress={() => setWhole(true)}>
              {t('thread.showEarlier', { count: hidden })}
            </Button>
          )}
          {lines(parts.earlier.slice(hidden))}
        </section>
      )}
      {/* Its conversation comes after its text: in the same place either way, it is not drawn anew. */}
      <ol role={isAlone ? 'none' : undefined} className={cx(styles.lines)}>
        <Foldable row={open.row} startsOpen known={open} alone={isAlone} render={renderMessage} />
      </ol>
      {parts.later.length > 0 && (
        <section className={cx(styles.later)} aria-label={t('thread.later')}>
          {lines(parts.later)}
        </section>
      )}
    </>
  );
}

interface FoldableProps {
  readonly row: MessageRow;
  readonly startsOpen: boolean;
  /** What is known of it already. */
  readonly known?: OpenMessage;
  /** Nothing but itself: neither part of a list nor to be folded. */
  readonly alone?: boolean;
  readonly render: (message: OpenMessage) => ReactNode;
}

function Foldable({ row, startsOpen, known, alone = false, render }: FoldableProps) {
  const { t, dates } = useWords();
  const [open, setOpen] = useState(startsOpen);
  const [moved, setMoved] = useState(false);
  const asked = useQuery(
    'message.open',
    open && known === undefined ? { ref: row.ref } : undefined,
  );
  const { data: body, error } =
    known === undefined ? asked : { data: known.body, error: known.error };
  // Of the one that is open, the reader knows.
  useMarkSeen(known === undefined && open && body !== undefined ? row : undefined);
  const toggle = (next: boolean) => {
    setOpen(next);
    setMoved(true);
  };
  const onFold = useSteady(() => toggle(false));
  if (open || alone) {
    return (
      <li
        role={alone ? 'none' : undefined}
        className={cx(!alone && styles.item, !alone && styles.open)}
      >
        {render({ row, body, error, onFold: alone ? undefined : onFold })}
      </li>
    );
  }
  return (
    <li className={cx(styles.item)}>
      <AriaButton
        className={cx(styles.line, !row.seen && styles.unread)}
        aria-expanded={false}
        autoFocus={moved}
        onPress={() => toggle(true)}
      >
        <span className={cx(styles.who)} dir="auto">
          {row.from === undefined ? t('list.noSender') : shortName(row.from)}
        </span>
        <span className={cx(styles.snippet)} dir="auto">
          {plainName(row.snippet)}
        </span>
        <time className={cx(styles.time)} dateTime={row.receivedAt}>
          {dates.row(row.receivedAt)}
        </time>
      </AriaButton>
    </li>
  );
}
