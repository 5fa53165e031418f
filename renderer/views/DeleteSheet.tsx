/** Asks once before a message is deleted for good. */
import type { MessageRow } from '../../app/contract/index.ts';
import { Button } from '../components/Button.tsx';
import { Sheet } from '../components/Sheet.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { plainName } from '../mail/addresses.ts';

interface DeleteSheetProps {
  readonly row: MessageRow;
  readonly onClose: () => void;
  readonly onDelete: () => void;
}

export function DeleteSheet({ row, onClose, onDelete }: DeleteSheetProps) {
  const { t } = useWords();
  return (
    <Sheet
      title={t('delete.title')}
      closeLabel={t('action.close')}
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>{t('delete.keep')}</Button>
          <Button kind="harm" onPress={onDelete}>
            {t('delete.delete')}
          </Button>
        </>
      }
    >
      <p>{t('delete.text', { subject: plainName(row.subject) || t('list.noSubject') })}</p>
    </Sheet>
  );
}
