/** How much room each pane gets. Sizes are CSS pixels. Pure. */

/** Three panes; list and reader with the sidebar over them; one pane at a time. */
export type LayoutKind = 'wide' | 'middle' | 'narrow';

/** The same widths stand in the style sheets of the panes. */
export function layoutOf(windowWidth: number): LayoutKind {
  if (windowWidth >= 900) return 'wide';
  return windowWidth >= 600 ? 'middle' : 'narrow';
}

export interface PaneWidths {
  readonly sidebar: number;
  readonly list: number;
}

export const usualWidths: PaneWidths = { sidebar: 232, list: 376 };
export const leastWidths: PaneWidths = { sidebar: 176, list: 264 };
const mostWidths: PaneWidths = { sidebar: 360, list: 760 };
/** A line of mail can be read in this. */
const leastReader = 340;

export interface FittedPanes extends PaneWidths {
  readonly sidebarMax: number;
  readonly listMax: number;
}

/** What of the wish fits: the reader keeps its least, then the list, then the sidebar. */
export function fitPanes(wish: PaneWidths, windowWidth: number): FittedPanes {
  const wide = layoutOf(windowWidth) === 'wide';
  const sidebarRoom = windowWidth - leastReader - leastWidths.list;
  const sidebarMax = Math.max(leastWidths.sidebar, Math.min(mostWidths.sidebar, sidebarRoom));
  const sidebar = Math.max(leastWidths.sidebar, Math.min(sidebarMax, wish.sidebar));
  const listRoom = windowWidth - leastReader - (wide ? sidebar : 0);
  const listMax = Math.max(leastWidths.list, Math.min(mostWidths.list, listRoom));
  const list = Math.max(leastWidths.list, Math.min(listMax, wish.list));
  return { sidebar, list, sidebarMax, listMax };
}
