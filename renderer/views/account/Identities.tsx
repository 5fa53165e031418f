/** Who writes from an account: names, addresses and signatures. What is typed is kept at once. */
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';
import type { IdentityDto, IdentityInput, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Field } from '../../components/Field.tsx';
import { Switch } from '../../components/Switch.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import styles from '../settings/Settings.module.css';
import { looksLikeAddress } from './add-account-state.ts';

export function Identities({ accountId }: { readonly accountId: string }) {
  const { t } = useWords();
  const all = useQuery('identity.list', {}).data ?? [];
  const own = all.filter((identity) => identity.accountId === accountId);
  const [openId, setOpenId] = useState<string>();
  const empty = { accountId, name: own[0]?.name ?? '', address: '', signatureText: '' };
  return (
    <>
      <ul className={cx(styles.list)}>
        {own.map((identity) => {
          const { identityId, name, address, isDefault } = identity;
          const open = identityId === openId;
          const toggle = () => setOpenId(open ? undefined : identityId);
          return (
            <li key={identityId}>
              <AriaButton aria-expanded={open} className={cx(styles.itemButton)} onPress={toggle}>
                <span className={cx(styles.itemWords)}>
                  <span className={cx(styles.itemTitle)}>{name === '' ? address : name}</span>
                  <span className={cx(styles.hint)}>
                    {isDefault && own.length > 1 ? t('identity.default', { address }) : address}
                  </span>
                </span>
                {open ? (
                  <ChevronDown size={16} aria-hidden />
                ) : (
                  <ChevronRight size={16} aria-hidden className={cx(styles.chevron)} />
                )}
              </AriaButton>
              {open && <IdentityForm identity={identity} only={own.length === 1} />}
            </li>
          );
        })}
      </ul>
      {openId === 'new' ? (
        <NewIdentity identity={empty} onDone={setOpenId} />
      ) : (
        <div className={cx(styles.buttons)}>
          <Button onPress={() => setOpenId('new')}>{t('identity.add')}</Button>
        </div>
      )}
    </>
  );
}

interface IdentityFormProps {
  readonly identity: IdentityDto;
  readonly only: boolean;
}

function IdentityForm({ identity, only }: IdentityFormProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const [draft, setDraft] = useState<IdentityDto>(identity);
  const [error, setError] = useState<WireError>();
  const fail = (reason: unknown) => setError(wireErrorOf(reason));
  const edit = (change: Partial<IdentityDto>) => setDraft((now) => ({ ...now, ...change }));

  function keep(change: Partial<IdentityDto> = {}): void {
    const next = { ...draft, ...change };
    setError(undefined);
    // Half an address is not one: the one before stays until it is.
    if (!looksLikeAddress(next.address)) return;
    if (next.replyTo !== undefined && next.replyTo !== '' && !looksLikeAddress(next.replyTo))
      return;
    client.call('identity.save', inputOf(next, identity)).catch(fail);
  }
  return (
    <div className={cx(styles.form)}>
      <Field
        label={t('identity.name')}
        value={draft.name}
        onChange={(name) => edit({ name })}
        onBlur={() => keep()}
        autoComplete="off"
      />
      {!identity.isOwn && (
        <Field
          label={t('identity.address')}
          type="email"
          value={draft.address}
          onChange={(address) => edit({ address })}
          onBlur={() => keep()}
          autoComplete="off"
        />
      )}
      <Field
        label={t('identity.replyTo')}
        type="email"
        value={draft.replyTo ?? ''}
        onChange={(replyTo) => edit({ replyTo })}
        onBlur={() => keep()}
        hint={t('identity.replyToText')}
        autoComplete="off"
      />
      <TextField
        value={draft.signatureText}
        onChange={(signatureText) => edit({ signatureText })}
        onBlur={() => keep()}
        className={cx(styles.textLabel)}
      >
        <Label className={cx(styles.label)}>{t('identity.signature')}</Label>
        <TextArea className={cx(styles.text)} rows={4} />
      </TextField>
      {!only && (
        <Switch
          isSelected={identity.isDefault}
          isDisabled={identity.isDefault}
          onChange={() => keep({ isDefault: true })}
        >
          {t('identity.makeDefault')}
        </Switch>
      )}
      {!identity.isOwn && (
        <div className={cx(styles.buttons)}>
          <Button
            kind="harm"
            onPress={() =>
              void client.call('identity.remove', { identityId: identity.identityId }).catch(fail)
            }
          >
            {t('identity.remove')}
          </Button>
        </div>
      )}
      {error !== undefined && <Failure error={error} />}
    </div>
  );
}

/** A signature that was changed as text is text from then on. */
function inputOf(next: IdentityDto, before: IdentityDto): IdentityInput {
  const { isOwn: _, replyTo, signatureHtml, isDefault: _default, ...rest } = next;
  const kept = next.signatureText === before.signatureText ? signatureHtml : undefined;
  return {
    ...rest,
    isDefault: next.isDefault || before.isDefault,
    ...(replyTo === undefined || replyTo === '' ? {} : { replyTo }),
    ...(kept === undefined ? {} : { signatureHtml: kept }),
  };
}

interface NewIdentityProps {
  readonly identity: Omit<IdentityInput, 'isDefault'>;
  /** With the id of the new one, or nothing when it was given up. */
  readonly onDone: (identityId: string | undefined) => void;
}

function NewIdentity({ identity, onDone }: NewIdentityProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const [name, setName] = useState(identity.name);
  const [address, setAddress] = useState('');
  const [error, setError] = useState<WireError>();

  function add(): void {
    client.call('identity.save', { ...identity, name, address, isDefault: false }).then(
      ({ identityId }) => onDone(identityId),
      (reason: unknown) => setError(wireErrorOf(reason)),
    );
  }
  return (
    <form
      className={cx(styles.form)}
      onSubmit={(event) => {
        event.preventDefault();
        if (looksLikeAddress(address)) add();
      }}
    >
      <Field label={t('identity.name')} value={name} onChange={setName} autoComplete="off" />
      <Field
        label={t('identity.address')}
        type="email"
        value={address}
        onChange={setAddress}
        hint={t('identity.addressText')}
        autoComplete="off"
        autoFocus
      />
      {error !== undefined && <Failure error={error} />}
      <div className={cx(styles.buttons)}>
        <Button onPress={() => onDone(undefined)}>{t('action.cancel')}</Button>
        <Button kind="primary" type="submit" isDisabled={!looksLikeAddress(address)}>
          {t('identity.addNow')}
        </Button>
      </div>
    </form>
  );
}
