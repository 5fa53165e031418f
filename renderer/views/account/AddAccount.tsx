/**
 * Address and password; the rest is found. Two steps exist only when a server forces them: to
 * accept a key seen for the first time, and to go without encryption. Both are deliberate.
 */
import { useReducer, useState } from 'react';
import type { AccountDto, RememberedServerDto } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Field } from '../../components/Field.tsx';
import { Sheet } from '../../components/Sheet.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import styles from './AddAccount.module.css';
import {
  type AddAccountAction,
  type AddAccountState,
  accountInput,
  errorPlace,
  type FoundAccount,
  filledFrom,
  initialAddAccount,
  looksLikeAddress,
  reduceAddAccount,
} from './add-account-state.ts';
import { FirstUseStep, NoEncryptionStep } from './DeliberateSteps.tsx';
import { ForgetServerStep } from './RememberedServer.tsx';
import { ServerFields } from './ServerFields.tsx';

interface AddAccountProps {
  /** What another program has set up already. */
  readonly found?: FoundAccount | undefined;
  readonly onClose: () => void;
  readonly onAdded: (account: AccountDto) => void;
}

export function AddAccount({ found, onClose, onAdded }: AddAccountProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const [state, dispatch] = useReducer(
    reduceAddAccount,
    found === undefined ? initialAddAccount : filledFrom(found),
  );
  const [forgetting, setForgetting] = useState<readonly RememberedServerDto[]>();
  const checking = state.phase === 'checking';
  const input = accountInput(state);

  async function discover(): Promise<AddAccountState> {
    const address = state.address.trim();
    if (!looksLikeAddress(address) || state.editsServers) return state;
    if (address === state.keepsServersOf) return state;
    const discovered = await client.call('account.discover', { address });
    const action: AddAccountAction = { type: 'found', address, found: discovered };
    dispatch(action);
    return reduceAddAccount(state, action);
  }
  async function add(from: AddAccountState): Promise<void> {
    dispatch({ type: 'checking' });
    try {
      const complete = from.hasServers ? from : await discover();
      const ready = accountInput(complete);
      if (ready === undefined) dispatch({ type: 'edit-servers' });
      else return onAdded(await client.call('account.add', ready));
      dispatch({ type: 'back' });
    } catch (reason) {
      dispatch({ type: 'failed', error: wireErrorOf(reason) });
    }
  }
  function onBlurAddress(): void {
    // Without an answer the servers are asked for when the person goes on.
    discover().catch(() => undefined);
  }
  const identity = state.error?.params.identity;
  if (state.error?.code === 'leg.first-use' && typeof identity === 'string') {
    return (
      <FirstUseStep
        error={state.error}
        onBack={() => dispatch({ type: 'back' })}
        onContinue={() => {
          const action: AddAccountAction = { type: 'accept-key', identity };
          dispatch(action);
          void add(reduceAddAccount(state, action));
        }}
      />
    );
  }
  if (state.error?.code === 'leg.no-encryption') {
    return (
      <NoEncryptionStep
        error={state.error}
        onBack={() => dispatch({ type: 'back' })}
        onContinue={() => {
          dispatch({ type: 'allow-clear' });
          void add(reduceAddAccount(state, { type: 'allow-clear' }));
        }}
      />
    );
  }
  if (forgetting !== undefined) {
    const onDone = () => {
      setForgetting(undefined);
      dispatch({ type: 'back' });
    };
    return <ForgetServerStep servers={forgetting} onDone={onDone} />;
  }
  const place = state.error === undefined ? undefined : errorPlace(state.error);
  const failure = state.error !== undefined && (
    <Failure error={{ ...state.error, params: { ...state.error.params, setUp: 'yes' } }} />
  );
  const canAdd =
    looksLikeAddress(state.address) &&
    state.password !== '' &&
    (input !== undefined || !state.hasServers);
  return (
    <Sheet
      title={t('addAccount.title')}
      closeLabel={t('action.close')}
      onClose={onClose}
      dismissable={!checking}
      footer={
        <>
          {checking && (
            <span className={cx(styles.checking)} role="status">
              {t('addAccount.checking')}
            </span>
          )}
          <Button onPress={onClose} isDisabled={checking}>
            {t('action.cancel')}
          </Button>
          <Button kind="primary" type="submit" form="add-account" isDisabled={!canAdd || checking}>
            {t('addAccount.add')}
          </Button>
        </>
      }
    >
      <form
        id="add-account"
        className={cx(styles.form)}
        onSubmit={(event) => {
          event.preventDefault();
          if (canAdd && !checking) void add(state);
        }}
      >
        <Field
          label={t('addAccount.address')}
          type="email"
          value={state.address}
          onChange={(address) => dispatch({ type: 'edit', change: { address } })}
          onBlur={onBlurAddress}
          placeholder={t('addAccount.addressExample')}
          isDisabled={checking}
          autoComplete="off"
          autoFocus={found === undefined}
        />
        {place === 'address' && failure}
        {state.note !== undefined && (
          <p className={cx(styles.note)}>{t(`addAccount.note.${state.note}`)}</p>
        )}
        <Field
          label={t('addAccount.password')}
          type="password"
          value={state.password}
          onChange={(password) => dispatch({ type: 'edit', change: { password } })}
          isDisabled={checking}
          autoComplete="off"
          autoFocus={found !== undefined}
          hint={t('addAccount.passwordPromise')}
        />
        {place === 'password' && failure}
        <Field
          label={t('addAccount.name')}
          value={state.displayName}
          onChange={(displayName) => dispatch({ type: 'edit', change: { displayName } })}
          hint={t('addAccount.nameHint')}
          isDisabled={checking}
          autoComplete="off"
        />
        <ServerFields state={state} dispatch={dispatch} onForget={setForgetting} />
        {(place === 'servers' || place === 'form') && failure}
      </form>
    </Sheet>
  );
}
