/** What can be done with rows, as the entries of a menu. */
import {
  Archive,
  Ban,
  FolderInput,
  Forward,
  Mail,
  MailOpen,
  Reply,
  ReplyAll,
  Star,
  StarOff,
  Trash2,
} from 'lucide-react';
import type { MessageRow } from '../../../app/contract/index.ts';
import type { KeyHints } from '../../commands/commands.tsx';
import type { MenuGroup } from '../../components/Menu.tsx';
import type { Translate } from '../../i18n/translate.ts';
import type { MessageActions } from '../message-actions.ts';
import { type Moves, ofOneAccount } from '../moves.ts';
import type { ReplyKind } from '../use-letters.ts';
import { type ListRow, unseenOf } from './list-row.ts';

interface RowMenuOptions {
  readonly t: Translate;
  readonly hints: KeyHints;
  readonly moves: Moves;
  readonly actions: MessageActions;
  readonly archives: boolean;
  readonly onReply: (row: MessageRow, kind: ReplyKind) => void;
}

const size = 15;

export function rowMenu(rows: readonly ListRow[], options: RowMenuOptions): MenuGroup[] {
  const { t, hints, moves, actions, archives, onReply } = options;
  const [row] = rows;
  if (row === undefined) return [];
  const unread = rows.some((one) => unseenOf(one) > 0);
  const unflagged = rows.some((one) => !one.flagged);
  const junk = moves.roleOf(row) === 'junk';
  const reply = (kind: ReplyKind) => () => onReply(row, kind);
  const answers = [
    {
      id: 'reply',
      label: t('reader.reply'),
      icon: <Reply size={size} aria-hidden />,
      caps: hints.caps('reply'),
      onAction: reply('reply'),
    },
    {
      id: 'reply-all',
      label: t('reader.replyAll'),
      icon: <ReplyAll size={size} aria-hidden />,
      caps: hints.caps('replyAll'),
      onAction: reply('reply-all'),
    },
    {
      id: 'forward',
      label: t('reader.forward'),
      icon: <Forward size={size} aria-hidden />,
      caps: hints.caps('forward'),
      onAction: reply('forward'),
    },
  ];
  const archive = {
    id: 'archive',
    label: t('reader.archive'),
    icon: <Archive size={size} aria-hidden />,
    caps: hints.caps('archive'),
    onAction: () => moves.archive(rows),
  };
  return [
    { id: 'answer', entries: rows.length === 1 ? answers : [] },
    {
      id: 'marks',
      entries: [
        {
          id: 'read',
          label: t(unread ? 'reader.markRead' : 'reader.markUnread'),
          icon: unread ? <MailOpen size={size} aria-hidden /> : <Mail size={size} aria-hidden />,
          caps: hints.caps(unread ? 'markRead' : 'markUnread'),
          onAction: () => actions.setSeen(rows, unread),
        },
        {
          id: 'flag',
          label: t(unflagged ? 'reader.flag' : 'reader.unflag'),
          icon: unflagged ? <Star size={size} aria-hidden /> : <StarOff size={size} aria-hidden />,
          caps: hints.caps('star'),
          onAction: () => actions.setFlagged(rows, unflagged),
        },
      ],
    },
    {
      id: 'moves',
      entries: [
        ...(archives ? [archive] : []),
        {
          id: 'move',
          label: t('list.moveTo'),
          icon: <FolderInput size={size} aria-hidden />,
          caps: hints.caps('move'),
          disabled: !ofOneAccount(rows),
          onAction: () => moves.chooseMailbox(rows),
        },
        {
          id: 'junk',
          label: t(junk ? 'reader.notJunk' : 'reader.junk'),
          icon: <Ban size={size} aria-hidden />,
          caps: hints.caps('junk'),
          onAction: () => moves.junk(rows),
        },
        {
          id: 'delete',
          label: t('reader.delete'),
          icon: <Trash2 size={size} aria-hidden />,
          caps: hints.caps('delete'),
          onAction: () => moves.remove(rows),
        },
      ],
    },
  ];
}
