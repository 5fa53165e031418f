/**
 * The shapes of the lock. Shape carries the meaning, colour only repeats it; words always stand
 * beside. A closed lock is drawn for `confirmed` and `encrypted` alone.
 */
import type { LockState } from '../../app/contract/index.ts';
import { cx } from './cx.ts';
import styles from './Lock.module.css';

interface LockGlyphProps {
  readonly state: LockState;
  /** Edge in CSS pixels. */
  readonly size?: number;
  /** Plays the closing once, when the leg has just become protected. */
  readonly closing?: boolean;
}

const body =
  'M4.25 7.25h7.5a1 1 0 0 1 1 1v4.5a1 1 0 0 1-1 1h-7.5a1 1 0 0 1-1-1v-4.5a1 1 0 0 1 1-1Z';
const shackle = 'M5.25 7.25V5a2.75 2.75 0 0 1 5.5 0v2.25';
const openShackle = 'M5.25 7.25V4.5a2.75 2.75 0 0 1 5.3-1.05';

function Shape({ state }: { readonly state: LockState }) {
  switch (state) {
    case 'connecting':
    case 'offline':
      return <path d="M4 8h8" strokeWidth="1.75" />;
    case 'confirmed':
      return (
        <>
          <path d={shackle} className={cx(styles.shackle)} />
          <path d={body} className={cx(styles.filled)} />
          <path d="m5.9 10.5 1.45 1.45 2.75-2.85" className={cx(styles.tick)} strokeWidth="1.5" />
        </>
      );
    case 'encrypted':
      return (
        <>
          <path d={shackle} className={cx(styles.shackle)} />
          <path d={body} className={cx(styles.filled)} />
        </>
      );
    case 'unconfirmed':
      return (
        <>
          <path d={shackle} strokeDasharray="0.01 2.25" strokeWidth="1.5" />
          <path d={body} strokeDasharray="0.01 2.3" strokeWidth="1.5" />
        </>
      );
    case 'clear':
      return (
        <>
          <path d={openShackle} />
          <path d={body} />
        </>
      );
    case 'stopped':
      return (
        <>
          <path
            d="M5.4 1.75h5.2l3.65 3.65v5.2l-3.65 3.65H5.4L1.75 10.6V5.4Z"
            className={cx(styles.filled)}
          />
          <path d="M5 8h6" className={cx(styles.tick)} strokeWidth="2" />
        </>
      );
  }
}

export function LockGlyph({ state, size = 16, closing = false }: LockGlyphProps) {
  return (
    <svg
      className={cx(styles.glyph, styles[state], closing && styles.closing)}
      data-lock={state}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <Shape state={state} />
    </svg>
  );
}
