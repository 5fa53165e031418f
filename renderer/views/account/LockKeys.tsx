/** The keys of a lock: the one in use, in words to compare, and one that was refused. */
import type { LegDetailDto, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Disclosure } from '../../components/Disclosure.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { KeyWords } from './KeyWords.tsx';
import { LockFacts } from './LockFacts.tsx';
import styles from './LockSheet.module.css';
import { isPostQuantum, type KeyGroup } from './lock-facts.ts';

type Service = LegDetailDto['service'];
export type OnConfirm = (service: Service, identity: string) => void;

interface KeyBlockProps {
  readonly group: KeyGroup;
  /** Another block follows or precedes: then each says whose key it is. */
  readonly named: boolean;
  /** The sentence below the lock said since when the key is the same. */
  readonly sinceToldAbove: boolean;
  readonly onConfirm: OnConfirm;
}

export function KeyBlock({ group, named, sinceToldAbove, onConfirm }: KeyBlockProps) {
  const { key, services } = group;
  const { t, dates } = useWords();
  const [service] = services;
  const names = services.map((each) => t(`leg.${each}`)).join(', ');
  const isNew = key.vouchedBy === 'first-use';
  const method = isPostQuantum(key.suite) ? 'lock.suite.hybrid' : 'lock.suite.plain';
  return (
    <section className={cx(styles.block)} aria-label={t('lock.fact.words')}>
      <h3 className={cx(styles.title)}>
        {t('lock.fact.words')}
        {named && <span className={cx(styles.level)}>{names}</span>}
      </h3>
      <KeyWords words={key.words} />
      {isNew && service !== undefined && (
        <>
          <p className={cx(styles.muted)}>{t('lock.compare')}</p>
          <Button onPress={() => onConfirm(service, key.identity)}>{t('lock.confirmKey')}</Button>
        </>
      )}
      <LockFacts
        facts={[
          ...(sinceToldAbove
            ? []
            : ([[t('lock.fact.firstSeen'), dates.day(key.firstSeenAt)]] as const)),
          [t('lock.fact.vouchedBy'), t(`lock.vouchedBy.${key.vouchedBy}`)],
          [t('lock.fact.suite'), t(method)],
        ]}
      />
    </section>
  );
}

interface RefusedKeyProps {
  readonly error: WireError;
  readonly service: Service;
  readonly onConfirm: OnConfirm;
}

/**
 * The key that a stopped leg met. One seen for the first time is compared at once; one that took the
 * place of another only in a second step that has to be looked for.
 */
export function RefusedKey({ error, service, onConfirm }: RefusedKeyProps) {
  const { t } = useWords();
  const { words, pinnedWords, identity } = error.params;
  if (typeof words !== 'string') return null;
  if (typeof pinnedWords !== 'string') {
    return (
      <section className={cx(styles.block)} aria-label={t('lock.fact.words')}>
        <h3 className={cx(styles.title)}>{t('lock.fact.words')}</h3>
        <KeyWords words={words} />
        <p className={cx(styles.muted)}>{t('lock.compare')}</p>
        {typeof identity === 'string' && (
          <Button onPress={() => onConfirm(service, identity)}>{t('lock.confirmKey')}</Button>
        )}
      </section>
    );
  }
  return (
    <section className={cx(styles.block)} aria-label={t('lock.fact.words')}>
      <h3 className={cx(styles.title)}>{t('lock.fact.words')}</h3>
      <div className={cx(styles.pair)}>
        <div>
          <p className={cx(styles.muted)}>{t('lock.fact.knownWords')}</p>
          <KeyWords words={pinnedWords} narrow />
        </div>
        <div>
          <p className={cx(styles.muted)}>{t('lock.fact.wordsNow')}</p>
          <KeyWords words={words} narrow />
        </div>
      </div>
      {typeof identity === 'string' && (
        <Disclosure title={t('lock.newKey.title')}>
          <div className={cx(styles.second)}>
            <p>{t('lock.newKey.text')}</p>
            <Button
              kind="harm"
              className={cx(styles.wrap)}
              onPress={() => onConfirm(service, identity)}
            >
              {t('lock.newKey.accept')}
            </Button>
          </div>
        </Disclosure>
      )}
    </section>
  );
}
