/** What can be done with a mailbox or an account, as the entries of a menu. */
import { CheckCheck, FolderPlus, Pencil, RotateCw, Settings2, Trash2 } from 'lucide-react';
import type { Dispatch } from 'react';
import type { MailboxDto } from '../../../app/contract/index.ts';
import type { MenuGroup } from '../../components/Menu.tsx';
import type { Translate } from '../../i18n/translate.ts';
import type { DeskAction, SheetState } from '../desk-state.ts';

interface MailboxMenuOptions {
  readonly t: Translate;
  readonly dispatch: Dispatch<DeskAction>;
  readonly onRefresh: (mailbox: MailboxDto) => void;
  readonly onMarkSeen: (mailbox: MailboxDto) => void;
}

const size = 15;

export function mailboxMenu(mailbox: MailboxDto, options: MailboxMenuOptions): MenuGroup[] {
  const { t, dispatch, onRefresh, onMarkSeen } = options;
  const { accountId } = mailbox;
  const open = (sheet: SheetState) => () => dispatch({ type: 'sheet', sheet });
  // The server's own mailboxes keep their names and stay.
  const own = mailbox.role === 'none';
  return [
    {
      id: 'mail',
      entries: [
        {
          id: 'seen',
          label: t('mailboxMenu.markSeen'),
          icon: <CheckCheck size={size} aria-hidden />,
          disabled: mailbox.unseen === 0,
          onAction: () => onMarkSeen(mailbox),
        },
        {
          id: 'refresh',
          label: t('list.refresh'),
          icon: <RotateCw size={size} aria-hidden />,
          disabled: !mailbox.selectable,
          onAction: () => onRefresh(mailbox),
        },
      ],
    },
    {
      id: 'make',
      entries: [
        {
          id: 'create',
          label: t('mailboxMenu.createWithin'),
          icon: <FolderPlus size={size} aria-hidden />,
          onAction: open({ kind: 'create-mailbox', accountId, mailbox }),
        },
      ],
    },
    {
      id: 'own',
      entries: own
        ? [
            {
              id: 'rename',
              label: t('mailboxMenu.rename'),
              icon: <Pencil size={size} aria-hidden />,
              onAction: open({ kind: 'rename-mailbox', mailbox }),
            },
            {
              id: 'delete',
              label: t('mailboxMenu.delete'),
              icon: <Trash2 size={size} aria-hidden />,
              harm: true,
              onAction: open({ kind: 'delete-mailbox', mailbox }),
            },
          ]
        : [],
    },
  ];
}

export function accountMenu(
  accountId: string,
  { t, dispatch }: Pick<MailboxMenuOptions, 't' | 'dispatch'>,
  address: string,
): MenuGroup[] {
  const open = (sheet: SheetState) => () => dispatch({ type: 'sheet', sheet });
  return [
    {
      id: 'account',
      entries: [
        {
          id: 'create',
          label: t('mailboxMenu.create'),
          icon: <FolderPlus size={size} aria-hidden />,
          onAction: open({ kind: 'create-mailbox', accountId, mailbox: undefined }),
        },
        {
          id: 'settings',
          label: t('sidebar.accountSettings', { address }),
          icon: <Settings2 size={size} aria-hidden />,
          onAction: open({ kind: 'account', accountId }),
        },
      ],
    },
  ];
}
