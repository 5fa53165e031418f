/** One calm line under the list: what is being fetched, or that there is no connection. */
import { useEffect, useState } from 'react';
import type { SyncState } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { useContractEvent } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './SyncLine.module.css';

/** Nothing shows that it works for less than this. */
const quietMs = 300;

export function SyncLine({ accountId }: { readonly accountId: string }) {
  const { t } = useWords();
  const [states, setStates] = useState<Readonly<Record<string, SyncState>>>({});
  const [shown, setShown] = useState(false);
  useContractEvent('sync.changed', (state) =>
    setStates((before) => ({ ...before, [state.accountId]: state })),
  );
  const state = states[accountId];
  const busy = state?.state === 'syncing';
  useEffect(() => {
    if (!busy) {
      setShown(false);
      return;
    }
    const timer = window.setTimeout(() => setShown(true), quietMs);
    return () => window.clearTimeout(timer);
  }, [busy]);
  if (!busy || !shown) return null;
  const { done, total, mailbox } = state;
  const counted = done !== undefined && total !== undefined && total > 0;
  return (
    <div className={cx(styles.line)} role="status">
      <span className={cx(styles.words)}>
        {counted
          ? t('sync.counted', { done, total, mailbox: mailbox ?? '' })
          : t('sync.running', { mailbox: mailbox ?? '' })}
      </span>
      {counted && (
        <progress className={cx(styles.bar)} value={done} max={total} aria-hidden="true" />
      )}
    </div>
  );
}
