/** A list of messages, virtualised; one tab stop, moved through by keys. Knows not where rows come from. */
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type Dispatch,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useEffectEvent,
  useId,
  useLayoutEffect,
  useRef,
} from 'react';
import type { MessageRow, SearchHitDto, Settings } from '../../../app/contract/index.ts';
import { useCommands } from '../../commands/commands.tsx';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import { focusArea, focusedArea } from '../areas.ts';
import { type DeskAction, refKey, type Selection } from '../desk-state.ts';
import { useMessageActions } from '../message-actions.ts';
import type { ListOrder, Moves } from '../moves.ts';
import { targetOf } from './list-keys.ts';
import styles from './MessageList.module.css';
import { MessageRowView, PlaceholderRow } from './MessageRowView.tsx';
import { locate, type Rows } from './message-windows.ts';

const rowHeights: Readonly<Record<Settings['density'], number>> = { comfortable: 58, compact: 36 };

/** What every list of the pane has in common. */
export interface ListProps {
  readonly density: Settings['density'];
  readonly selection: Selection | undefined;
  readonly dispatch: Dispatch<DeskAction>;
  readonly moves: Moves;
  /** Told what stands where, so that the next message can be chosen from elsewhere. */
  readonly order: RefObject<ListOrder | undefined>;
  /** Goes on with a message of Drafts. */
  readonly onEdit: (row: MessageRow) => void;
  /** The element that has the keys, so that others can give it the focus. */
  readonly focusRef: RefObject<HTMLDivElement | null>;
}

interface RowListProps extends ListProps {
  readonly label: string;
  readonly rows: Rows;
  readonly outgoing: boolean;
  /** False where archiving leads nowhere. */
  readonly archives: boolean;
  /** Its messages are letters to be gone on with. */
  readonly edits: boolean;
  readonly whereOf: (row: MessageRow) => string | undefined;
  readonly foundIn?: (index: number) => SearchHitDto['snippet'] | undefined;
  /** Someone who reads further down stays where they are when rows come in on top. */
  readonly growsOnTop: boolean;
  /** Rows in sight, so that they can be loaded. */
  readonly onRange: (first: number, last: number) => void;
  /** Instead of the list when it has no rows. */
  readonly empty: ReactNode;
  /** Below the last row. */
  readonly children?: ReactNode;
}

export function RowList(props: RowListProps) {
  const { label, rows, density, selection, dispatch, moves, order, onRange, focusRef } = props;
  const words = useWords();
  const actions = useMessageActions();
  const listId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = rowHeights[density];
  const { total } = rows;
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const tellRange = useEffectEvent(onRange);
  useLayoutEffect(() => tellRange(first, last), [first, last]);
  const selectedIndex = locate(selection, rows);

  useLayoutEffect(() => {
    order.current = {
      total,
      rowAt: rows.rowAt,
      indexOf: (row) => locate({ index: selection?.index ?? 0, row }, rows),
    };
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the row height decides all offsets
  useLayoutEffect(() => virtual.measure(), [rowHeight]);

  const topBefore = useRef<{ total: number; key: string }>(undefined);
  const topRow = rows.rowAt(0);
  const topKey = topRow === undefined ? '' : refKey(topRow.ref);
  useLayoutEffect(() => {
    const before = topBefore.current;
    if (topKey !== '') topBefore.current = { total, key: topKey };
    const element = scroller.current;
    if (!props.growsOnTop || before === undefined || element === null || topKey === '') return;
    const grown = total - before.total;
    if (grown > 0 && before.key !== topKey && element.scrollTop > rowHeight) {
      element.scrollTop += grown * rowHeight;
    }
  }, [total, topKey, rowHeight, props.growsOnTop]);

  const resolve = useEffectEvent(() => {
    if (selection === undefined || selection.row !== undefined) return;
    const row = rows.rowAt(selection.index);
    if (row !== undefined) dispatch({ type: 'select', index: selection.index, row });
  });
  useEffect(() => resolve());

  function select(index: number, open = false): void {
    const target = Math.max(0, Math.min(total - 1, index));
    if (total === 0) return;
    dispatch({ type: 'select', index: target, row: rows.rowAt(target) });
    virtual.scrollToIndex(target);
    if (open) dispatch({ type: 'pane', pane: 'reader' });
  }

  const at = selectedIndex ?? -1;
  const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 600) / rowHeight) - 1);
  const current: MessageRow | undefined = at >= 0 ? rows.rowAt(at) : undefined;
  function goOn(index: number): void {
    select(index);
    // Who reads stays with the message; everyone else hears the row.
    if (focusedArea() !== 'reader') focusRef.current?.focus();
  }
  function open(row: MessageRow, index: number): void {
    if (props.edits) props.onEdit(row);
    else {
      select(index, true);
      focusArea('reader');
    }
  }
  const onCurrent = (run: (row: MessageRow) => void) =>
    current === undefined ? undefined : () => run(current);
  useCommands({
    // A row that went elsewhere left its place to the next one.
    next: () => goOn(at < 0 && selection !== undefined ? selection.index : at + 1),
    previous: () => goOn(at < 0 ? 0 : at - 1),
    open: onCurrent((row) => open(row, at)),
    star: onCurrent((row) => actions.setFlags(row, { flagged: !row.flagged })),
    markRead: onCurrent((row) => actions.setFlags(row, { seen: true })),
    markUnread: onCurrent((row) => actions.setFlags(row, { seen: false })),
  });
  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = targetOf(event.key, { at, last: total - 1, pageRows });
    if (target === undefined) return;
    event.preventDefault();
    if (event.key !== 'Enter') select(target);
    else if (current !== undefined) open(current, target);
  }

  return (
    <div ref={scroller} className={cx(styles.scroll)} data-testid="message-list">
      <div
        ref={focusRef}
        className={cx(styles.rows)}
        role="listbox"
        aria-label={label}
        tabIndex={0}
        data-landing
        aria-activedescendant={
          current === undefined ? undefined : `${listId}-${refKey(current.ref)}`
        }
        onKeyDown={onKeyDown}
        style={{ blockSize: virtual.getTotalSize() }}
      >
        {items.map((item) => {
          const row = rows.rowAt(item.index);
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
              outgoing={props.outgoing}
              where={props.whereOf(row)}
              found={props.foundIn?.(item.index)}
              selected={item.index === selectedIndex}
              position={item.index + 1}
              setSize={total}
              style={place}
              onOpen={() => select(item.index, true)}
              onEdit={props.edits ? () => props.onEdit(row) : undefined}
              onFlag={() => actions.setFlags(row, { flagged: !row.flagged })}
              onArchive={props.archives ? () => moves.archive(row) : undefined}
              onRemove={() => moves.remove(row)}
            />
          );
        })}
      </div>
      {total === 0 && props.empty}
      {props.children}
    </div>
  );
}
