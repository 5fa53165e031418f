/** What this computer remembers of a typed server, and the deliberate step of forgetting it. */
import { Fragment, useState } from 'react';
import type { RememberedServerDto, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Sheet } from '../../components/Sheet.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords, type Words } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import styles from './AddAccount.module.css';
import { endpointOf, type ServerForm } from './add-account-state.ts';

type Service = RememberedServerDto['service'];

function rememberedText(server: RememberedServerDto, words: Words): string {
  return words.t('server.remembered', { known: rememberedShort(server, words) });
}

function rememberedShort({ level, since }: RememberedServerDto, { t, dates }: Words): string {
  const name = t(`leg.state.${level}`);
  return since === undefined
    ? name
    : t('server.levelSince', { level: name, since: dates.day(since) });
}

/** Servers of the form that are known and that no account uses: else its own settings decide. */
export function useRemembered(form: Readonly<Record<Service, ServerForm>>): RememberedServerDto[] {
  const servers = (['imap', 'submission'] as const).flatMap((service) => {
    const endpoint = endpointOf(form[service]);
    return endpoint ? [{ service, host: endpoint.host, port: endpoint.port }] : [];
  });
  const known = useQuery('server.remembered', { servers }).data ?? [];
  return known.filter(({ inUse }) => !inUse);
}

interface RememberedLineProps {
  readonly server: RememberedServerDto;
  readonly onForget: () => void;
}

export function RememberedLine({ server, onForget }: RememberedLineProps) {
  const words = useWords();
  return (
    <div className={cx(styles.wide, styles.remembered)}>
      <p>{rememberedText(server, words)}</p>
      <Button kind="plain" onPress={onForget}>
        {words.t('server.forget')}
      </Button>
    </div>
  );
}

interface ForgetServerStepProps {
  /** One host: a person thinks of one server, whatever runs on it. */
  readonly servers: readonly RememberedServerDto[];
  readonly onDone: () => void;
}

export function ForgetServerStep({ servers, onDone }: ForgetServerStepProps) {
  const words = useWords();
  const { t } = words;
  const { client, cache } = useBackend();
  const [error, setError] = useState<WireError>();
  const host = servers[0]?.host ?? '';

  async function forget(): Promise<void> {
    try {
      for (const { service, host, port } of servers) {
        await client.call('server.forget', { service, host, port });
      }
      onDone();
    } catch (reason) {
      setError(wireErrorOf(reason));
    } finally {
      cache.invalidate('server.remembered');
    }
  }
  return (
    <Sheet
      title={t('server.forgetTitle', { host })}
      closeLabel={t('action.close')}
      onClose={onDone}
      footer={
        <>
          <Button kind="harm" onPress={() => void forget()}>
            {t('server.forget')}
          </Button>
          <Button kind="primary" onPress={onDone}>
            {t('action.back')}
          </Button>
        </>
      }
    >
      <div className={cx(styles.step)}>
        <p>{t('server.forgetText', { host })}</p>
        <p>
          <strong>{t('server.forgetAdvice')}</strong>
        </p>
        <dl className={cx(styles.facts)}>
          {servers.map((server) => (
            <Fragment key={server.service}>
              <dt>{t(`leg.${server.service}`)}</dt>
              <dd>{rememberedShort(server, words)}</dd>
            </Fragment>
          ))}
        </dl>
        {error !== undefined && <Failure error={error} />}
      </div>
    </Sheet>
  );
}
