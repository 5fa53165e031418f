/** The messages of one mailbox, newest first, virtualised; one tab stop, moved through by keys. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { MailOpen, Menu, RotateCw } from 'lucide-react';
import {
  type Dispatch,
  type KeyboardEvent,
  useEffect,
  useEffectEvent,
  useId,
  useLayoutEffect,
  useRef,
} from 'react';
import type { MailboxDto, MessageRow, Settings } from '../../../app/contract/index.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { type DeskAction, refKey, type Selection } from '../desk-state.ts';
import { Failure } from '../Failure.tsx';
import { useMessageActions } from '../message-actions.ts';
import { useShortcuts } from '../shortcuts.ts';
import { mailboxTitle } from '../sidebar/mailboxes.tsx';
import { targetOf } from './list-keys.ts';
import styles from './MessageList.module.css';
import { MessageRowView, PlaceholderRow } from './MessageRowView.tsx';
import { useMessageWindows } from './message-windows.ts';
import { SyncLine } from './SyncLine.tsx';

const rowHeights: Readonly<Record<Settings['density'], number>> = { comfortable: 58, compact: 36 };

interface MessageListProps {
  readonly mailbox: MailboxDto;
  readonly density: Settings['density'];
  readonly selection: Selection | undefined;
  readonly dispatch: Dispatch<DeskAction>;
  /** Goes on with a message of Drafts. */
  readonly onEdit: (row: MessageRow) => void;
}

export function MessageList({ mailbox, density, selection, dispatch, onEdit }: MessageListProps) {
  const words = useWords();
  const { t } = words;
  const { client, cache } = useBackend();
  const actions = useMessageActions();
  const listId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = rowHeights[density];
  const countBefore = useRef<number | undefined>(undefined);

  const known = cache.peek('message.list', {
    mailboxId: mailbox.mailboxId,
    offset: 0,
    limit: 100,
  }).data?.total;
  const virtual = useVirtualizer({
    count: known ?? mailbox.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
  });
  const items = virtual.getVirtualItems();
  const windows = useMessageWindows(
    mailbox.mailboxId,
    items[0]?.index ?? 0,
    items.at(-1)?.index ?? 0,
  );
  // Nothing came and nothing will: no rows are drawn as if they were on their way.
  const failed = windows.error !== undefined && windows.total === undefined;
  const total = failed ? 0 : (windows.total ?? mailbox.total);
  const selectedIndex = locate(selection, windows.rowAt);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the row height decides all offsets
  useLayoutEffect(() => virtual.measure(), [rowHeight]);

  // New mail comes in on top: someone who reads further down stays where they are.
  useLayoutEffect(() => {
    const before = countBefore.current;
    countBefore.current = windows.total;
    const element = scroller.current;
    if (before === undefined || windows.total === undefined || element === null) return;
    const grown = windows.total - before;
    if (grown > 0 && element.scrollTop > rowHeight) element.scrollTop += grown * rowHeight;
  }, [windows.total, rowHeight]);

  const resolve = useEffectEvent(() => {
    if (selection === undefined || selection.row !== undefined) return;
    const row = windows.rowAt(selection.index);
    if (row !== undefined) dispatch({ type: 'select', index: selection.index, row });
  });
  useEffect(() => resolve());

  function select(index: number, open = false): void {
    const target = Math.max(0, Math.min(total - 1, index));
    if (total === 0) return;
    dispatch({ type: 'select', index: target, row: windows.rowAt(target) });
    virtual.scrollToIndex(target);
    if (open) dispatch({ type: 'pane', pane: 'reader' });
  }

  const at = selectedIndex ?? -1;
  const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 600) / rowHeight) - 1);
  const current: MessageRow | undefined = at >= 0 ? windows.rowAt(at) : undefined;
  useShortcuts({
    j: () => select(at + 1),
    k: () => select(at < 0 ? 0 : at - 1),
    u: () => {
      if (current !== undefined) actions.setFlags(current.ref, { seen: !current.seen });
    },
    s: () => {
      if (current !== undefined) actions.setFlags(current.ref, { flagged: !current.flagged });
    },
  });
  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = targetOf(event.key, { at, last: total - 1, pageRows });
    if (target === undefined) return;
    event.preventDefault();
    if (event.key === 'Enter' && edits && current !== undefined) onEdit(current);
    else select(target, event.key === 'Enter');
  }

  const edits = mailbox.role === 'drafts';
  const outgoing = mailbox.role === 'sent' || mailbox.role === 'drafts';
  const title = mailboxTitle(t, mailbox);
  return (
    <section className={cx(styles.pane)} aria-label={title}>
      <header className={cx(styles.bar)}>
        <IconButton
          label={t('list.showMailboxes')}
          className={cx(styles.menu)}
          onPress={() => dispatch({ type: 'pane', pane: 'sidebar' })}
        >
          <Menu size={18} aria-hidden />
        </IconButton>
        <div className={cx(styles.titles)}>
          <h1 className={cx(styles.title)}>{title}</h1>
          <p className={cx(styles.counts)}>
            {mailbox.unseen > 0
              ? t('list.countsUnread', { total, unread: mailbox.unseen })
              : t('list.counts', { total })}
          </p>
        </div>
        <IconButton
          label={t('list.refresh')}
          onPress={() => {
            // A failure shows in the account's lock and problem line.
            client.call('mailbox.sync', { mailboxId: mailbox.mailboxId }).catch(() => undefined);
          }}
        >
          <RotateCw size={15} aria-hidden />
        </IconButton>
      </header>
      {windows.error !== undefined && (
        <div className={cx(styles.error)}>
          <Failure
            error={windows.error}
            actions={
              <Button onPress={() => cache.invalidate('message.list')}>
                {t('action.tryAgain')}
              </Button>
            }
          />
        </div>
      )}
      <div
        ref={scroller}
        className={cx(styles.scroll)}
        data-testid="message-list"
        role="listbox"
        aria-label={title}
        tabIndex={0}
        aria-activedescendant={
          current === undefined ? undefined : `${listId}-${refKey(current.ref)}`
        }
        onKeyDown={onKeyDown}
      >
        {total === 0 && windows.error === undefined && !windows.fetching ? (
          <EmptyState
            icon={<MailOpen size={40} strokeWidth={1.2} aria-hidden />}
            title={t('list.empty.title', { mailbox: title })}
            text={t('list.empty.text')}
          />
        ) : (
          <div
            role="presentation"
            style={{ blockSize: virtual.getTotalSize(), position: 'relative' }}
          >
            {(failed ? [] : items).map((item) => {
              const row = windows.rowAt(item.index);
              const place = { transform: `translateY(${item.start}px)`, blockSize: rowHeight };
              return row === undefined ? (
                <PlaceholderRow
                  key={`empty-${item.index}`}
                  index={item.index}
                  style={place}
                  density={density}
                />
              ) : (
                <MessageRowView
                  key={refKey(row.ref)}
                  id={`${listId}-${refKey(row.ref)}`}
                  row={row}
                  words={words}
                  density={density}
                  outgoing={outgoing}
                  selected={item.index === selectedIndex}
                  position={item.index + 1}
                  setSize={total}
                  style={place}
                  onOpen={() => select(item.index, true)}
                  onEdit={edits ? () => onEdit(row) : undefined}
                  onFlag={() => actions.setFlags(row.ref, { flagged: !row.flagged })}
                />
              );
            })}
          </div>
        )}
      </div>
      <SyncLine accountId={mailbox.accountId} />
    </section>
  );
}

/** Rows move when mail comes and goes: the message stays selected, not the line. */
function locate(
  selection: Selection | undefined,
  rowAt: (index: number) => MessageRow | undefined,
): number | undefined {
  if (selection === undefined) return undefined;
  if (selection.row === undefined) return selection.index;
  const key = refKey(selection.row.ref);
  for (let distance = 0; distance <= 200; distance += 1) {
    for (const index of [selection.index + distance, selection.index - distance]) {
      const row = index < 0 ? undefined : rowAt(index);
      if (row !== undefined && refKey(row.ref) === key) return index;
    }
  }
  return undefined;
}
