/** Keys as they stand on the keyboard: caps side by side, one step after the other. */
import { cx } from '../../components/cx.ts';
import styles from './KeyCaps.module.css';

interface KeyCapsProps {
  readonly steps: readonly (readonly string[])[];
  /** Between steps, e.g. “then”; without it they only stand apart. */
  readonly then?: string;
}

export function KeyCaps({ steps, then }: KeyCapsProps) {
  return (
    <span className={cx(styles.keys)}>
      {steps.map((step, index) => (
        <span key={step.join()} className={cx(styles.step)}>
          {index > 0 && then !== undefined && <span className={cx(styles.then)}>{then}</span>}
          {step.map((cap) => (
            <kbd key={cap} className={cx(styles.cap)} dir="ltr">
              {cap}
            </kbd>
          ))}
        </span>
      ))}
    </span>
  );
}
