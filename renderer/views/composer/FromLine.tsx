/** The From picker: who writes, and that account's lock beside it. */
import type { AccountDto, IdentityDto } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { LockLine } from '../../components/Lock.tsx';
import { Picker } from '../../components/Picker.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './FromLine.module.css';
import { type Sender, senderOf, sendersOf } from './senders.ts';

interface FromLineProps {
  readonly accounts: readonly AccountDto[];
  readonly identities: readonly IdentityDto[];
  readonly accountId: string;
  readonly identityId: string | undefined;
  readonly onChange: (sender: Sender) => void;
  readonly onOpenLock: (accountId: string) => void;
}

export function FromLine(props: FromLineProps) {
  const { accounts, identities, accountId, identityId, onChange, onOpenLock } = props;
  const { t } = useWords();
  const account = accounts.find((one) => one.accountId === accountId);
  const senders = sendersOf(accounts, identities);
  const sender = senderOf(senders, accountId, identityId);
  return (
    <div className={cx(styles.line)}>
      <span className={cx(styles.label)}>{t('composer.from')}</span>
      <div className={cx(styles.stack)}>
        {senders.length > 1 ? (
          <Picker
            look="inline"
            label={t('composer.from')}
            options={senders}
            value={sender?.id}
            onChange={(id) => {
              const chosen = senders.find((one) => one.id === id);
              if (chosen !== undefined) onChange(chosen);
            }}
          />
        ) : (
          <span className={cx(styles.value)}>{sender?.name ?? ''}</span>
        )}
        {account !== undefined && (
          <LockLine lock={account.lock} t={t} onOpen={() => onOpenLock(accountId)} />
        )}
      </div>
    </div>
  );
}
