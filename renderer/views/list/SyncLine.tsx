/** How far an account is known here, while that takes longer than a moment; can be paused. */
import { Pause, Play } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useBackend, useContractEvent, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './SyncLine.module.css';
import { syncStep } from './sync-step.ts';

/** Nothing shows that it works for less than this. */
const quietMs = 300;

export function SyncLine({ accountId }: { readonly accountId: string }) {
  const { t } = useWords();
  const { client, cache } = useBackend();
  const [shown, setShown] = useState(false);
  const status = useQuery('sync.status', { accountId }).data;
  useContractEvent('sync.changed', (state) => {
    if (state.accountId !== accountId) return;
    cache.invalidate('sync.status', (input) => input.accountId === accountId);
  });
  const step = status === undefined ? undefined : syncStep(status);
  const paused = status?.paused === true;
  const busy = step !== undefined && (paused || status?.state === 'syncing');
  useEffect(() => {
    if (!busy) {
      setShown(false);
      return;
    }
    const timer = window.setTimeout(() => setShown(true), quietMs);
    return () => window.clearTimeout(timer);
  }, [busy]);
  if (!busy || !shown) return null;

  function setPaused(next: boolean): void {
    cache.patch('sync.status', (now, input) =>
      input.accountId === accountId ? { ...now, paused: next } : now,
    );
    const call = client.call(next ? 'sync.pause' : 'sync.resume', { accountId });
    const again = () => cache.invalidate('sync.status', (input) => input.accountId === accountId);
    call.then(again, again);
  }
  const { done, total } = step.progress;
  return (
    <div className={cx(styles.line)}>
      <span className={cx(styles.words)}>
        {t(`sync.${step.kind}`, { done, total, paused: String(paused) })}
      </span>
      <IconButton
        label={t(paused ? 'sync.continue' : 'sync.pause')}
        className={cx(styles.toggle)}
        onPress={() => setPaused(!paused)}
      >
        {paused ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
      </IconButton>
      <progress
        className={cx(styles.bar, paused && styles.paused)}
        value={done}
        max={total}
        aria-hidden="true"
      />
    </div>
  );
}
