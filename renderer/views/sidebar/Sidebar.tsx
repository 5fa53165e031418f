/** Accounts with their locks, their mailboxes, and what waits on this computer. */
import {
  BookUser,
  ChevronRight,
  ClockArrowUp,
  FileText,
  FolderPlus,
  Inbox,
  MailOpen,
  PenLine,
  Plus,
  Settings,
  Settings2,
  Star,
} from 'lucide-react';
import { type Dispatch, type MouseEvent, type ReactNode, type RefObject, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { AccountDto, DraftDto, MailboxDto, WireError } from '../../../app/contract/index.ts';
import { useKeyHints } from '../../commands/commands.tsx';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { LockLine } from '../../components/Lock.tsx';
import { ContextMenu, type MenuGroup, type MenuPoint } from '../../components/Menu.tsx';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { errorText } from '../../i18n/translate.ts';
import { type DeskAction, type Place, samePlace } from '../desk-state.ts';
import type { ListRow } from '../list/list-row.ts';
import { HeldLine, isHeld } from '../local/HeldLine.tsx';
import { useMessageActions } from '../message-actions.ts';
import type { Moves } from '../moves.ts';
import { accountMenu, mailboxMenu } from './mailbox-menu.tsx';
import { mailboxTitle } from './mailbox-title.ts';
import { mailboxIcon, orderMailboxes } from './mailboxes.tsx';
import { NavRow } from './NavRow.tsx';
import styles from './Sidebar.module.css';
import { useDrop } from './use-drop.ts';

interface SidebarProps {
  readonly accounts: readonly AccountDto[];
  readonly place: Place | undefined;
  readonly dispatch: Dispatch<DeskAction>;
  readonly moves: Moves;
  /** What is being dragged from the list. */
  readonly dragged: RefObject<readonly ListRow[] | undefined>;
  /** Accounts whose mailboxes are folded away. */
  readonly collapsed: readonly string[];
  readonly onCollapse: (accountIds: string[]) => void;
  readonly onCompose: () => void;
  readonly onDraft: (draft: DraftDto) => void;
  readonly onFailure: (error: WireError) => void;
}

interface OpenMenu {
  readonly at: MenuPoint;
  readonly label: string;
  readonly groups: readonly MenuGroup[];
}

export function Sidebar(props: SidebarProps) {
  const { accounts, place, dispatch, collapsed, onCompose, onDraft, onFailure } = props;
  const { t } = useWords();
  const hints = useKeyHints();
  const [menu, setMenu] = useState<OpenMenu>();
  return (
    <nav className={cx(styles.sidebar)} aria-label={t('sidebar.label')}>
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
            moves={props.moves}
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
    </nav>
  );
}

interface ViewSectionProps {
  /** Several accounts: their inboxes can be seen as one. */
  readonly unified: boolean;
  readonly place: Place | undefined;
  readonly dispatch: Dispatch<DeskAction>;
}

type View = Extract<Place, { kind: 'view' }>['view'];

function ViewSection({ unified, place, dispatch }: ViewSectionProps) {
  const { t, number } = useWords();
  const counts = useQuery('view.counts', {}).data;
  const line = (view: View, label: string, icon: ReactNode, count = 0, countLabel?: string) => {
    const target: Place = { kind: 'view', view };
    return (
      <li>
        <NavRow
          icon={icon}
          label={label}
          count={count > 0 ? number(count) : undefined}
          {...(countLabel === undefined ? {} : { countLabel })}
          strong={view.kind === 'unified' && count > 0}
          current={samePlace(place, target)}
          onPress={() => dispatch({ type: 'go', place: target })}
        />
      </li>
    );
  };
  const unseen = counts?.inbox.unseen ?? 0;
  return (
    <section className={cx(styles.account)} aria-label={t('view.label')}>
      <ul>
        {unified &&
          line(
            { kind: 'unified', role: 'inbox' },
            t('view.inboxes'),
            <Inbox size={16} strokeWidth={1.8} aria-hidden />,
            unseen,
            t('sidebar.unread', { count: unseen }),
          )}
        {line(
          { kind: 'unread' },
          t('view.unread'),
          <MailOpen size={16} strokeWidth={1.8} aria-hidden />,
          counts?.unread,
        )}
        {line(
          { kind: 'starred' },
          t('view.starred'),
          <Star size={16} strokeWidth={1.8} aria-hidden />,
          counts?.starred,
        )}
      </ul>
    </section>
  );
}

interface AccountSectionProps
  extends Pick<SidebarProps, 'place' | 'dispatch' | 'moves' | 'dragged'> {
  readonly account: AccountDto;
  readonly folded: boolean;
  readonly onFold: (folded: boolean) => void;
  readonly onMenu: (menu: OpenMenu) => void;
}

/** Where a context menu opens: at the pointer, or beside the line that the keys are at. */
function pointOf(event: MouseEvent): MenuPoint {
  event.preventDefault();
  if (event.clientX !== 0 || event.clientY !== 0) return { x: event.clientX, y: event.clientY };
  const box = event.currentTarget.getBoundingClientRect();
  return { x: box.x + 24, y: box.y + box.height };
}

function AccountSection(props: AccountSectionProps) {
  const { account, place, dispatch, folded, onMenu } = props;
  const { t, number } = useWords();
  const { accountId, address } = account;
  const mailboxes = useQuery('mailbox.list', { accountId });
  const inbox = mailboxes.data?.find(({ role }) => role === 'inbox');
  return (
    <section className={cx(styles.account)} aria-label={account.address}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the menu's entries stand in buttons too */}
      <div
        className={cx(styles.heading)}
        onContextMenu={(event) =>
          onMenu({
            at: pointOf(event),
            label: address,
            groups: accountMenu(accountId, { t, dispatch }, address),
          })
        }
      >
        <h2 className={cx(styles.address)}>
          <Button
            className={cx(styles.fold)}
            aria-expanded={!folded}
            onPress={() => props.onFold(!folded)}
          >
            <ChevronRight size={14} aria-hidden className={cx(styles.chevron)} />
            <span className={cx(styles.name)} title={address} dir="ltr">
              {address}
            </span>
          </Button>
        </h2>
        {folded && inbox !== undefined && inbox.unseen > 0 && (
          <span className={cx(styles.count)}>
            <span aria-hidden="true">{number(inbox.unseen)}</span>
            <span className="visuallyHidden">{t('sidebar.unread', { count: inbox.unseen })}</span>
          </span>
        )}
        <IconButton
          label={t('mailboxMenu.create')}
          onPress={() =>
            dispatch({
              type: 'sheet',
              sheet: { kind: 'create-mailbox', accountId, mailbox: undefined },
            })
          }
          className={cx(styles.gear)}
        >
          <FolderPlus size={16} aria-hidden />
        </IconButton>
        <IconButton
          label={t('sidebar.accountSettings', { address: account.address })}
          onPress={() => dispatch({ type: 'sheet', sheet: { kind: 'account', accountId } })}
          className={cx(styles.gear)}
        >
          <Settings2 size={16} aria-hidden />
        </IconButton>
      </div>
      <div className={cx(styles.lock)}>
        <LockLine
          lock={account.lock}
          t={t}
          onOpen={() => dispatch({ type: 'sheet', sheet: { kind: 'lock', accountId } })}
        />
      </div>
      {account.problem !== undefined && (
        <Button
          className={cx(styles.problem)}
          onPress={() => dispatch({ type: 'sheet', sheet: { kind: 'account', accountId } })}
        >
          {
            errorText(t, {
              ...account.problem,
              params: { host: account.lock.host, ...account.problem.params },
            }).what
          }
        </Button>
      )}
      {!folded && (
        <ul>
          {orderMailboxes(mailboxes.data ?? []).map((mailbox) => (
            <MailboxRow
              key={mailbox.mailboxId}
              mailbox={mailbox}
              place={place}
              dispatch={dispatch}
              moves={props.moves}
              dragged={props.dragged}
              onMenu={onMenu}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface MailboxRowProps extends Pick<SidebarProps, 'place' | 'dispatch' | 'moves' | 'dragged'> {
  readonly mailbox: MailboxDto;
  readonly onMenu: (menu: OpenMenu) => void;
}

function MailboxRow({ mailbox, place, dispatch, moves, dragged, onMenu }: MailboxRowProps) {
  const { t, number } = useWords();
  const { client } = useBackend();
  const actions = useMessageActions();
  const drop = useDrop({ mailbox, dragged, onDrop: moves.moveTo });
  const title = mailboxTitle(t, mailbox);
  const groups = () =>
    mailboxMenu(mailbox, {
      t,
      dispatch,
      // A failure shows in the account's lock and problem line.
      onRefresh: ({ mailboxId }) =>
        void client.call('mailbox.sync', { mailboxId }).catch(() => undefined),
      onMarkSeen: actions.setMailboxSeen,
    });
  const target: Place = {
    kind: 'mailbox',
    accountId: mailbox.accountId,
    mailboxId: mailbox.mailboxId,
  };
  // Unread in Junk and Trash is nobody's errand.
  const counts = mailbox.unseen > 0 && !['junk', 'trash', 'sent'].includes(mailbox.role);
  return (
    <li
      {...drop.handlers}
      onContextMenu={(event) => onMenu({ at: pointOf(event), label: title, groups: groups() })}
    >
      <NavRow
        icon={mailboxIcon(mailbox.role)}
        label={title}
        dropping={drop.over}
        count={counts ? number(mailbox.unseen) : undefined}
        countLabel={t('sidebar.unread', { count: mailbox.unseen })}
        strong={counts && mailbox.role === 'inbox'}
        depth={mailbox.role === 'none' ? mailbox.depth : 0}
        disabled={!mailbox.selectable}
        current={samePlace(place, target)}
        onPress={() => dispatch({ type: 'go', place: target })}
      />
    </li>
  );
}

type LocalSectionProps = Pick<SidebarProps, 'place' | 'dispatch' | 'onDraft' | 'onFailure'>;

function LocalSection({ place, dispatch, onDraft, onFailure }: LocalSectionProps) {
  const { t, number } = useWords();
  const drafts = useQuery('draft.list', {}).data ?? [];
  const outbox = useQuery('outbox.list', {}).data ?? [];
  const open = outbox.filter((item) => item.state !== 'sent');
  const showsDrafts = drafts.length > 0 || place?.kind === 'drafts';
  const showsOutbox = outbox.length > 0 || place?.kind === 'outbox';
  if (!showsDrafts && !showsOutbox) return null;
  const troubled = open.some((item) => item.state === 'refused' || item.state === 'unknown');
  return (
    <section className={cx(styles.account)} aria-label={t('sidebar.onThisComputer')}>
      <h2 className={cx(styles.group)}>{t('sidebar.onThisComputer')}</h2>
      <ul>
        {showsDrafts && (
          <li>
            <NavRow
              icon={<FileText size={16} aria-hidden />}
              label={t('mailbox.localDrafts')}
              count={drafts.length > 0 ? number(drafts.length) : undefined}
              current={place?.kind === 'drafts'}
              onPress={() => dispatch({ type: 'go', place: { kind: 'drafts' } })}
            />
          </li>
        )}
        {showsOutbox && (
          <li>
            <NavRow
              icon={<ClockArrowUp size={16} aria-hidden />}
              label={t('mailbox.outbox')}
              count={open.length > 0 ? number(open.length) : undefined}
              alarming={troubled}
              current={place?.kind === 'outbox'}
              onPress={() => dispatch({ type: 'go', place: { kind: 'outbox' } })}
            />
            {place?.kind !== 'outbox' &&
              open.filter(isHeld).map((item) => (
                <div key={item.outboxId} className={cx(styles.held)}>
                  <HeldLine item={item} onDraft={onDraft} onFailure={onFailure} />
                </div>
              ))}
          </li>
        )}
      </ul>
    </section>
  );
}
