/** An error in three parts: what happened, what it means for the mail, what to do. */
import type { ReactNode } from 'react';
import type { ErrorText } from '../i18n/translate.ts';
import { cx } from './cx.ts';
import styles from './ErrorNote.module.css';

interface ErrorNoteProps {
  readonly text: ErrorText;
  /** Stands before the server's own words, e.g. “The server said:”. */
  readonly serverSaid: string;
  readonly actions?: ReactNode;
  readonly tone?: 'harm' | 'caution';
}

export function ErrorNote({ text, serverSaid, actions, tone = 'harm' }: ErrorNoteProps) {
  return (
    <div className={cx(styles.note, styles[tone])} role="alert">
      <p className={cx(styles.what)}>{text.what}</p>
      <p>{text.means}</p>
      <p>{text.todo}</p>
      {text.serverText !== undefined && (
        <p className={cx(styles.said)}>
          {serverSaid} <q dir="auto">{text.serverText}</q>
        </p>
      )}
      {actions !== undefined && <div className={cx(styles.actions)}>{actions}</div>}
    </div>
  );
}
