/** All keys at a glance. */
import { Sheet } from '../../components/Sheet.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { ShortcutList } from './ShortcutList.tsx';

export default function ShortcutsSheet({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords();
  return (
    <Sheet title={t('command.shortcuts')} closeLabel={t('action.close')} onClose={onClose} wide>
      <ShortcutList />
    </Sheet>
  );
}
