/** The other messages of a thread: one line each, opened in place. */
import { type ReactNode, useEffect, useEffectEvent, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type { MessageBody, MessageRow } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { plainName, shortName } from '../../mail/addresses.ts';
import { refKey } from '../desk-state.ts';
import { Failure } from '../Failure.tsx';
import { useMessageActions } from '../message-actions.ts';
import { People } from './People.tsx';
import styles from './Thread.module.css';
import { shownEarlier, type ThreadParts } from './thread-parts.ts';

interface ThreadProps {
  readonly parts: ThreadParts;
  /** Draws the text of a message. */
  readonly renderBody: (body: MessageBody) => ReactNode;
  /** The message that is open. */
  readonly children: ReactNode;
}

export function Thread({ parts, renderBody, children }: ThreadProps) {
  const { t } = useWords();
  const [whole, setWhole] = useState(false);
  const hidden = whole ? 0 : Math.max(0, parts.earlier.length - shownEarlier);
  const lines = (rows: readonly MessageRow[]) => (
    <ol className={cx(styles.lines)}>
      {rows.map((row) => (
        <ThreadLine key={refKey(row.ref)} row={row} renderBody={renderBody} />
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
      {children}
      {parts.later.length > 0 && (
        <section className={cx(styles.later)} aria-label={t('thread.later')}>
          {lines(parts.later)}
        </section>
      )}
    </>
  );
}

interface ThreadLineProps {
  readonly row: MessageRow;
  readonly renderBody: (body: MessageBody) => ReactNode;
}

function ThreadLine({ row, renderBody }: ThreadLineProps) {
  const { t, dates } = useWords();
  const [open, setOpen] = useState(false);
  const actions = useMessageActions();
  const body = useQuery('message.open', open ? { ref: row.ref } : undefined);
  const markSeen = useEffectEvent(() => {
    if (!row.seen) actions.setFlags(row, { seen: true });
  });
  const here = body.data !== undefined;
  useEffect(() => {
    if (here) markSeen();
  }, [here]);
  return (
    <li className={cx(styles.item)}>
      <AriaButton
        className={cx(styles.line, !row.seen && styles.unread)}
        aria-expanded={open}
        onPress={() => setOpen(!open)}
      >
        <span className={cx(styles.who)} dir="auto">
          {row.from === undefined ? t('list.noSender') : shortName(row.from)}
        </span>
        <span className={cx(styles.snippet)} dir="auto">
          {open ? '' : plainName(row.snippet)}
        </span>
        <time className={cx(styles.time)} dateTime={row.receivedAt}>
          {dates.row(row.receivedAt)}
        </time>
      </AriaButton>
      {open && (
        <div className={cx(styles.open)}>
          {body.data !== undefined && (
            <>
              <People row={row} body={body.data} />
              {renderBody(body.data)}
            </>
          )}
          {body.data === undefined && body.error !== undefined && <Failure error={body.error} />}
        </div>
      )}
    </li>
  );
}
