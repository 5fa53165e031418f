/** One useful sentence where there is nothing to show. */
import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import styles from './EmptyState.module.css';

interface EmptyStateProps {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly text?: string;
  readonly action?: ReactNode;
}

export function EmptyState({ icon, title, text, action }: EmptyStateProps) {
  return (
    <div className={cx(styles.empty)}>
      {icon !== undefined && <div className={cx(styles.icon)}>{icon}</div>}
      <p className={cx(styles.title)}>{title}</p>
      {text !== undefined && <p className={cx(styles.text)}>{text}</p>}
      {action}
    </div>
  );
}
