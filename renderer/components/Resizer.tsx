/**
 * The line between two panes: dragged, moved by arrow keys (Home and End go to the ends), set back
 * by a double click. Says the size of the pane before it (WAI-ARIA window splitter).
 */
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { cx } from './cx.ts';
import styles from './Resizer.module.css';

interface ResizerProps {
  /** Which pane it makes larger or smaller. */
  readonly label: string;
  /** Sizes in CSS pixels. */
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Called with every step while it moves; `done` when it came to rest. */
  readonly onResize: (value: number, done: boolean) => void;
  readonly onReset: () => void;
}

const stepPx = 16;

export function Resizer({ label, value, min, max, onResize, onReset }: ResizerProps) {
  const drag = useRef<{ pointer: number; value: number; last: number }>(undefined);
  const within = (size: number) => Math.round(Math.max(min, Math.min(max, size)));

  function onPointerDown(event: PointerEvent<HTMLElement>): void {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    event.currentTarget.focus();
    drag.current = { pointer: event.clientX, value, last: value };
  }
  function onPointerMove(event: PointerEvent<HTMLElement>): void {
    if (drag.current === undefined) return;
    const way = event.clientX - drag.current.pointer;
    const toEnd = getComputedStyle(event.currentTarget).direction === 'rtl' ? -way : way;
    const next = within(drag.current.value + toEnd);
    if (next === drag.current.last) return;
    drag.current.last = next;
    onResize(next, false);
  }
  function onPointerEnd(): void {
    if (drag.current === undefined) return;
    const { last } = drag.current;
    drag.current = undefined;
    onResize(last, true);
  }
  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    const rtl = getComputedStyle(event.currentTarget).direction === 'rtl';
    const forward = rtl ? 'ArrowLeft' : 'ArrowRight';
    const back = rtl ? 'ArrowRight' : 'ArrowLeft';
    const target = {
      [forward]: value + stepPx,
      [back]: value - stepPx,
      Home: min,
      End: max,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onResize(within(target), true);
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a line with a value is a splitter, not a rule
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      className={cx(styles.resizer)}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      onDoubleClick={onReset}
      onKeyDown={onKeyDown}
    />
  );
}
