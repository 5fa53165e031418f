/** Accounts with their locks, their mailboxes, and what waits on this computer. */
import { BookUser, PenLine, Plus, Settings } from 'lucide-react';
import { type Dispatch, memo, type ReactNode, type RefObject, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { AccountDto, DraftDto, WireError } from '../../../app/contract/index.ts';
import { useKeyHints } from '../../commands/commands.tsx';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { ContextMenu } from '../../components/Menu.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import type { DeskAction, Place } from '../desk-state.ts';
import type { ListRow } from '../list/list-row.ts';
import type { Moves } from '../moves.ts';
import { useSteady } from '../use-steady.ts';
import { AccountSection, type OpenMenu } from './AccountSection.tsx';
import { LocalSection } from './LocalSection.tsx';
import styles from './Sidebar.module.css';
import { ViewSection } from './ViewSection.tsx';

interface ContentProps {
  readonly accounts: readonly AccountDto[];
  readonly place: Place | undefined;
  readonly dispatch: Dispatch<DeskAction>;
  readonly onMove: Moves['moveTo'];
  /** What is being dragged from the list. */
  readonly dragged: RefObject<readonly ListRow[] | undefined>;
  /** Accounts whose mailboxes are folded away. */
  readonly collapsed: readonly string[];
  readonly onCollapse: (accountIds: string[]) => void;
  readonly onCompose: () => void;
  readonly onDraft: (draft: DraftDto) => void;
  readonly onFailure: (error: WireError) => void;
}

interface SidebarProps extends Omit<ContentProps, 'onMove'> {
  readonly moves: Moves;
  /** The line that draws its width, which is part of the landmark. */
  readonly children: ReactNode;
}

export function Sidebar({ moves, children, ...content }: SidebarProps) {
  const { t } = useWords();
  const onMove = useSteady(moves.moveTo);
  const onCollapse = useSteady(content.onCollapse);
  const onCompose = useSteady(content.onCompose);
  const onDraft = useSteady(content.onDraft);
  const onFailure = useSteady(content.onFailure);
  return (
    <nav className={cx(styles.sidebar)} aria-label={t('sidebar.label')}>
      <Content {...content} {...{ onMove, onCollapse, onCompose, onDraft, onFailure }} />
      {children}
    </nav>
  );
}

/** Many buttons, none of which is drawn anew because another message is opened. */
const Content = memo(function Content(props: ContentProps) {
  const { accounts, place, dispatch, collapsed, onCompose, onDraft, onFailure } = props;
  const { t } = useWords();
  const hints = useKeyHints();
  const [menu, setMenu] = useState<OpenMenu>();
  return (
    <>
      <header className={cx(styles.top)}>
        <span className={cx(styles.brand)}>
          <img src={new URL('../../../assets/icons/letterlock.svg', import.meta.url).href} alt="" />
          Letterlock
        </span>
        <IconButton
          label={t('sidebar.compose')}
          shortcut={hints.text('compose')}
          onPress={onCompose}
          className={cx(styles.compose)}
        >
          <PenLine size={16} aria-hidden />
        </IconButton>
      </header>
      <div className={cx(styles.scroll)}>
        <ViewSection unified={accounts.length > 1} place={place} dispatch={dispatch} />
        {accounts.map((account) => (
          <AccountSection
            key={account.accountId}
            account={account}
            place={place}
            dispatch={dispatch}
            onMove={props.onMove}
            dragged={props.dragged}
            folded={collapsed.includes(account.accountId)}
            onFold={(folded) => {
              const others = collapsed.filter((id) => id !== account.accountId);
              props.onCollapse(folded ? [...others, account.accountId] : others);
            }}
            onMenu={setMenu}
          />
        ))}
        <LocalSection place={place} dispatch={dispatch} onDraft={onDraft} onFailure={onFailure} />
      </div>
      <footer className={cx(styles.bottom)}>
        <Button
          className={cx(styles.add)}
          onPress={() => dispatch({ type: 'sheet', sheet: { kind: 'add-account' } })}
        >
          <Plus size={16} aria-hidden />
          <span className={cx(styles.name)}>{t('sidebar.addAccount')}</span>
        </Button>
        <IconButton
          label={t('contacts.open')}
          onPress={() => dispatch({ type: 'sheet', sheet: { kind: 'contacts' } })}
        >
          <BookUser size={16} aria-hidden />
        </IconButton>
        <IconButton
          label={t('sidebar.settings')}
          shortcut={hints.text('settings')}
          onPress={() => dispatch({ type: 'sheet', sheet: { kind: 'settings' } })}
        >
          <Settings size={16} aria-hidden />
        </IconButton>
      </footer>
      {menu !== undefined && <ContextMenu {...menu} onClose={() => setMenu(undefined)} />}
    </>
  );
});
