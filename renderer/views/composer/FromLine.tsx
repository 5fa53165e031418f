/** The From picker: who writes, and that account's lock beside it. */
import { ChevronsUpDown } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select, SelectValue } from 'react-aria-components/Select';
import type { AccountDto, IdentityDto } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { LockLine } from '../../components/Lock.tsx';
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
          <Select
            className={cx(styles.select)}
            aria-label={t('composer.from')}
            value={sender?.id ?? null}
            onChange={(key) => {
              const chosen = senders.find(({ id }) => id === key);
              if (chosen !== undefined && chosen !== sender) onChange(chosen);
            }}
          >
            <Button className={cx(styles.picker)}>
              <SelectValue className={cx(styles.value)} />
              <ChevronsUpDown size={13} aria-hidden />
            </Button>
            <Popover className={cx(styles.popover)} offset={4}>
              <ListBox items={senders}>
                {(one) => (
                  <ListBoxItem id={one.id} textValue={one.text} className={cx(styles.option)}>
                    {one.text}
                  </ListBoxItem>
                )}
              </ListBox>
            </Popover>
          </Select>
        ) : (
          <span className={cx(styles.value)}>{sender?.text ?? ''}</span>
        )}
        {account !== undefined && (
          <LockLine lock={account.lock} t={t} onOpen={() => onOpenLock(accountId)} />
        )}
      </div>
    </div>
  );
}
