/**
 * What can be done with the message that is open. Going from message to message draws none of its
 * buttons anew: they are told apart by what stands on them, and do what they do to the latest row.
 */
import {
  Archive,
  Ban,
  ChevronLeft,
  FolderInput,
  Forward,
  Mail,
  MailOpen,
  Pencil,
  Reply,
  ReplyAll,
  Star,
  Trash2,
} from 'lucide-react';
import { type Dispatch, memo } from 'react';
import type { MailboxRole, MessageRow } from '../../../app/contract/index.ts';
import { useKeyHints } from '../../commands/commands.tsx';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import type { DeskAction } from '../desk-state.ts';
import { useMessageActions } from '../message-actions.ts';
import type { Moves } from '../moves.ts';
import type { ReplyKind } from '../use-letters.ts';
import { useSteady } from '../use-steady.ts';
import styles from './Reader.module.css';

interface ReaderBarProps {
  readonly row: MessageRow;
  /** As the person sees it: the message's text may know better than its row. */
  readonly seen: boolean;
  readonly flagged: boolean;
  readonly role: MailboxRole | undefined;
  readonly dispatch: Dispatch<DeskAction>;
  readonly moves: Moves;
  readonly onReply: (row: MessageRow, kind: ReplyKind) => void;
  /** Goes on with a draft. */
  readonly onEdit: (row: MessageRow) => void;
}

const IconPress = memo(IconButton);
const icon = { size: 17, 'aria-hidden': true } as const;
const icons = {
  back: <ChevronLeft size={20} aria-hidden />,
  reply: <Reply {...icon} />,
  replyAll: <ReplyAll {...icon} />,
  forward: <Forward {...icon} />,
  archive: <Archive {...icon} />,
  remove: <Trash2 {...icon} />,
  junk: <Ban {...icon} />,
  move: <FolderInput {...icon} />,
  unread: <Mail {...icon} />,
  read: <MailOpen {...icon} />,
  star: <Star {...icon} fill="none" />,
  starred: <Star {...icon} fill="currentColor" />,
} as const;

export function ReaderBar(props: ReaderBarProps) {
  const { row, seen, flagged, role, dispatch, moves, onReply, onEdit } = props;
  const { t } = useWords();
  const hints = useKeyHints();
  const actions = useMessageActions();
  const press = {
    back: useSteady(() => dispatch({ type: 'pane', pane: 'list' })),
    reply: useSteady(() => onReply(row, 'reply')),
    replyAll: useSteady(() => onReply(row, 'reply-all')),
    forward: useSteady(() => onReply(row, 'forward')),
    archive: useSteady(() => moves.archive(row)),
    remove: useSteady(() => moves.remove(row)),
    junk: useSteady(() => moves.junk(row)),
    move: useSteady(() => moves.chooseMailbox(row)),
    seen: useSteady(() => actions.setFlags({ ...row, seen }, { seen: !seen })),
    flagged: useSteady(() => actions.setFlags(row, { flagged: !flagged })),
  };
  return (
    <header className={cx(styles.bar)}>
      <IconPress label={t('reader.back')} className={cx(styles.back)} onPress={press.back}>
        {icons.back}
      </IconPress>
      {role === 'drafts' ? (
        <Button kind="plain" onPress={() => onEdit(row)}>
          <Pencil size={16} aria-hidden />
          {t('reader.edit')}
        </Button>
      ) : (
        <>
          <IconPress label={t('reader.reply')} shortcut={hints.text('reply')} onPress={press.reply}>
            {icons.reply}
          </IconPress>
          <IconPress
            label={t('reader.replyAll')}
            shortcut={hints.text('replyAll')}
            onPress={press.replyAll}
          >
            {icons.replyAll}
          </IconPress>
          <IconPress
            label={t('reader.forward')}
            shortcut={hints.text('forward')}
            onPress={press.forward}
          >
            {icons.forward}
          </IconPress>
        </>
      )}
      <span className={cx(styles.spacer)} />
      {role !== 'archive' && (
        <IconPress
          label={t('reader.archive')}
          shortcut={hints.text('archive')}
          onPress={press.archive}
        >
          {icons.archive}
        </IconPress>
      )}
      <IconPress label={t('reader.delete')} shortcut={hints.text('delete')} onPress={press.remove}>
        {icons.remove}
      </IconPress>
      <IconPress
        label={t(role === 'junk' ? 'reader.notJunk' : 'reader.junk')}
        shortcut={hints.text('junk')}
        onPress={press.junk}
      >
        {icons.junk}
      </IconPress>
      <IconPress label={t('reader.move')} shortcut={hints.text('move')} onPress={press.move}>
        {icons.move}
      </IconPress>
      <span className={cx(styles.gap)} />
      <IconPress
        label={seen ? t('reader.markUnread') : t('reader.markRead')}
        shortcut={hints.text(seen ? 'markUnread' : 'markRead')}
        onPress={press.seen}
      >
        {seen ? icons.unread : icons.read}
      </IconPress>
      <IconPress
        label={flagged ? t('reader.unflag') : t('reader.flag')}
        shortcut={hints.text('star')}
        active={flagged}
        onPress={press.flagged}
      >
        {flagged ? icons.starred : icons.star}
      </IconPress>
    </header>
  );
}
