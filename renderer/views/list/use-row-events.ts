/** What pointer, keys and drags do in a list: one set of handlers on the list, none on its rows. */
import {
  type DragEvent,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useEffect,
  useRef,
  useState,
} from 'react';
import type { MenuPoint } from '../../components/Menu.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { focusArea } from '../areas.ts';
import { useMessageActions } from '../message-actions.ts';
import { useReadAhead } from '../read-ahead.ts';
import { refKey } from '../refs.ts';
import { drawDragged } from './drag-image.ts';
import { dragType } from './drag-type.ts';
import { targetOf } from './list-keys.ts';
import type { RowListProps } from './list-props.ts';
import { type ListRow, unseenOf } from './list-row.ts';
import { rangeOf } from './selection-range.ts';

interface RowMenuState {
  readonly at: MenuPoint;
  readonly rows: readonly ListRow[];
}

interface Standing {
  /** The row that the keys are at; one before the first when there is none. */
  readonly at: number;
  readonly current: ListRow | undefined;
  readonly currentId: string | undefined;
  select(index: number, open?: boolean): void;
  scrollTo(index: number): void;
  pageRows(): number;
  onHover(index: number | undefined): void;
}

function placeOf(target: EventTarget): { index: number | undefined; tool: string | undefined } {
  const element = target instanceof Element ? target : undefined;
  const row = element?.closest<HTMLElement>('[data-index]');
  return {
    index: row?.dataset.index === undefined ? undefined : Number(row.dataset.index),
    tool: element?.closest<HTMLElement>('[data-tool]')?.dataset.tool,
  };
}

export function useRowEvents(props: RowListProps, standing: Standing) {
  const { rows, picked, anchor, dispatch, moves, dragged } = props;
  const { at, current, select } = standing;
  const { t } = useWords();
  const actions = useMessageActions();
  const readAhead = useReadAhead();
  const [menu, setMenu] = useState<RowMenuState>();
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  const isDraft = (row: ListRow) => moves.roleOf(row) === 'drafts';

  /** Picks from `from` to `to`, where the keys are then; what is not here yet is fetched. */
  function pickRange(from: number, to: number): void {
    if (rows.total === 0) return;
    const { first, last, target } = rangeOf(from, to, rows.total);
    const here: ListRow[] = [];
    let whole = true;
    for (let index = first; index <= last; index += 1) {
      const row = rows.rowAt(index);
      if (row === undefined) whole = false;
      else here.push(row);
    }
    const pick = (found: readonly ListRow[]) =>
      dispatch({ type: 'pick', index: target, row: rows.rowAt(target), rows: found });
    pick(here);
    if (whole || props.fetchRange === undefined) return;
    props.fetchRange(first, last).then(
      (found) => {
        if (alive.current) pick(found);
      },
      () => undefined,
    );
  }
  /** The rows that an action at this row is about: all that are picked when it is one of them. */
  function among(row: ListRow): readonly ListRow[] {
    return picked.has(refKey(row.ref)) ? [...picked.values()] : [row];
  }
  function runTool(tool: string, index: number, row: ListRow): void {
    if (tool === 'pick') dispatch({ type: 'toggle', index, row });
    else if (tool === 'archive') moves.archive(among(row));
    else if (tool === 'delete') moves.remove(among(row));
    else if (tool === 'flag') actions.setFlagged(among(row), !row.flagged);
    else if (tool === 'read') actions.setSeen(among(row), unseenOf(row) > 0);
  }
  /** Whoever presses a row lets go of it a moment later: its message can be on the way by then. */
  function onPointerDown(event: PointerEvent): void {
    const { index, tool } = placeOf(event.target);
    if (index !== undefined && tool === undefined && event.button === 0)
      readAhead(rows.rowAt(index));
  }
  function onClick(event: MouseEvent): void {
    const { index, tool } = placeOf(event.target);
    const row = index === undefined ? undefined : rows.rowAt(index);
    if (index === undefined || row === undefined) return;
    if (event.shiftKey) pickRange(anchor, index);
    else if (event.ctrlKey || event.metaKey) dispatch({ type: 'toggle', index, row });
    else if (tool !== undefined) runTool(tool, index, row);
    else select(index, true);
  }
  function onDoubleClick(event: MouseEvent): void {
    const { index, tool } = placeOf(event.target);
    const row = index === undefined ? undefined : rows.rowAt(index);
    if (row !== undefined && tool === undefined && isDraft(row)) props.onEdit(row);
  }
  function onContextMenu(event: MouseEvent): void {
    const { index } = placeOf(event.target);
    const row = index === undefined ? current : rows.rowAt(index);
    if (row === undefined) return;
    event.preventDefault();
    // The menu key points at nothing: the menu opens at the row that the keys are at.
    const box =
      index === undefined && standing.currentId !== undefined
        ? document.getElementById(standing.currentId)?.getBoundingClientRect()
        : undefined;
    const point =
      box === undefined
        ? { x: event.clientX, y: event.clientY }
        : { x: box.x + 40, y: box.y + box.height / 2 };
    setMenu({ at: point, rows: among(row) });
  }
  /** Goes into the message, or on with it where it is a draft. */
  function open(row: ListRow, index: number): void {
    if (isDraft(row)) props.onEdit(row);
    else {
      select(index, true);
      focusArea('reader');
    }
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey) return;
    const last = rows.total - 1;
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== 'a' || event.shiftKey) return;
      event.preventDefault();
      pickRange(0, last);
      return;
    }
    if (event.key === 'Escape' && picked.size > 0) {
      event.preventDefault();
      dispatch({ type: 'unpick' });
      return;
    }
    const target = targetOf(event.key, { at, last, pageRows: standing.pageRows() });
    if (target === undefined) return;
    event.preventDefault();
    if (event.key === 'Enter') {
      if (current !== undefined) open(current, target);
    } else if (event.shiftKey) {
      const to = Math.max(0, Math.min(last, target));
      pickRange(anchor, to);
      standing.scrollTo(to);
    } else select(target);
  }
  function onDragStart(event: DragEvent): void {
    const { index } = placeOf(event.target);
    const row = index === undefined ? undefined : rows.rowAt(index);
    if (row === undefined) {
      event.preventDefault();
      return;
    }
    const taken = among(row);
    dragged.current = taken;
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData(dragType, String(taken.length));
    const words =
      taken.length === 1 && row.subject !== ''
        ? row.subject
        : t('list.picked', { count: taken.length });
    drawDragged(event.dataTransfer, words);
  }
  function onDragEnd(): void {
    dragged.current = undefined;
  }
  function onPointerOver(event: PointerEvent): void {
    if (event.pointerType !== 'touch') standing.onHover(placeOf(event.target).index);
  }
  return {
    handlers: {
      onPointerDown,
      onClick,
      onDoubleClick,
      onContextMenu,
      onKeyDown,
      onDragStart,
      onDragEnd,
      onPointerOver,
      onPointerLeave: () => standing.onHover(undefined),
    },
    open,
    menu,
    closeMenu: () => setMenu(undefined),
  };
}
