/** Keys as they stand on the keyboard: caps side by side, one step after the other. */
import { cx } from './cx.ts';
import styles from './KeyCaps.module.css';

/** Keys pressed together, e.g. `['Ctrl', 'K']`; several such steps come one after the other. */
export type KeySteps = readonly (readonly string[])[];

interface KeyCapsProps {
  readonly steps: KeySteps;
  /** Between steps, e.g. “then”; without it they only stand apart. */
  readonly then?: string;
  /** Beside words that say it all: not read out. */
  readonly isSilent?: boolean;
}

export function KeyCaps({ steps, then, isSilent = false }: KeyCapsProps) {
  return (
    <span className={cx(styles.keys)} aria-hidden={isSilent || undefined}>
      {steps.map((step, index) => (
        <span key={step.join()} className={cx(styles.step)}>
          {index > 0 && then !== undefined && <span className={cx(styles.then)}>{then}</span>}
          {/* Keys that are held together stand as on the keyboard. */}
          <span className={cx(styles.step)} dir="ltr">
            {step.map((cap) => (
              <kbd key={cap} className={cx(styles.cap)}>
                {cap}
              </kbd>
            ))}
          </span>
        </span>
      ))}
    </span>
  );
}
