/** Says to screen readers, and to nobody else, what changed where they are not looking. */
import { createContext, type ReactNode, useContext, useState } from 'react';
import type { MessageRow } from '../../app/contract/index.ts';
import { useContractEvent } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { plainName } from '../mail/addresses.ts';

type Say = (words: string) => void;

const SayContext = createContext<Say>(() => undefined);

/** Says something once the screen reader has nothing else to say. */
export function useSay(): Say {
  return useContext(SayContext);
}

/** Holds the one polite region; it stays while sheets hide the rest of the window. */
export function SayProvider({ children }: { readonly children: ReactNode }) {
  const [said, setSaid] = useState('');
  const [say] = useState<Say>(
    // The same words again are only heard when the text differs.
    () => (words: string) => setSaid((before) => (before === words ? `${words}\u00a0` : words)),
  );
  return (
    <SayContext value={say}>
      {children}
      <div className="visuallyHidden" role="status" aria-live="polite" data-live-announcer="true">
        {said}
      </div>
    </SayContext>
  );
}

/** Says new mail. */
export function Announcer({ describe }: { readonly describe: (row: MessageRow) => string }) {
  const { t } = useWords();
  const say = useSay();
  useContractEvent('message.arrived', ({ row }) =>
    say(
      t('desk.arrived', {
        sender: describe(row) || t('list.noSender'),
        subject: plainName(row.subject) || t('list.noSubject'),
      }),
    ),
  );
  return null;
}
