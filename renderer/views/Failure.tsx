/** An error of the engine in the person's words. */
import type { ReactNode } from 'react';
import type { WireError } from '../../app/contract/index.ts';
import { ErrorNote } from '../components/ErrorNote.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { errorText } from '../i18n/translate.ts';

interface FailureProps {
  readonly error: WireError;
  readonly actions?: ReactNode;
  readonly tone?: 'harm' | 'caution';
}

export function Failure({ error, actions, tone }: FailureProps) {
  const { t } = useWords();
  return (
    <ErrorNote
      text={errorText(t, error)}
      serverSaid={t('error.serverSaid')}
      actions={actions}
      tone={tone ?? 'harm'}
    />
  );
}
