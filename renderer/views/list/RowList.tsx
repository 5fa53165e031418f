/** A list of messages, virtualised; one tab stop, moved through by keys. Knows not where rows come from. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useId, useLayoutEffect, useRef, useState } from 'react';
import type { Settings } from '../../../app/contract/index.ts';
import { useCommands, useKeyHints } from '../../commands/commands.tsx';
import { cx } from '../../components/cx.ts';
import { ContextMenu } from '../../components/Menu.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { focusedArea } from '../areas.ts';
import { useMessageActions } from '../message-actions.ts';
import { useRestedReadAhead } from '../read-ahead.ts';
import { refKey } from '../refs.ts';
import type { RowListProps } from './list-props.ts';
import type { ListRow } from './list-row.ts';
import styles from './MessageList.module.css';
import { MessageRowView, PlaceholderRow } from './MessageRowView.tsx';
import { locate } from './message-windows.ts';
import { rowMenu } from './row-menu.tsx';
import { useRowEvents } from './use-row-events.ts';

/** As `--row-list` in tokens.css, in CSS pixels. */
const rowHeights: Readonly<Record<Settings['density'], number>> = { comfortable: 60, compact: 36 };

export function RowList(props: RowListProps) {
  const { label, rows, density, selection, picked, dispatch, order, onRange, focusRef } = props;
  const words = useWords();
  const actions = useMessageActions();
  const hints = useKeyHints();
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
  const [hovered, setHovered] = useState<number>();

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
    if (row !== undefined) dispatch({ type: 'found', index: selection.index, row });
  });
  useEffect(() => resolve());

  function select(index: number, open = false): void {
    const target = Math.max(0, Math.min(total - 1, index));
    if (total === 0) return;
    dispatch({ type: 'select', index: target, row: rows.rowAt(target) });
    virtual.scrollToIndex(target);
    if (open) dispatch({ type: 'pane', pane: 'reader' });
  }

  // A row that went elsewhere left its place to the next one.
  const at = selectedIndex ?? Math.min(selection?.index ?? props.anchor, total) - 1;
  const current = selectedIndex === undefined ? undefined : rows.rowAt(selectedIndex);
  const events = useRowEvents(props, {
    at,
    current,
    currentId: current === undefined ? undefined : `${listId}-${refKey(current.ref)}`,
    select,
    scrollTo: (index) => virtual.scrollToIndex(index),
    pageRows: () =>
      Math.max(1, Math.floor((scroller.current?.clientHeight ?? 600) / rowHeight) - 1),
    onHover: setHovered,
  });
  useRestedReadAhead(hovered === undefined ? undefined : `${hovered}`, () => [
    hovered === undefined ? undefined : rows.rowAt(hovered),
  ]);
  useRestedReadAhead(current === undefined ? undefined : refKey(current.ref), () => [
    rows.rowAt(at + 1),
    rows.rowAt(at - 1),
  ]);
  const targets = picked.size > 0 ? [...picked.values()] : current === undefined ? [] : [current];
  const onTargets = (run: (rows: readonly ListRow[]) => void) =>
    targets.length === 0 ? undefined : () => run(targets);
  function goOn(index: number): void {
    select(index);
    // Who reads stays with the message; everyone else hears the row.
    if (focusedArea() !== 'reader') focusRef.current?.focus();
  }
  useCommands({
    next: () => goOn(at + 1),
    previous: () => goOn(selectedIndex === undefined ? at : at - 1),
    open: current === undefined ? undefined : () => events.open(current, at),
    select:
      current === undefined
        ? undefined
        : () => dispatch({ type: 'toggle', index: at, row: current }),
    star: onTargets((some) =>
      actions.setFlagged(
        some,
        some.some((row) => !row.flagged),
      ),
    ),
    markRead: onTargets((some) => actions.setSeen(some, true)),
    markUnread: onTargets((some) => actions.setSeen(some, false)),
  });

  return (
    <div ref={scroller} className={cx(styles.scroll)} data-testid="message-list">
      <div
        ref={focusRef}
        className={cx(styles.rows)}
        role="listbox"
        aria-label={label}
        aria-busy={props.busy === true}
        aria-multiselectable="true"
        tabIndex={0}
        data-landing
        aria-activedescendant={
          current === undefined ? undefined : `${listId}-${refKey(current.ref)}`
        }
        {...events.handlers}
        style={{ blockSize: virtual.getTotalSize() }}
      >
        {items.map((item) => {
          const row = rows.rowAt(item.index);
          if (row === undefined) {
            return (
              <PlaceholderRow
                key={`empty-${item.index}`}
                index={item.index}
                start={item.start}
                height={rowHeight}
                density={density}
              />
            );
          }
          const key = refKey(row.ref);
          return (
            <MessageRowView
              key={key}
              id={`${listId}-${key}`}
              row={row}
              words={words}
              density={density}
              outgoing={props.outgoing}
              archives={props.archives}
              sized={props.sized === true}
              where={props.whereOf(row)}
              found={props.foundIn?.(item.index)}
              selected={item.index === selectedIndex}
              picked={picked.size === 0 ? undefined : picked.has(key)}
              hovered={item.index === hovered}
              index={item.index}
              setSize={total}
              start={item.start}
              height={rowHeight}
            />
          );
        })}
      </div>
      {total === 0 && props.empty}
      {props.children}
      {events.menu !== undefined && (
        <ContextMenu
          at={events.menu.at}
          label={words.t('list.menu')}
          groups={rowMenu(events.menu.rows, { ...props, actions, hints, t: words.t })}
          onClose={events.closeMenu}
        />
      )}
    </div>
  );
}
