/** Senders whose pictures are always loaded, and taking that back. */
import { useEffect, useRef } from 'react';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Group } from './Group.tsx';
import styles from './Settings.module.css';
import type { SectionProps } from './section-props.ts';

export function PictureSenders({ onFailure }: Pick<SectionProps, 'onFailure'>) {
  const { t, dates } = useWords();
  const { client, cache } = useBackend();
  const list = useRef<HTMLUListElement>(null);
  const senders = useQuery('remote.senders', {}).data;
  // They are chosen in the reader.
  useEffect(() => cache.invalidate('remote.senders'), [cache]);

  function forget(address: string): void {
    onFailure(undefined);
    // Its button goes: the keys stay in the list.
    list.current?.focus();
    cache.patch('remote.senders', (all) => all.filter((one) => one.address !== address));
    client
      .call('remote.forget', { address })
      .catch((reason: unknown) => onFailure(wireErrorOf(reason)))
      .finally(() => {
        cache.invalidate('remote.senders');
        cache.invalidate('remote.resolve');
      });
  }
  if (senders === undefined) return null;
  return (
    <Group
      title={t('settings.senders')}
      text={t('settings.sendersText', { count: senders.length })}
    >
      <ul
        ref={list}
        className={cx(styles.senders)}
        tabIndex={-1}
        aria-label={t('settings.senders')}
      >
        {senders.map(({ address, since }) => (
          <li key={address} className={cx(styles.row)}>
            <div className={cx(styles.words)}>
              <p dir="ltr">{address}</p>
              <p className={cx(styles.hint)}>
                {t('settings.sendersSince', { date: dates.day(since) })}
              </p>
            </div>
            <Button
              aria-label={t('settings.sendersForgetLabel', { address })}
              onPress={() => forget(address)}
            >
              {t('settings.sendersForget')}
            </Button>
          </li>
        ))}
      </ul>
    </Group>
  );
}
