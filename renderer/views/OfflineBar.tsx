/** Across the window while no server can be reached: what waits, and trying again. */
import { CloudOff } from 'lucide-react';
import type { AccountDto } from '../../app/contract/index.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { useBackend } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';

export function OfflineBar({ accounts }: { readonly accounts: readonly AccountDto[] }) {
  const { t } = useWords();
  const { client } = useBackend();
  if (!accounts.every((account) => account.lock.state === 'offline')) return null;
  const waiting = accounts.reduce((sum, account) => sum + account.lock.waiting, 0);
  function retry(): void {
    // What comes of it shows in the locks.
    for (const { accountId } of accounts) {
      client.call('account.retry', { accountId }).catch(() => undefined);
    }
  }
  return (
    <Banner
      live
      icon={<CloudOff size={16} aria-hidden />}
      actions={
        <Button kind="plain" onPress={retry}>
          {t('action.tryAgain')}
        </Button>
      }
    >
      {t('desk.offline', { waiting })}
    </Banner>
  );
}
