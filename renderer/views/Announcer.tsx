/** Says new mail to screen readers, and to nobody else. */
import { useState } from 'react';
import type { MessageRow } from '../../app/contract/index.ts';
import { useContractEvent } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { plainName } from '../mail/addresses.ts';

export function Announcer({ describe }: { readonly describe: (row: MessageRow) => string }) {
  const { t } = useWords();
  const [said, setSaid] = useState('');
  useContractEvent('message.arrived', ({ row }) =>
    setSaid(
      t('desk.arrived', {
        sender: describe(row) || t('list.noSender'),
        subject: plainName(row.subject) || t('list.noSubject'),
      }),
    ),
  );
  return (
    <div className="visuallyHidden" role="status" aria-live="polite">
      {said}
    </div>
  );
}
