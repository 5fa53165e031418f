/** A few settings that belong together, under a quiet title. */
import type { ReactNode } from 'react';
import { cx } from '../../components/cx.ts';
import styles from './Settings.module.css';

interface GroupProps {
  readonly title?: string;
  readonly text?: ReactNode;
  readonly children?: ReactNode;
}

export function Group({ title, text, children }: GroupProps) {
  return (
    <section className={cx(styles.group)}>
      {title !== undefined && <h3 className={cx(styles.groupTitle)}>{title}</h3>}
      {children}
      {text !== undefined && <p className={cx(styles.hint)}>{text}</p>}
    </section>
  );
}
