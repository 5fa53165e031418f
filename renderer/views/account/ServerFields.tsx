/** “We will use …” with the servers found, or the fields to say them by hand. */
import type { Dispatch } from 'react';
import { Radio, RadioGroup } from 'react-aria-components/RadioGroup';
import type { RememberedServerDto } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Field } from '../../components/Field.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './AddAccount.module.css';
import type { AddAccountAction, AddAccountState } from './add-account-state.ts';
import { RememberedLine, useRemembered } from './RememberedServer.tsx';

interface ServerFieldsProps {
  readonly state: AddAccountState;
  readonly dispatch: Dispatch<AddAccountAction>;
  readonly onForget: (servers: readonly RememberedServerDto[]) => void;
}

export function ServerFields({ state, dispatch, onForget }: ServerFieldsProps) {
  const { t } = useWords();
  const known = useRemembered(state);
  if (!state.hasServers) return null;
  if (!state.editsServers) {
    const { imap, submission } = state;
    return (
      <div className={cx(styles.found)}>
        <p>
          {t('addAccount.willUse')}{' '}
          <strong dir="ltr">
            {imap.host === submission.host ? imap.host : `${imap.host}, ${submission.host}`}
          </strong>
        </p>
        <Button kind="plain" onPress={() => dispatch({ type: 'edit-servers' })}>
          {t('addAccount.editServers')}
        </Button>
      </div>
    );
  }
  return (
    <div className={cx(styles.servers)}>
      {(['imap', 'submission'] as const).map((service) => (
        <ServerGroup
          key={service}
          service={service}
          state={state}
          dispatch={dispatch}
          known={known}
          onForget={onForget}
        />
      ))}
      <Field
        label={t('addAccount.userName')}
        value={state.userName}
        onChange={(userName) => dispatch({ type: 'edit', change: { userName } })}
        autoComplete="off"
        placeholder={state.address}
      />
    </div>
  );
}

interface ServerGroupProps extends ServerFieldsProps {
  readonly service: 'imap' | 'submission';
  readonly known: readonly RememberedServerDto[];
}

function ServerGroup({ service, state, dispatch, known, onForget }: ServerGroupProps) {
  const { t } = useWords();
  const server = state[service];
  const remembered = known.find((each) => each.service === service);
  return (
    <fieldset className={cx(styles.group)} disabled={state.phase === 'checking'}>
      <legend>{t(`leg.${service}`)}</legend>
      <Field
        label={t('addAccount.host')}
        value={server.host}
        onChange={(host) => dispatch({ type: 'server', service, change: { host } })}
        autoComplete="off"
      />
      <Field
        label={t('addAccount.port')}
        value={server.port}
        inputMode="numeric"
        onChange={(port) => dispatch({ type: 'server', service, change: { port } })}
        autoComplete="off"
      />
      <RadioGroup
        className={cx(styles.wide, styles.radios)}
        aria-label={t('addAccount.transport')}
        value={server.transport}
        onChange={(value) =>
          dispatch({
            type: 'server',
            service,
            change: { transport: value === 'clear' ? 'clear' : 'implicit-tls' },
          })
        }
      >
        <Radio value="implicit-tls" className={cx(styles.radio)}>
          {t('addAccount.transport.implicit-tls')}
        </Radio>
        <Radio value="clear" className={cx(styles.radio)}>
          {t('addAccount.transport.clear')}
        </Radio>
      </RadioGroup>
      {remembered !== undefined && (
        <RememberedLine
          server={remembered}
          onForget={() => onForget(known.filter(({ host }) => host === remembered.host))}
        />
      )}
    </fieldset>
  );
}
