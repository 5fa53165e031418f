/** One message: its people, its text, its files. Opens at once from the row; the body follows. */
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
import { type Dispatch, useEffect } from 'react';
import type { MessageRow } from '../../../app/contract/index.ts';
import { useCommands, useKeyHints } from '../../commands/commands.tsx';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { plainName } from '../../mail/addresses.ts';
import { focusArea, focusedArea } from '../areas.ts';
import { type DeskAction, refKey } from '../desk-state.ts';
import { useMessageActions } from '../message-actions.ts';
import type { Moves } from '../moves.ts';
import type { ReplyKind } from '../use-letters.ts';
import { useRested } from '../use-rested.ts';
import { MessageView } from './MessageView.tsx';
import styles from './Reader.module.css';
import { Thread } from './Thread.tsx';
import { movedTo, threadParts } from './thread-parts.ts';
import { useMarkSeen } from './use-mark-seen.ts';

interface ReaderProps {
  readonly row: MessageRow | undefined;
  /** There is nothing to choose from: the empty pane says nothing. */
  readonly quiet: boolean;
  readonly dispatch: Dispatch<DeskAction>;
  readonly moves: Moves;
  readonly onReply: (row: MessageRow, kind: ReplyKind) => void;
  /** Goes on with a draft. */
  readonly onEdit: (row: MessageRow) => void;
  readonly onMailto: (url: string) => void;
}

/** A key held down runs through the list, faster than this: only where it rests is opened. */
const restMs = 100;

const alone = { earlier: [], later: [] };

export function Reader(props: ReaderProps) {
  const { row, quiet, dispatch, moves, onReply, onEdit, onMailto } = props;
  const { t } = useWords();
  const actions = useMessageActions();
  const key = row === undefined ? undefined : refKey(row.ref);
  const rested = useRested(key, restMs) === key ? row : undefined;
  const body = useQuery('message.open', rested === undefined ? undefined : { ref: rested.ref });

  const threadId = rested?.threadId;
  const thread = useQuery(
    'conversation.open',
    rested === undefined || threadId === undefined
      ? undefined
      : { accountId: rested.ref.accountId, threadId },
  ).data;
  const parts = row === undefined ? alone : (threadParts(thread?.rows ?? [], row) ?? alone);

  const isGone = body.error?.code === 'message.not-found';
  useEffect(() => {
    if (!isGone || rested === undefined || thread === undefined) return;
    const there = movedTo(thread.rows, rested);
    if (there !== undefined)
      dispatch({ type: 'renamed', from: rested, row: { ...rested, ...there } });
  }, [isGone, rested, thread, dispatch]);

  useMarkSeen(body.data === undefined ? undefined : rested);

  function reply(kind: ReplyKind): void {
    if (row !== undefined) onReply(row, kind);
  }
  const hints = useKeyHints();
  const role = row === undefined ? undefined : moves.roleOf(row);
  const isDraft = role === 'drafts';
  const onOpen = (run: () => void) => (row === undefined ? undefined : run);
  const onReceived = (run: () => void) => (isDraft ? undefined : onOpen(run));
  useCommands({
    reply: onReceived(() => reply('reply')),
    replyAll: onReceived(() => reply('reply-all')),
    forward: onReceived(() => reply('forward')),
    // First out of the message, then away from it.
    back: onOpen(() => {
      dispatch(focusedArea() === 'reader' ? { type: 'pane', pane: 'list' } : { type: 'deselect' });
      focusArea('list');
    }),
  });

  if (row === undefined) {
    return (
      <section className={cx(styles.pane)} aria-label={t('reader.label')}>
        {!quiet && (
          <EmptyState
            icon={<Mail size={40} strokeWidth={1.2} aria-hidden />}
            title={t('reader.empty.title')}
            text={t('reader.empty.text', { key: hints.text('compose') ?? '' })}
          />
        )}
      </section>
    );
  }
  const seen = body.data?.seen ?? row.seen;
  const flagged = body.data?.flagged ?? row.flagged;
  return (
    <section className={cx(styles.pane)} aria-label={t('reader.label')}>
      <header className={cx(styles.bar)}>
        <IconButton
          label={t('reader.back')}
          className={cx(styles.back)}
          onPress={() => dispatch({ type: 'pane', pane: 'list' })}
        >
          <ChevronLeft size={20} aria-hidden />
        </IconButton>
        {isDraft ? (
          <Button kind="plain" onPress={() => onEdit(row)}>
            <Pencil size={16} aria-hidden />
            {t('reader.edit')}
          </Button>
        ) : (
          <>
            <IconButton
              label={t('reader.reply')}
              shortcut={hints.text('reply')}
              onPress={() => reply('reply')}
            >
              <Reply size={17} aria-hidden />
            </IconButton>
            <IconButton
              label={t('reader.replyAll')}
              shortcut={hints.text('replyAll')}
              onPress={() => reply('reply-all')}
            >
              <ReplyAll size={17} aria-hidden />
            </IconButton>
            <IconButton
              label={t('reader.forward')}
              shortcut={hints.text('forward')}
              onPress={() => reply('forward')}
            >
              <Forward size={17} aria-hidden />
            </IconButton>
          </>
        )}
        <span className={cx(styles.spacer)} />
        {role !== 'archive' && (
          <IconButton
            label={t('reader.archive')}
            shortcut={hints.text('archive')}
            onPress={() => moves.archive(row)}
          >
            <Archive size={17} aria-hidden />
          </IconButton>
        )}
        <IconButton
          label={t('reader.delete')}
          shortcut={hints.text('delete')}
          onPress={() => moves.remove(row)}
        >
          <Trash2 size={17} aria-hidden />
        </IconButton>
        <IconButton
          label={t(role === 'junk' ? 'reader.notJunk' : 'reader.junk')}
          shortcut={hints.text('junk')}
          onPress={() => moves.junk(row)}
        >
          <Ban size={17} aria-hidden />
        </IconButton>
        <IconButton
          label={t('reader.move')}
          shortcut={hints.text('move')}
          onPress={() => moves.chooseMailbox(row)}
        >
          <FolderInput size={17} aria-hidden />
        </IconButton>
        <span className={cx(styles.gap)} />
        <IconButton
          label={seen ? t('reader.markUnread') : t('reader.markRead')}
          shortcut={hints.text(seen ? 'markUnread' : 'markRead')}
          onPress={() => actions.setFlags({ ...row, seen }, { seen: !seen })}
        >
          {seen ? <Mail size={17} aria-hidden /> : <MailOpen size={17} aria-hidden />}
        </IconButton>
        <IconButton
          label={flagged ? t('reader.unflag') : t('reader.flag')}
          shortcut={hints.text('star')}
          active={flagged}
          onPress={() => actions.setFlags(row, { flagged: !flagged })}
        >
          <Star size={17} aria-hidden fill={flagged ? 'currentColor' : 'none'} />
        </IconButton>
      </header>
      <article
        className={cx(styles.scroll)}
        key={refKey(row.ref)}
        aria-label={plainName(row.subject) || t('list.noSubject')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller is scrolled by keys
        tabIndex={0}
        data-landing
      >
        <div className={cx(styles.letter)}>
          <h1 className={cx(styles.subject)} dir="auto">
            {plainName(row.subject) || t('list.noSubject')}
          </h1>
          <Thread
            parts={parts}
            open={{ row, body: body.data, error: body.error }}
            renderMessage={(message) => <MessageView {...message} onMailto={onMailto} />}
          />
        </div>
      </article>
    </section>
  );
}
