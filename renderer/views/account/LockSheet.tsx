/** What the lock knows: both legs in full, and what a person may do about them. */
import { useState } from 'react';
import type { AccountDto, LockDto, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { LockLine } from '../../components/Lock.tsx';
import { Sheet } from '../../components/Sheet.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords, type Words } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import { KeyBlock, type OnConfirm, RefusedKey } from './LockKeys.tsx';
import { LegDetails, LegRow } from './LockLegs.tsx';
import styles from './LockSheet.module.css';
import { groupKeys, readerOf, sharedError } from './lock-facts.ts';

interface LockSheetProps {
  readonly account: AccountDto;
  readonly onClose: () => void;
}

export function LockSheet({ account, onClose }: LockSheetProps) {
  const words = useWords();
  const { t } = words;
  const { client } = useBackend();
  const { lock, accountId } = account;
  const [error, setError] = useState<WireError>();
  const [copied, setCopied] = useState<'report' | 'provider'>();
  const fail = (reason: unknown) => setError(wireErrorOf(reason));

  async function copyReport(): Promise<void> {
    const { text } = await client.call('lock.report', { accountId });
    await navigator.clipboard.writeText(text);
    setCopied('report');
  }
  async function copyForProvider(): Promise<void> {
    await navigator.clipboard.writeText(t('lock.providerText', { host: lock.host }));
    setCopied('provider');
  }
  const confirm: OnConfirm = (service, identity) =>
    void client.call('lock.confirmKey', { accountId, service, identity }).catch(fail);
  const keys = groupKeys(lock.legs);
  const shared = sharedError(lock.legs);
  const [first] = lock.legs;
  const isDown = lock.state === 'stopped' || lock.state === 'offline';
  // What went wrong is read before the key of the leg that did not.
  const rows = (
    <div className={cx(styles.legs)}>
      {lock.legs.map((leg) => (
        <LegRow
          key={leg.service}
          leg={leg}
          errorToldAbove={shared !== undefined}
          onConfirm={confirm}
        />
      ))}
    </div>
  );
  return (
    <Sheet
      title={t('lock.title', { address: account.address })}
      closeLabel={t('action.close')}
      onClose={onClose}
      footer={
        <>
          <span className={cx(styles.copied)} role="status">
            {copied !== undefined && t('lock.copied')}
          </span>
          <Button onPress={() => void copyReport().catch(fail)}>{t('lock.copyReport')}</Button>
          {isDown && (
            <Button
              kind="primary"
              onPress={() => void client.call('account.retry', { accountId }).catch(fail)}
            >
              {t('action.tryAgain')}
            </Button>
          )}
        </>
      }
    >
      <div className={cx(styles.state)}>
        <LockLine lock={lock} t={t} />
        <p>{meaning(lock, words, shared !== undefined)}</p>
        {lock.state === 'encrypted' && (
          <Button
            kind="plain"
            className={cx(styles.provider)}
            onPress={() => void copyForProvider().catch(fail)}
          >
            {t('lock.tellProvider')}
          </Button>
        )}
      </div>
      {error !== undefined && (
        <div className={cx(styles.failure)}>
          <Failure error={error} />
        </div>
      )}
      {shared !== undefined && (
        <div className={cx(styles.failure)}>
          <Failure error={shared} />
        </div>
      )}
      {shared !== undefined && first !== undefined && (
        <RefusedKey error={shared} service={first.service} onConfirm={confirm} />
      )}
      {isDown && rows}
      {keys.map((group) => (
        <KeyBlock
          key={group.key.identity}
          group={group}
          named={keys.length > 1 || group.services.length < lock.legs.length}
          sinceToldAbove={lock.state === 'confirmed'}
          onConfirm={confirm}
        />
      ))}
      {!isDown && rows}
      <LegDetails legs={lock.legs} />
    </Sheet>
  );
}

/** The sentence below the lock, in the words of lock.md. `told`: an error below says what happened. */
function meaning(lock: LockDto, { t, dates }: Words, told: boolean): string {
  const { host, waiting, state, legs } = lock;
  const reader = state === 'unconfirmed' ? readerOf(legs) : undefined;
  if (reader) {
    const isSealed = legs.every((leg) => leg.key !== undefined);
    const values = { interceptor: reader.name, place: reader.place };
    return t(isSealed ? 'lock.meaning.interceptedKey' : 'lock.meaning.intercepted', values);
  }
  if (told && state === 'stopped') return t('lock.meaning.stoppedWaits', { waiting });
  // The youngest of the keys: the sentence must hold for both legs.
  const seen = legs.flatMap((leg) => leg.key?.firstSeenAt ?? []).sort();
  const since = dates.day(seen.at(-1) ?? new Date().toISOString());
  return t(`lock.meaning.${state}`, { host, waiting, since });
}
