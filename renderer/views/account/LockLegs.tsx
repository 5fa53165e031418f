/** The two legs of a lock: where each goes and how it stands, the rest in the details. */
import type { LegDetailDto } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { Disclosure } from '../../components/Disclosure.tsx';
import { LockGlyph } from '../../components/LockGlyph.tsx';
import { useWords, type Words } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import { type Fact, LockFacts } from './LockFacts.tsx';
import { type OnConfirm, RefusedKey } from './LockKeys.tsx';
import styles from './LockSheet.module.css';
import { isPostQuantum } from './lock-facts.ts';

interface LegRowProps {
  readonly leg: LegDetailDto;
  /** Its error was said above, for both legs. */
  readonly errorToldAbove: boolean;
  readonly onConfirm: OnConfirm;
}

export function LegRow({ leg, errorToldAbove, onConfirm }: LegRowProps) {
  const words = useWords();
  const { t } = words;
  const state = leg.state === 'up' ? (leg.level ?? 'connecting') : leg.state;
  const since = sinceText(leg, words);
  const error = errorToldAbove ? undefined : leg.error;
  return (
    <section className={cx(styles.leg)} aria-label={t(`leg.${leg.service}`)}>
      <LockGlyph state={state} />
      <div className={cx(styles.legText)}>
        <h3 className={cx(styles.title)}>
          {t(`leg.${leg.service}`)}
          <span className={cx(styles.level)}>{t(`leg.state.${state}`)}</span>
        </h3>
        <p className={cx(styles.under)}>
          <bdi>
            {leg.host}:{leg.port}
          </bdi>
          {since !== undefined && <span>{since}</span>}
        </p>
        {error !== undefined && (
          <div className={cx(styles.trouble)}>
            <Failure error={error} />
            <RefusedKey error={error} service={leg.service} onConfirm={onConfirm} />
          </div>
        )}
      </div>
    </section>
  );
}

function sinceText({ state, since }: LegDetailDto, { t, dates }: Words): string | undefined {
  if (since === undefined || state === 'connecting') return undefined;
  const key = state === 'up' ? 'lock.since.up' : 'lock.since.down';
  return t(key, { since: dates.row(since) });
}

export function LegDetails({ legs }: { readonly legs: readonly LegDetailDto[] }) {
  const words = useWords();
  const { t } = words;
  return (
    <Disclosure title={t('lock.details')}>
      <div className={cx(styles.details)}>
        {legs.map((leg) => (
          <section key={leg.service}>
            <h4 className={cx(styles.muted)}>{t(`leg.${leg.service}`)}</h4>
            <LockFacts facts={factsOf(leg, words)} />
          </section>
        ))}
      </div>
    </Disclosure>
  );
}

function factsOf({ floor, key, tls }: LegDetailDto, { t, dates }: Words): Fact[] {
  const facts: Fact[] = [[t('lock.fact.demands'), t(`floor.${floor}`)]];
  if (key !== undefined) {
    const isHybrid = isPostQuantum(key.suite);
    const exchange = t(isHybrid ? 'lock.exchange.hybrid' : 'lock.suite.plain');
    facts.push([t('lock.fact.exchange'), exchange]);
  }
  if (tls === undefined) return facts;
  facts.push([t('lock.fact.tls'), tls.version.replace('TLSv', '')]);
  facts.push([t('lock.fact.issuer'), tls.issuer]);
  if (tls.rootName !== undefined) facts.push([t('lock.fact.root'), tls.rootName]);
  facts.push([t('lock.fact.validTo'), dates.day(tls.validTo)]);
  if (tls.interceptor) facts.push([t('lock.fact.interceptor'), tls.interceptor.name]);
  return facts;
}
