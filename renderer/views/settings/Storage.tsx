/** How much room mail takes here, and giving back what it does not need. */
import { useEffect, useState } from 'react';
import type { StorageStatusDto, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './Settings.module.css';

export function Storage({
  onFailure,
}: {
  readonly onFailure: (error: WireError | undefined) => void;
}) {
  const { t, size, number } = useWords();
  const { client, cache } = useBackend();
  const status = useQuery('storage.status', {}).data;
  // It grows while nobody looks.
  useEffect(() => cache.invalidate('storage.status'), [cache]);
  const [tidying, setTidying] = useState(false);
  const [freed, setFreed] = useState<number>();

  async function tidyUp(before: StorageStatusDto): Promise<void> {
    onFailure(undefined);
    setTidying(true);
    try {
      const after = await client.call('storage.compact', {});
      setFreed(Math.max(0, totalBytes(before) - totalBytes(after)));
      cache.patch('storage.status', () => after);
    } catch (reason) {
      onFailure(wireErrorOf(reason));
    } finally {
      setTidying(false);
    }
  }
  // Its room is kept while it is asked for, so that nothing jumps.
  if (status === undefined) return <div className={cx(styles.row)} />;
  const messages = status.accounts.reduce((sum, account) => sum + account.messages, 0);
  return (
    <div className={cx(styles.row)}>
      <div className={cx(styles.words)}>
        <p>{t('settings.storage', { size: size(totalBytes(status)) })}</p>
        <p className={cx(styles.hint)} role="status">
          {tidying
            ? t('settings.tidying')
            : freed === undefined
              ? t('settings.storageText', { count: messages, number: number(messages) })
              : t('settings.freed', { size: size(freed), any: String(freed > 0) })}
        </p>
      </div>
      <Button isDisabled={tidying} onPress={() => void tidyUp(status)}>
        {t('settings.tidyUp')}
      </Button>
    </div>
  );
}

function totalBytes(status: StorageStatusDto): number {
  return status.databases.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
