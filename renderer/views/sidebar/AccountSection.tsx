/** An account with its lock and its mailboxes. */
import { ChevronRight, FolderPlus, Settings2 } from 'lucide-react';
import type { Dispatch, MouseEvent, RefObject } from 'react';
import { Button } from 'react-aria-components/Button';
import type { AccountDto, MailboxDto } from '../../../app/contract/index.ts';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { LockLine } from '../../components/Lock.tsx';
import type { MenuGroup, MenuPoint } from '../../components/Menu.tsx';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { errorText } from '../../i18n/translate.ts';
import { type DeskAction, type Place, samePlace } from '../desk-state.ts';
import type { ListRow } from '../list/list-row.ts';
import { useMessageActions } from '../message-actions.ts';
import type { Moves } from '../moves.ts';
import { accountMenu, mailboxMenu } from './mailbox-menu.tsx';
import { mailboxTitle } from './mailbox-title.ts';
import { mailboxIcon, orderMailboxes } from './mailboxes.tsx';
import { NavRow } from './NavRow.tsx';
import styles from './Sidebar.module.css';
import { useDrop } from './use-drop.ts';

export interface OpenMenu {
  readonly at: MenuPoint;
  readonly label: string;
  readonly groups: readonly MenuGroup[];
}

interface RowProps {
  readonly place: Place | undefined;
  readonly dispatch: Dispatch<DeskAction>;
  readonly onMove: Moves['moveTo'];
  /** What is being dragged from the list. */
  readonly dragged: RefObject<readonly ListRow[] | undefined>;
  readonly onMenu: (menu: OpenMenu) => void;
}

interface AccountSectionProps extends RowProps {
  readonly account: AccountDto;
  readonly folded: boolean;
  readonly onFold: (folded: boolean) => void;
}

/** Where a context menu opens: at the pointer, or beside the line that the keys are at. */
function pointOf(event: MouseEvent): MenuPoint {
  event.preventDefault();
  if (event.clientX !== 0 || event.clientY !== 0) return { x: event.clientX, y: event.clientY };
  const box = event.currentTarget.getBoundingClientRect();
  return { x: box.x + 24, y: box.y + box.height };
}

export function AccountSection(props: AccountSectionProps) {
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
          <span>
            {
              errorText(t, {
                ...account.problem,
                params: { host: account.lock.host, ...account.problem.params },
              }).what
            }
          </span>
          <ChevronRight size={14} aria-hidden />
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
              onMove={props.onMove}
              dragged={props.dragged}
              onMenu={onMenu}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface MailboxRowProps extends RowProps {
  readonly mailbox: MailboxDto;
}

function MailboxRow({ mailbox, place, dispatch, onMove, dragged, onMenu }: MailboxRowProps) {
  const { t, number } = useWords();
  const { client } = useBackend();
  const actions = useMessageActions();
  const drop = useDrop({ mailbox, dragged, onDrop: onMove });
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
