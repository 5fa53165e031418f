/**
 * How a message travelled: one line a hop, from the sender to this computer, each with whether it
 * was encrypted and whose word that is; then what the receiving server found of the sender.
 */
import type {
  HopEncryptionDto,
  LegDetailDto,
  LockState,
  MessageRef,
  TravelDto,
  TravelHopDto,
  TravelResultDto,
} from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { LockGlyph } from '../../components/LockGlyph.tsx';
import { Sheet } from '../../components/Sheet.tsx';
import { useQuery } from '../../host/hooks.tsx';
import { useWords, type Words } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import styles from './TravelSheet.module.css';

interface TravelSheetProps {
  readonly messageRef: MessageRef;
  readonly onClose: () => void;
}

export default function TravelSheet({ messageRef, onClose }: TravelSheetProps) {
  const { t } = useWords();
  const { data, error } = useQuery('message.travel', { ref: messageRef });
  const accounts = useQuery('account.list', {}).data ?? [];
  const account = accounts.find(({ accountId }) => accountId === messageRef.accountId);
  const leg = account?.lock.legs.find(({ service }) => service === 'imap');
  return (
    <Sheet wide title={t('reader.travel')} closeLabel={t('action.close')} onClose={onClose}>
      {error !== undefined && <Failure error={error} />}
      {data !== undefined && (
        <>
          <p className={cx(styles.intro)}>
            {t(data.hops.length === 0 ? 'travel.nothing' : 'travel.intro')}
          </p>
          <ol className={cx(styles.hops)} aria-label={t('travel.hops')}>
            {data.hops.map((hop, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the hops of one message never move
              <HopLine key={index} hop={hop} />
            ))}
            {leg !== undefined && <OwnLeg leg={leg} />}
          </ol>
          <Results travel={data} />
        </>
      )}
    </Sheet>
  );
}

/** The shapes of the lock: closed where it was encrypted, open where it was not, a dash for neither. */
const shapes: Readonly<Record<HopEncryptionDto, LockState>> = {
  encrypted: 'encrypted',
  clear: 'clear',
  inside: 'offline',
  unknown: 'offline',
};

function HopLine({ hop }: { readonly hop: TravelHopDto }) {
  const words = useWords();
  const { t, dates } = words;
  const from = (hop.fromName ?? hop.from ?? hop.fromAddress)?.replace(/^\[|\]$/g, '');
  const by = hop.by ?? t('travel.unnamed');
  const state = t(`travel.encryption.${hop.encryption}`);
  return (
    <li className={cx(styles.hop, !hop.vouched && styles.claimed)}>
      <LockGlyph state={shapes[hop.encryption]} />
      <div className={cx(styles.words)}>
        <p className={cx(styles.names)} title={hop.fromAddress}>
          {from === undefined ? t('travel.startedAt', { by }) : t('travel.fromTo', { from, by })}
        </p>
        <p className={cx(styles.facts)}>
          <span className={cx(styles.state, styles[hop.encryption])}>{state}</span>
          {hop.encryption === 'encrypted' && hop.tls !== undefined && (
            <span dir="ltr">{hop.tls}</span>
          )}
          <span>{t(hop.vouched ? 'travel.vouched' : 'travel.claimed')}</span>
          {hop.at !== undefined && <time dateTime={hop.at}>{dates.moment(hop.at)}</time>}
          {delayText(hop.delaySeconds, words)}
        </p>
      </div>
    </li>
  );
}

function delayText(seconds: number | undefined, { t }: Words) {
  if (seconds === undefined || seconds === 0) return null;
  if (seconds < 0) return <span>{t('travel.delay.clocks')}</span>;
  const slow = seconds >= 300 && styles.slow;
  if (seconds < 90) return <span>{t('travel.delay.seconds', { count: seconds })}</span>;
  const minutes = Math.round(seconds / 60);
  const key = minutes < 90 ? 'travel.delay.minutes' : 'travel.delay.hours';
  const count = minutes < 90 ? minutes : Math.round(minutes / 60);
  return <span className={cx(slow)}>{t(key, { count })}</span>;
}

/** The last stretch, of which this computer knows everything itself. */
function OwnLeg({ leg }: { readonly leg: LegDetailDto }) {
  const { t } = useWords();
  const state = leg.state === 'up' ? (leg.level ?? 'connecting') : leg.state;
  return (
    <li className={cx(styles.hop, styles.own)}>
      <LockGlyph state={state} />
      <div className={cx(styles.words)}>
        <p className={cx(styles.names)}>
          {t('travel.fromTo', { from: leg.host, by: t('travel.yours') })}
        </p>
        <p className={cx(styles.facts)}>
          <span className={cx(styles.state, styles[state])}>{t(`leg.state.${state}`)}</span>
          <span>{t('travel.ownLeg')}</span>
        </p>
      </div>
    </li>
  );
}

const methods = ['spf', 'dkim', 'dmarc'] as const;

function Results({ travel }: { readonly travel: TravelDto }) {
  const { t } = useWords();
  const known = travel.results.filter(({ method }) => methodOf(method) !== undefined);
  const vouched = known.filter((result) => result.vouched);
  const claimed = known.filter((result) => !result.vouched);
  const [first] = vouched;
  return (
    <section className={cx(styles.results)}>
      <h3 className={cx(styles.heading)}>{t('travel.results')}</h3>
      {first === undefined ? (
        <p className={cx(styles.muted)}>{t('travel.results.none')}</p>
      ) : (
        <>
          <ResultTable results={vouched} />
          <p className={cx(styles.muted)}>{t('travel.results.by', { server: first.server })}</p>
        </>
      )}
      {claimed.length > 0 && (
        <div className={cx(styles.forgeable)}>
          <p className={cx(styles.doubt)}>{t('travel.results.claimed')}</p>
          <ResultTable results={claimed} />
        </div>
      )}
    </section>
  );
}

function methodOf(method: string) {
  return methods.find((name) => name === method);
}

function ResultTable({ results }: { readonly results: readonly TravelResultDto[] }) {
  const { t } = useWords();
  return (
    <dl className={cx(styles.table)}>
      {results.map((result, index) => {
        const method = methodOf(result.method);
        if (method === undefined) return null;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the results of one message never move
          <div key={index} className={cx(styles.row)}>
            <dt>{t(`travel.method.${method}`)}</dt>
            <dd className={cx(result.vouched && result.result === 'fail' && styles.bad)}>
              {resultText(result, t)}
            </dd>
            <dd className={cx(styles.muted)}>{result.domain}</dd>
          </div>
        );
      })}
    </dl>
  );
}

function resultText({ result }: TravelResultDto, t: Words['t']): string {
  switch (result) {
    case 'pass':
    case 'fail':
    case 'none':
      return t(`travel.result.${result}`);
    default:
      return t('travel.result.other', { result });
  }
}
