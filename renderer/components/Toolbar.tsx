/** Controls in a row: one tab stop, arrows go along it. */
import type { ReactNode } from 'react';
import { Toolbar as AriaToolbar } from 'react-aria-components/Toolbar';
import { cx } from './cx.ts';
import styles from './Toolbar.module.css';

interface ToolbarProps {
  /** Its name for screen readers. */
  readonly label: string;
  readonly children: ReactNode;
  readonly className?: string;
}

export function Toolbar({ label, children, className }: ToolbarProps) {
  return (
    <AriaToolbar aria-label={label} className={cx(styles.toolbar, className)}>
      {children}
    </AriaToolbar>
  );
}

/** Sets groups of a toolbar apart. */
export function ToolbarGap() {
  return <span className={cx(styles.gap)} aria-hidden="true" />;
}
