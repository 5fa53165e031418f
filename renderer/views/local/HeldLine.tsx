/** A message that was just sent and can still be taken back: how long yet, "Undo" and "Send now". */
import { useEffect, useState } from 'react';
import type { DraftDto, OutboxItem, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './HeldLine.module.css';

export function isHeld(item: OutboxItem): boolean {
  return item.state === 'scheduled' && item.sendAt === undefined;
}

/** Whole seconds until a time, at least 0; counted anew while it is shown. */
function useSecondsUntil(iso: string | undefined): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 250);
    return () => window.clearInterval(timer);
  }, []);
  return iso === undefined ? 0 : Math.max(0, Math.ceil((Date.parse(iso) - now) / 1_000));
}

interface HeldLineProps {
  readonly item: OutboxItem;
  readonly onDraft: (draft: DraftDto) => void;
  readonly onFailure: (error: WireError) => void;
}

export function HeldLine({ item, onDraft, onFailure }: HeldLineProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const seconds = useSecondsUntil(item.holdUntil);
  const input = { outboxId: item.outboxId };
  const fail = (reason: unknown) => onFailure(wireErrorOf(reason));
  return (
    <div className={cx(styles.line)}>
      {/* A timer is not read out at each second. */}
      <span role="timer" className={cx(styles.words)}>
        {t('outbox.state.held', { seconds })}
      </span>
      <Button
        kind="plain"
        className={cx(styles.action)}
        onPress={() => void client.call('outbox.edit', input).then(onDraft).catch(fail)}
      >
        {t('outbox.undo')}
      </Button>
      <Button
        kind="plain"
        className={cx(styles.action)}
        onPress={() => void client.call('outbox.sendNow', input).catch(fail)}
      >
        {t('outbox.retry')}
      </Button>
    </div>
  );
}
