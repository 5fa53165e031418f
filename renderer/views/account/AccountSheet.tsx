/** Settings of one account in a sheet of their own, as the sidebar opens them. */
import type { AccountDto } from '../../../app/contract/index.ts';
import { Sheet } from '../../components/Sheet.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { AccountDetails } from './AccountDetails.tsx';

interface AccountSheetProps {
  readonly account: AccountDto;
  readonly onClose: () => void;
  readonly onOpenLock: () => void;
}

export function AccountSheet({ account, onClose, onOpenLock }: AccountSheetProps) {
  const { t } = useWords();
  return (
    <Sheet title={account.address} closeLabel={t('action.close')} onClose={onClose}>
      <AccountDetails account={account} onRemoved={onClose} onOpenLock={onOpenLock} />
    </Sheet>
  );
}
