/**
 * The lock with its words: one per account. Always says of which server it speaks.
 * Never stands inside a message. States, shapes and words: assets/locales, key `lock.label`.
 */
import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { LockDto, LockState } from '../../app/contract/index.ts';
import type { Translate } from '../i18n/translate.ts';
import { cx } from './cx.ts';
import styles from './Lock.module.css';
import { LockGlyph } from './LockGlyph.tsx';

/** The words that stand beside the shape. */
export function lockLabel(t: Translate, lock: LockDto): string {
  return t(`lock.label.${lock.state}`, { host: lock.host, waiting: lock.waiting });
}

const held: readonly LockState[] = ['confirmed', 'encrypted'];

/** True for one closing after the state went from open or unknown to held. */
function useClosing(state: LockState): boolean {
  const before = useRef(state);
  const [closing, setClosing] = useState(false);
  useEffect(() => {
    const closes = held.includes(state) && !held.includes(before.current);
    before.current = state;
    if (!closes) return;
    setClosing(true);
    const timer = window.setTimeout(() => setClosing(false), 400);
    return () => window.clearTimeout(timer);
  }, [state]);
  return closing;
}

interface LockLineProps {
  readonly lock: LockDto;
  readonly t: Translate;
  /** Opens the detail sheet; without it the line is text only. */
  readonly onOpen?: () => void;
}

export function LockLine({ lock, t, onOpen }: LockLineProps) {
  const closing = useClosing(lock.state);
  const label = lockLabel(t, lock);
  const content = (
    <>
      <LockGlyph state={lock.state} closing={closing} />
      <span className={cx(styles.words)}>{label}</span>
    </>
  );
  if (onOpen === undefined) {
    return <span className={cx(styles.line, styles[lock.state])}>{content}</span>;
  }
  return (
    <Button
      onPress={onOpen}
      aria-label={t('lock.open', { label })}
      className={cx(styles.line, styles.button, styles[lock.state])}
    >
      {content}
    </Button>
  );
}
