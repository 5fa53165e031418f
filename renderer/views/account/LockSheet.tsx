/** What the lock knows: both legs in full, and what a person may do about them. */
import { useState } from 'react';
import type { AccountDto, LegDetailDto, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { LockLine } from '../../components/Lock.tsx';
import { LockGlyph } from '../../components/LockGlyph.tsx';
import { Sheet } from '../../components/Sheet.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import { KeyWords } from './KeyWords.tsx';
import styles from './LockSheet.module.css';

interface LockSheetProps {
  readonly account: AccountDto;
  readonly onClose: () => void;
}

export function LockSheet({ account, onClose }: LockSheetProps) {
  const { t, dates } = useWords();
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
  const firstKey = lock.legs[0]?.key;
  // The younger of the two keys: the sentence must hold for both legs.
  const seen = lock.legs.flatMap((leg) => leg.key?.firstSeenAt ?? []).sort();
  const since = dates.day(seen.at(-1) ?? new Date().toISOString());
  const canRetry = lock.state === 'stopped' || lock.state === 'offline';
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
          {canRetry && (
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
        <p>{t(`lock.meaning.${lock.state}`, { host: lock.host, waiting: lock.waiting, since })}</p>
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
      {error !== undefined && <Failure error={error} />}
      {lock.legs.map((leg) => (
        <Leg
          key={leg.service}
          leg={leg}
          sameKeyAbove={leg !== lock.legs[0] && leg.key?.identity === firstKey?.identity}
          onConfirm={(identity) =>
            void client
              .call('lock.confirmKey', { accountId, service: leg.service, identity })
              .catch(fail)
          }
        />
      ))}
    </Sheet>
  );
}

interface RefusedKeyProps {
  readonly error: WireError;
  readonly onConfirm: (identity: string) => void;
}

/** The key that a stopped leg met: beside the known one when it changed, to compare when it is new. */
function RefusedKey({ error, onConfirm }: RefusedKeyProps) {
  const { t } = useWords();
  const { words, pinnedWords, identity } = error.params;
  if (typeof words !== 'string') return null;
  return (
    <div className={cx(styles.key)}>
      {typeof pinnedWords === 'string' && (
        <>
          <p className={cx(styles.muted)}>{t('lock.fact.knownWords')}</p>
          <KeyWords words={pinnedWords} />
        </>
      )}
      <p className={cx(styles.muted)}>{t('lock.fact.wordsNow')}</p>
      <KeyWords words={words} />
      {typeof identity === 'string' && (
        <>
          <p className={cx(styles.muted)}>{t('lock.compare')}</p>
          <Button onPress={() => onConfirm(identity)}>{t('lock.confirmKey')}</Button>
        </>
      )}
    </div>
  );
}

interface LegProps {
  readonly leg: LegDetailDto;
  /** The words were just shown: they are not shown twice. */
  readonly sameKeyAbove: boolean;
  readonly onConfirm: (identity: string) => void;
}

function Leg({ leg, sameKeyAbove, onConfirm }: LegProps) {
  const { t, dates } = useWords();
  const { key, tls } = leg;
  const state = leg.state === 'up' ? (leg.level ?? 'connecting') : leg.state;
  const facts: [string, string][] = [
    [t('lock.fact.server'), `${leg.host}:${leg.port}`],
    [t('lock.fact.demands'), t(`floor.${leg.floor}`)],
  ];
  if (leg.since !== undefined && leg.state === 'up')
    facts.push([t('lock.fact.since'), dates.full(leg.since)]);
  if (key !== undefined) {
    facts.push([t('lock.fact.firstSeen'), dates.day(key.firstSeenAt)]);
    facts.push([t('lock.fact.vouchedBy'), t(`lock.vouchedBy.${key.vouchedBy}`)]);
    facts.push([t('lock.fact.suite'), key.suite]);
  }
  if (tls !== undefined) {
    facts.push([t('lock.fact.tls'), tls.version]);
    facts.push([t('lock.fact.issuer'), tls.issuer]);
    facts.push([t('lock.fact.validTo'), tls.validTo]);
  }
  return (
    <section className={cx(styles.leg)} aria-label={t(`leg.${leg.service}`)}>
      <h3 className={cx(styles.title)}>
        <LockGlyph state={state} />
        {t(`leg.${leg.service}`)}
        <span className={cx(styles.level)}>{t(`leg.state.${state}`)}</span>
      </h3>
      {leg.error !== undefined && <Failure error={leg.error} />}
      {leg.error !== undefined && <RefusedKey error={leg.error} onConfirm={onConfirm} />}
      <dl className={cx(styles.facts)}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
      </dl>
      {key !== undefined && (!sameKeyAbove || key.vouchedBy === 'first-use') && (
        <div className={cx(styles.key)}>
          <p className={cx(styles.muted)}>{t('lock.fact.words')}</p>
          <KeyWords words={key.words} />
          {key.vouchedBy === 'first-use' && (
            <>
              <p className={cx(styles.muted)}>{t('lock.compare')}</p>
              <Button onPress={() => onConfirm(key.identity)}>{t('lock.confirmKey')}</Button>
            </>
          )}
        </div>
      )}
    </section>
  );
}
