/** A change that the server refused: what it was, that it is taken back, and the server's words. */
import type { EventPayload } from '../../app/contract/index.ts';
import { Button } from '../components/Button.tsx';
import { ErrorNote } from '../components/ErrorNote.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { errorText } from '../i18n/translate.ts';

export type Refused = EventPayload<'task.refused'>;

interface TaskRefusalProps {
  readonly refused: Refused;
  readonly onClose: () => void;
}

export function TaskRefusal({ refused, onClose }: TaskRefusalProps) {
  const { t } = useWords();
  const { kind, count, error } = refused;
  return (
    <ErrorNote
      text={{
        ...errorText(t, error),
        what: t(`refused.${kind}.what`, { count }),
        means: t(`refused.${kind}.means`, { count }),
      }}
      serverSaid={t('error.serverSaid')}
      actions={<Button onPress={onClose}>{t('action.close')}</Button>}
      tone="caution"
    />
  );
}
