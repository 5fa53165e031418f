/** A box to tick, with its words. */
import type { ReactNode } from 'react';
import { Checkbox } from 'react-aria-components/Checkbox';
import styles from './Check.module.css';
import { cx } from './cx.ts';

interface CheckProps {
  readonly isSelected: boolean;
  readonly onChange: (selected: boolean) => void;
  readonly children: ReactNode;
}

export function Check({ isSelected, onChange, children }: CheckProps) {
  return (
    <Checkbox isSelected={isSelected} onChange={onChange} className={cx(styles.check)}>
      <span className={cx(styles.box)}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="m3.5 8.5 3 3 6-7" />
        </svg>
      </span>
      <span>{children}</span>
    </Checkbox>
  );
}
