/** The accounts in their order; one of them opened. */
import { ArrowDown, ArrowLeft, ArrowUp, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { lockLabel } from '../../components/Lock.tsx';
import { LockGlyph } from '../../components/LockGlyph.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { AccountDetails } from '../account/AccountDetails.tsx';
import { movedBy } from './account-order.ts';
import { Group } from './Group.tsx';
import styles from './Settings.module.css';
import type { SectionProps } from './section-props.ts';

export function AccountsSection(props: SectionProps) {
  const { accounts, onAddAccount, onFailure, onImport, onOpenLock } = props;
  const { t } = useWords();
  const { client, cache } = useBackend();
  const [openId, setOpenId] = useState<string>();
  const open = accounts.find(({ accountId }) => accountId === openId);

  function move(index: number, by: -1 | 1): void {
    const now = accounts.map(({ accountId }) => accountId);
    const order = movedBy(now, index, by);
    if (order === undefined) return;
    onFailure(undefined);
    cache.patch('account.list', (list) =>
      [...list].sort((a, b) => order.indexOf(a.accountId) - order.indexOf(b.accountId)),
    );
    client.call('account.setOrder', { accountIds: order }).catch((reason: unknown) => {
      cache.invalidate('account.list');
      onFailure(wireErrorOf(reason));
    });
  }
  if (open !== undefined) {
    return (
      <>
        <Button kind="plain" className={cx(styles.back)} onPress={() => setOpenId(undefined)}>
          <ArrowLeft size={16} aria-hidden className={cx(styles.chevron)} />
          {t('settings.allAccounts')}
        </Button>
        <h3 className={cx(styles.opened)} dir="ltr">
          {open.address}
        </h3>
        <AccountDetails
          account={open}
          onRemoved={() => setOpenId(undefined)}
          onOpenLock={() => onOpenLock(open.accountId)}
        />
      </>
    );
  }
  return (
    <>
      <Group>
        <ul className={cx(styles.list)}>
          {accounts.map((account, index) => (
            <li key={account.accountId} className={cx(styles.item)}>
              <AriaButton
                className={cx(styles.itemButton)}
                onPress={() => setOpenId(account.accountId)}
              >
                <LockGlyph state={account.lock.state} />
                <span className={cx(styles.itemWords)}>
                  <span className={cx(styles.itemTitle)}>{account.address}</span>
                  <span className={cx(styles.hint)}>
                    {account.problem === undefined
                      ? lockLabel(t, account.lock)
                      : t(`error.${account.problem.code}.what`, {
                          host: account.imap.host,
                          ...account.problem.params,
                        })}
                  </span>
                </span>
                <ChevronRight size={16} aria-hidden className={cx(styles.chevron)} />
              </AriaButton>
              {accounts.length > 1 && (
                <span className={cx(styles.tools)}>
                  <IconButton
                    label={t('settings.moveUp', { address: account.address })}
                    isDisabled={index === 0}
                    onPress={() => move(index, -1)}
                  >
                    <ArrowUp size={16} aria-hidden />
                  </IconButton>
                  <IconButton
                    label={t('settings.moveDown', { address: account.address })}
                    isDisabled={index === accounts.length - 1}
                    onPress={() => move(index, 1)}
                  >
                    <ArrowDown size={16} aria-hidden />
                  </IconButton>
                </span>
              )}
            </li>
          ))}
        </ul>
        {accounts.length > 1 && <p className={cx(styles.hint)}>{t('settings.accountsText')}</p>}
        <div className={cx(styles.buttons)}>
          <Button onPress={onAddAccount}>{t('settings.addAccount')}</Button>
        </div>
      </Group>
      <Group>
        <div className={cx(styles.row)}>
          <div className={cx(styles.words)}>
            <p>{t('import.title')}</p>
            <p className={cx(styles.hint)}>{t('settings.importText')}</p>
          </div>
          <Button onPress={onImport}>{t('settings.import')}</Button>
        </div>
      </Group>
    </>
  );
}
