/** The From picker, with that account's lock beside it. */
import { ChevronsUpDown } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select, SelectValue } from 'react-aria-components/Select';
import type { AccountDto } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { LockLine } from '../../components/Lock.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './FromLine.module.css';

interface FromLineProps {
  readonly accounts: readonly AccountDto[];
  readonly accountId: string;
  readonly onChange: (accountId: string) => void;
  readonly onOpenLock: (accountId: string) => void;
}

function senderText(account: AccountDto): string {
  return account.displayName === ''
    ? account.address
    : `${account.displayName} <${account.address}>`;
}

export function FromLine({ accounts, accountId, onChange, onOpenLock }: FromLineProps) {
  const { t } = useWords();
  const account = accounts.find((one) => one.accountId === accountId);
  return (
    <div className={cx(styles.line)}>
      <span className={cx(styles.label)}>{t('composer.from')}</span>
      <div className={cx(styles.stack)}>
        {accounts.length > 1 ? (
          <Select
            className={cx(styles.select)}
            aria-label={t('composer.from')}
            value={accountId}
            onChange={(key) => onChange(String(key))}
          >
            <Button className={cx(styles.picker)}>
              <SelectValue className={cx(styles.value)} />
              <ChevronsUpDown size={13} aria-hidden />
            </Button>
            <Popover className={cx(styles.popover)} offset={4}>
              <ListBox items={accounts}>
                {(one) => (
                  <ListBoxItem
                    id={one.accountId}
                    textValue={senderText(one)}
                    className={cx(styles.option)}
                  >
                    {senderText(one)}
                  </ListBoxItem>
                )}
              </ListBox>
            </Popover>
          </Select>
        ) : (
          <span className={cx(styles.value)}>
            {account === undefined ? '' : senderText(account)}
          </span>
        )}
        {account !== undefined && (
          <LockLine lock={account.lock} t={t} onOpen={() => onOpenLock(accountId)} />
        )}
      </div>
    </div>
  );
}
