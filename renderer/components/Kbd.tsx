/** A key as it stands on the keyboard, beside what it does. Quiet, and silent for screen readers. */
import { cx } from './cx.ts';
import styles from './Kbd.module.css';

interface KbdProps {
  /** One key or several, e.g. `['Ctrl', 'K']`. */
  readonly keys: string | readonly string[];
}

export function Kbd({ keys }: KbdProps) {
  const list = typeof keys === 'string' ? [keys] : keys;
  return (
    <span className={cx(styles.keys)} aria-hidden="true">
      {list.map((key) => (
        <kbd key={key} className={cx(styles.key)} dir="ltr">
          {key}
        </kbd>
      ))}
    </span>
  );
}
