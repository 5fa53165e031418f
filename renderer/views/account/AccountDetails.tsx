/** What can be set of one account: who writes, servers, what it demands of them, a new password, and leaving. */
import { type ReactNode, useState } from 'react';
import type { AccountDto, LegDetailDto, LevelDto, WireError } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Field } from '../../components/Field.tsx';
import { LockLine } from '../../components/Lock.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import styles from './AccountSheet.module.css';
import { FloorPicker } from './FloorPicker.tsx';
import { Identities } from './Identities.tsx';

interface AccountDetailsProps {
  readonly account: AccountDto;
  readonly onRemoved: () => void;
  readonly onOpenLock: () => void;
}

export function AccountDetails({ account, onRemoved, onOpenLock }: AccountDetailsProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const { accountId } = account;
  const [error, setError] = useState<WireError>();
  const fail = (reason: unknown) => setError(wireErrorOf(reason));

  function setFloor(service: LegDetailDto['service'], floor: LevelDto): void {
    setError(undefined);
    void client.call('account.setFloor', { accountId, service, floor }).catch(fail);
  }
  return (
    <div className={cx(styles.sections)}>
      <LockLine lock={account.lock} t={t} onOpen={onOpenLock} />
      {account.problem !== undefined && <Failure error={account.problem} />}
      {error !== undefined && <Failure error={error} />}
      <Section title={t('account.identities')} text={t('account.identitiesText')}>
        <Identities accountId={accountId} />
      </Section>
      <PasswordSection accountId={accountId} needed={account.problem?.code === 'auth.failed'} />
      <Section title={t('account.servers')}>
        <dl className={cx(styles.facts)}>
          {(['imap', 'submission'] as const).map((service) => (
            <div key={service}>
              <dt>{t(`leg.${service}`)}</dt>
              <dd>
                <bdi dir="ltr">
                  {account[service].host}:{account[service].port}
                </bdi>
              </dd>
            </div>
          ))}
          <div>
            <dt>{t('addAccount.userName')}</dt>
            <dd>
              <bdi dir="ltr">{account.userName}</bdi>
            </dd>
          </div>
        </dl>
      </Section>
      <Section title={t('account.demands')} text={t('account.demandsText')}>
        {account.lock.legs.map((leg) => (
          <FloorPicker
            key={leg.service}
            leg={leg}
            onChange={(floor) => setFloor(leg.service, floor)}
          />
        ))}
      </Section>
      <RemoveSection account={account} onRemoved={onRemoved} />
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly text?: string;
  readonly children: ReactNode;
}

function Section({ title, text, children }: SectionProps) {
  return (
    <section className={cx(styles.section)}>
      <h3 className={cx(styles.title)}>{title}</h3>
      {text !== undefined && <p className={cx(styles.muted)}>{text}</p>}
      {children}
    </section>
  );
}

interface PasswordSectionProps {
  readonly accountId: string;
  readonly needed: boolean;
}

function PasswordSection({ accountId, needed }: PasswordSectionProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const [open, setOpen] = useState(needed);
  const [password, setPassword] = useState('');
  const [phase, setPhase] = useState<'idle' | 'checking' | 'done'>('idle');
  const [error, setError] = useState<WireError>();

  function save(): void {
    setPhase('checking');
    setError(undefined);
    client.call('account.setPassword', { accountId, password }).then(
      () => {
        setPassword('');
        setOpen(false);
        setPhase('done');
      },
      (reason: unknown) => {
        setError(wireErrorOf(reason));
        setPhase('idle');
      },
    );
  }
  return (
    <Section title={t('account.password')}>
      {open ? (
        <form
          className={cx(styles.row)}
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <Field
            label={t('account.newPassword')}
            type="password"
            value={password}
            onChange={setPassword}
            autoComplete="off"
            className={cx(styles.grow)}
          />
          <Button kind="primary" type="submit" isDisabled={password === '' || phase === 'checking'}>
            {phase === 'checking' ? t('addAccount.checking') : t('account.savePassword')}
          </Button>
        </form>
      ) : (
        <div className={cx(styles.row)}>
          <span className={cx(styles.grow, styles.muted)} role="status">
            {phase === 'done' ? t('account.passwordSaved') : t('account.passwordKept')}
          </span>
          <Button onPress={() => setOpen(true)}>{t('account.changePassword')}</Button>
        </div>
      )}
      {error !== undefined && <Failure error={error} />}
    </Section>
  );
}

interface RemoveSectionProps {
  readonly account: AccountDto;
  readonly onRemoved: () => void;
}

function RemoveSection({ account, onRemoved }: RemoveSectionProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<WireError>();

  function remove(): void {
    client
      .call('account.remove', { accountId: account.accountId })
      .then(onRemoved, (reason: unknown) => setError(wireErrorOf(reason)));
  }
  return (
    <Section title={t('account.remove')} text={t('account.removeText')}>
      {account.lock.waiting > 0 && asking && (
        <p className={cx(styles.warning)}>
          {t('account.removeWaiting', { count: account.lock.waiting })}
        </p>
      )}
      <div className={cx(styles.row)}>
        {asking ? (
          <>
            <Button onPress={() => setAsking(false)}>{t('action.cancel')}</Button>
            <Button kind="harm" onPress={remove}>
              {t('account.removeConfirm', { address: account.address })}
            </Button>
          </>
        ) : (
          <Button kind="harm" onPress={() => setAsking(true)}>
            {t('account.remove')}
          </Button>
        )}
      </div>
      {error !== undefined && <Failure error={error} />}
    </Section>
  );
}
