/** What this computer remembers of a typed server, and the deliberate step of forgetting it. */
import { useState } from 'react';
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

function rememberedText(server: RememberedServerDto, { t, dates }: Words): string {
  const level = t(`leg.state.${server.level}`);
  return server.since === undefined
    ? t('server.rememberedUndated', { level })
    : t('server.remembered', { level, since: dates.day(server.since) });
}

interface RememberedLineProps {
  readonly service: RememberedServerDto['service'];
  readonly server: ServerForm;
  readonly onForget: (server: RememberedServerDto) => void;
}

/** Quiet, and only for a server that no account uses: an account's own settings decide there. */
export function RememberedLine({ service, server, onForget }: RememberedLineProps) {
  const words = useWords();
  const endpoint = endpointOf(server);
  const known = useQuery(
    'server.remembered',
    endpoint && { servers: [{ service, host: endpoint.host, port: endpoint.port }] },
  ).data?.[0];
  if (known === undefined || known.inUse) return null;
  return (
    <div className={cx(styles.wide, styles.remembered)}>
      <p>{rememberedText(known, words)}</p>
      <Button kind="plain" onPress={() => onForget(known)}>
        {words.t('server.forget')}
      </Button>
    </div>
  );
}

interface ForgetServerStepProps {
  readonly server: RememberedServerDto;
  readonly onDone: () => void;
}

export function ForgetServerStep({ server, onDone }: ForgetServerStepProps) {
  const words = useWords();
  const { t } = words;
  const { client, cache } = useBackend();
  const [error, setError] = useState<WireError>();
  const { service, host, port } = server;

  function forget(): void {
    client.call('server.forget', { service, host, port }).then(
      () => {
        cache.invalidate('server.remembered');
        onDone();
      },
      (reason: unknown) => setError(wireErrorOf(reason)),
    );
  }
  return (
    <Sheet
      title={t('server.forgetTitle', { host })}
      closeLabel={t('action.close')}
      onClose={onDone}
      footer={
        <>
          <Button kind="harm" onPress={forget}>
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
          <dt>{t('firstUse.usedFor')}</dt>
          <dd>{t(`leg.${service}`)}</dd>
        </dl>
        <p>{rememberedText(server, words)}</p>
        {error !== undefined && <Failure error={error} />}
      </div>
    </Sheet>
  );
}
