/** Settings of the window and of what is kept on this computer. */
import { useEffect, useState } from 'react';
import type { Settings, StorageStatusDto, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Picker } from '../../components/Picker.tsx';
import { Sheet } from '../../components/Sheet.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import styles from './SettingsSheet.module.css';

const themes = ['system', 'light', 'dark'] as const;
const densities = ['comfortable', 'compact'] as const;
const keptDays = ['30', '90', '365', 'all'] as const;
const undoSeconds = [0, 5, 10, 20, 30] as const;

export function SettingsSheet({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords();
  const { client, cache } = useBackend();
  const settings = useQuery('settings.get', {}).data;
  const [error, setError] = useState<WireError>();

  function set(change: Partial<Settings>): void {
    setError(undefined);
    cache.patch('settings.get', (now) => ({ ...now, ...change }));
    client.call('settings.set', change).catch((reason: unknown) => {
      setError(wireErrorOf(reason));
      cache.invalidate('settings.get');
    });
  }
  return (
    <Sheet title={t('settings.title')} closeLabel={t('action.close')} onClose={onClose}>
      {error !== undefined && <Failure error={error} />}
      {settings !== undefined && (
        <>
          <section className={cx(styles.section)}>
            <Picker
              label={t('settings.theme')}
              options={themes.map((id) => ({ id, name: t(`settings.theme.${id}`) }))}
              value={settings.theme}
              onChange={(theme) => set({ theme })}
            />
            <Picker
              label={t('settings.density')}
              options={densities.map((id) => ({ id, name: t(`settings.density.${id}`) }))}
              value={settings.density}
              onChange={(density) => set({ density })}
            />
          </section>
          <section className={cx(styles.section)}>
            <Picker
              label={t('settings.undoSend')}
              options={undoChoices(settings.undoSendSeconds).map((seconds) => ({
                id: seconds,
                name: t('settings.undoSend.seconds', { seconds }),
              }))}
              value={settings.undoSendSeconds}
              onChange={(undoSendSeconds) => set({ undoSendSeconds })}
            />
          </section>
          <section className={cx(styles.section)}>
            <Picker
              label={t('settings.keep')}
              options={keptDays.map((id) => ({ id, name: t(`settings.keep.${id}`) }))}
              value={settings.bodiesDays}
              onChange={(bodiesDays) => set({ bodiesDays })}
            />
            <p className={cx(styles.muted)}>{t('settings.keepText')}</p>
            <Storage onFailure={setError} />
          </section>
        </>
      )}
    </Sheet>
  );
}

/** A number that was set elsewhere is among the choices. */
function undoChoices(now: number): number[] {
  return [...new Set([...undoSeconds, now])].sort((a, b) => a - b);
}

function Storage({ onFailure }: { readonly onFailure: (error: WireError | undefined) => void }) {
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
  if (status === undefined) return <div className={cx(styles.storage)} />;
  const messages = status.accounts.reduce((sum, account) => sum + account.messages, 0);
  return (
    <div className={cx(styles.storage)}>
      <div className={cx(styles.words)}>
        <p>{t('settings.storage', { size: size(totalBytes(status)) })}</p>
        <p className={cx(styles.muted)} role="status">
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
