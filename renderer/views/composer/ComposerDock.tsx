/** The open letters, side by side at the window's lower edge; those without room lie folded. */
import { useEffect, useEffectEvent, useReducer } from 'react';
import type { AccountDto, DraftDto } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { useQuery } from '../../host/hooks.tsx';
import { useWindowWidth } from '../use-window-width.ts';
import { Composer } from './Composer.tsx';
import styles from './ComposerDock.module.css';
import { dockLayout, emptyDock, reduceDock } from './dock-state.ts';

interface ComposerDockProps {
  readonly drafts: readonly DraftDto[];
  readonly accounts: readonly AccountDto[];
  /** The last of them is there and has the keys. */
  readonly onReady: () => void;
  readonly onClose: (draftId: string) => void;
  readonly onOpenLock: (accountId: string) => void;
  readonly onContacts: () => void;
}

/** The dock's own room at both sides. */
const margins = 48;

export function ComposerDock(props: ComposerDockProps) {
  const { drafts, accounts, onClose, onOpenLock, onContacts } = props;
  const [dock, dispatch] = useReducer(reduceDock, emptyDock);
  const width = useWindowWidth();
  const identities = useQuery('identity.list', {});
  const settings = useQuery('settings.get', {});
  const newest = drafts.at(-1);
  const open = useEffectEvent((draftId: string) => {
    if (dock.modes[draftId] !== 'full') dispatch({ type: 'set', draftId, mode: 'open' });
  });
  // The same draft opened again comes as another object: then it unfolds.
  useEffect(() => {
    if (newest !== undefined) open(newest.draftId);
  }, [newest]);
  // A letter begins with its signature: whose it is must be known. A failure holds nobody up.
  const isReady =
    (identities.data ?? identities.error) !== undefined &&
    (settings.data ?? settings.error) !== undefined;
  const ready = useEffectEvent(() => props.onReady());
  // Also when one that is there is opened again: the list is another one then.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the list changes
  useEffect(() => {
    if (isReady) ready();
  }, [drafts, isReady]);
  if (!isReady) return null;
  const modes = dockLayout(
    drafts.map(({ draftId }) => draftId),
    dock,
    width - margins,
  );
  return (
    <div className={cx(styles.dock)}>
      {drafts.map((draft) => {
        const { draftId } = draft;
        return (
          <Composer
            key={draftId}
            draft={draft}
            accounts={accounts}
            identities={identities.data ?? []}
            format={settings.data?.composeFormat ?? 'rich'}
            mode={modes[draftId] ?? 'open'}
            onMode={(mode) => dispatch({ type: 'set', draftId, mode })}
            onUse={() => dispatch({ type: 'use', draftId })}
            onClose={() => onClose(draftId)}
            onOpenLock={onOpenLock}
            onContacts={onContacts}
          />
        );
      })}
    </div>
  );
}
