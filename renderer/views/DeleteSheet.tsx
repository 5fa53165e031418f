/** Asks once before messages are deleted for good. */
import { Button } from '../components/Button.tsx';
import { Sheet } from '../components/Sheet.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { plainName } from '../mail/addresses.ts';
import { countOf, type ListRow } from './list/list-row.ts';

interface DeleteSheetProps {
  readonly rows: readonly ListRow[];
  readonly onClose: () => void;
  readonly onDelete: () => void;
}

export function DeleteSheet({ rows, onClose, onDelete }: DeleteSheetProps) {
  const { t } = useWords();
  const count = rows.reduce((sum, row) => sum + countOf(row), 0);
  const subject = plainName(rows[0]?.subject ?? '') || t('list.noSubject');
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
      <p>{count > 1 ? t('delete.textMany', { count }) : t('delete.text', { subject })}</p>
    </Sheet>
  );
}
