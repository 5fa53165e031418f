/** On or off, at once, with its words; a hint may stand below. */
import type { ReactNode } from 'react';
import { Switch as AriaSwitch } from 'react-aria-components/Switch';
import { cx } from './cx.ts';
import styles from './Switch.module.css';

interface SwitchProps {
  readonly isSelected: boolean;
  readonly onChange: (selected: boolean) => void;
  readonly isDisabled?: boolean;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
}

export function Switch({ isSelected, onChange, isDisabled, hint, children }: SwitchProps) {
  return (
    <AriaSwitch
      isSelected={isSelected}
      onChange={onChange}
      isDisabled={isDisabled ?? false}
      className={cx(styles.switch)}
    >
      <span className={cx(styles.words)}>
        {children}
        {hint !== undefined && <span className={cx(styles.hint)}>{hint}</span>}
      </span>
      <span className={cx(styles.track)} aria-hidden="true">
        <span className={cx(styles.knob)} />
      </span>
    </AriaSwitch>
  );
}
