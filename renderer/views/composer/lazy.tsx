/** The composer and the address book, loaded when the first screen is done: no letter waits for them. */
import { lazy, Suspense, useEffect } from 'react';
import type { AccountDto, DraftDto } from '../../../app/contract/index.ts';
import { useOpenDrafts } from './use-open-drafts.ts';

const loadDock = () => import('./ComposerDock.tsx');
const Dock = lazy(async () => ({ default: (await loadDock()).ComposerDock }));
const Book = lazy(async () => ({
  default: (await import('../contacts/AddressBook.tsx')).AddressBook,
}));

interface ComposersProps {
  readonly drafts: readonly DraftDto[];
  readonly accounts: readonly AccountDto[];
  /** A letter that was open when the window was last closed. */
  readonly onReopen: (draft: DraftDto) => void;
  readonly onReady: () => void;
  readonly onClose: (draftId: string) => void;
  readonly onOpenLock: (accountId: string) => void;
  readonly onContacts: () => void;
}

export function Composers({ onReopen, ...props }: ComposersProps) {
  useOpenDrafts(props.drafts, onReopen);
  useEffect(() => {
    const idle = window.requestIdleCallback(() => {
      // Without it here, opening a letter asks again and shows the failure.
      loadDock().catch(() => undefined);
    });
    return () => window.cancelIdleCallback(idle);
  }, []);
  if (props.drafts.length === 0) return null;
  return (
    <Suspense fallback={null}>
      <Dock {...props} />
    </Suspense>
  );
}

export function Contacts(props: {
  readonly onClose: () => void;
  readonly onWrite: (to: string) => void;
}) {
  return (
    <Suspense fallback={null}>
      <Book {...props} />
    </Suspense>
  );
}
