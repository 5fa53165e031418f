/** The widths of the panes: as wished, as they fit, and drawn while a line moves. */
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import type { Settings } from '../../app/contract/index.ts';
import type { Pane } from './desk-state.ts';
import {
  fitPanes,
  type LayoutKind,
  layoutOf,
  leastWidths,
  type PaneWidths,
  usualWidths,
} from './layout.ts';
import { useSetSettings } from './use-settings.ts';
import { useWindowWidth } from './use-window-width.ts';

/** What the line between two panes is given. */
interface ResizerValues {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  onResize(value: number, done: boolean): void;
  onReset(): void;
}

interface Panes {
  readonly layout: LayoutKind;
  readonly desk: RefObject<HTMLDivElement | null>;
  readonly sidebar: RefObject<HTMLDivElement | null>;
  /** For the line beside that pane. */
  resizer(pane: keyof PaneWidths): ResizerValues;
}

interface PanesOptions {
  readonly settings: Settings | undefined;
  /** The pane that narrow windows show. */
  readonly pane: Pane;
  readonly isShown: boolean;
}

export function usePanes({ settings, pane, isShown }: PanesOptions): Panes {
  const setSettings = useSetSettings();
  const desk = useRef<HTMLDivElement>(null);
  const sidebar = useRef<HTMLDivElement>(null);
  const windowWidth = useWindowWidth();
  const wished: PaneWidths =
    settings === undefined
      ? usualWidths
      : { sidebar: settings.sidebarWidth, list: settings.listWidth };
  const panes = fitPanes(wished, windowWidth);
  const layout = layoutOf(windowWidth);
  /** Straight to the style while it moves: nothing is drawn anew but the widths. */
  function draw(widths: PaneWidths): void {
    desk.current?.style.setProperty('--sidebar-width', `${widths.sidebar}px`);
    desk.current?.style.setProperty('--list-width', `${widths.list}px`);
  }
  const { sidebar: sidebarWidth, list: listWidth } = panes;
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when a width or the element changes
  useLayoutEffect(
    () => draw({ sidebar: sidebarWidth, list: listWidth }),
    [sidebarWidth, listWidth, isShown],
  );
  const overlaid = pane === 'sidebar' && layout !== 'wide';
  useEffect(() => {
    if (!overlaid) return;
    const before = document.activeElement;
    const element = sidebar.current;
    element?.querySelector<HTMLElement>('[aria-current], button')?.focus();
    return () => {
      const inside = element?.contains(document.activeElement) === true;
      if (inside && before instanceof HTMLElement) before.focus();
    };
  }, [overlaid]);
  function resize(one: keyof PaneWidths, value: number, done: boolean): void {
    // What the other pane would give way by is seen while the line moves.
    draw(fitPanes({ ...wished, [one]: value }, windowWidth));
    if (done) setSettings(one === 'sidebar' ? { sidebarWidth: value } : { listWidth: value });
  }
  return {
    layout,
    desk,
    sidebar,
    resizer: (one) => ({
      value: panes[one],
      min: leastWidths[one],
      max: one === 'sidebar' ? panes.sidebarMax : panes.listMax,
      onResize: (value, done) => resize(one, value, done),
      onReset: () => resize(one, usualWidths[one], true),
    }),
  };
}
