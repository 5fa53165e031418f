/**
 * The parts of the window that F6 goes through, and where the focus stands in each. An area is
 * marked `data-area`; what takes its focus first is marked `data-landing`.
 */
import { useEffect, useRef } from 'react';
import { useCommands } from '../commands/commands.tsx';

export type AreaName = 'sidebar' | 'list' | 'reader' | 'composer';

const focusable =
  'a[href], button:not([disabled]), input:not([disabled]):not([type="hidden"]), textarea, [tabindex]:not([tabindex="-1"]), [contenteditable]:not([contenteditable="false"])';

/** The last thing that had the focus, in each area. */
const stood = new WeakMap<Element, HTMLElement>();

function shownAreas(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-area]')].filter((area) =>
    area.checkVisibility({ visibilityProperty: true }),
  );
}

function canTakeFocus(element: HTMLElement): boolean {
  return element.isConnected && element.checkVisibility({ visibilityProperty: true });
}

/** @returns false when nothing in it takes the focus */
function land(area: HTMLElement): boolean {
  const before = stood.get(area);
  const choices = [
    ...(before === undefined ? [] : [before]),
    ...area.querySelectorAll<HTMLElement>('[data-landing], [aria-current="page"]'),
    ...area.querySelectorAll<HTMLElement>(focusable),
  ];
  return choices.filter(canTakeFocus).some((element) => {
    element.focus();
    return document.activeElement === element;
  });
}

/** Puts the focus into an area once the window shows it. */
export function focusArea(name: AreaName): void {
  requestAnimationFrame(() => {
    const area = shownAreas().find((one) => one.dataset.area === name);
    if (area !== undefined && !area.contains(document.activeElement)) land(area);
  });
}

/** The area that has the focus. */
export function focusedArea(): string | undefined {
  return document.activeElement?.closest<HTMLElement>('[data-area]')?.dataset.area;
}

function step(by: 1 | -1): void {
  const areas = shownAreas();
  const at = areas.findIndex((area) => area.contains(document.activeElement));
  const from = at < 0 ? (by === 1 ? -1 : 0) : at;
  for (let count = 1; count <= areas.length; count += 1) {
    const area = areas[(from + by * count + areas.length * 2) % areas.length];
    if (area !== undefined && land(area)) return;
  }
}

/** F6 through the areas; and what had the focus and is gone hands it to what stands there now. */
export function useAreas(): void {
  const last = useRef<HTMLElement>(undefined);
  useCommands({ nextPane: () => step(1), previousPane: () => step(-1) });
  useEffect(() => {
    const remember = (event: FocusEvent) => {
      if (!(event.target instanceof HTMLElement)) return;
      const area = event.target.closest<HTMLElement>('[data-area]');
      if (area === null) return;
      stood.set(area, event.target);
      last.current = area;
    };
    document.addEventListener('focusin', remember);
    return () => document.removeEventListener('focusin', remember);
  }, []);
  // After every change: what was removed takes the focus with it, without an event.
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const area = last.current;
      if (area === undefined || document.activeElement !== document.body) return;
      if (document.querySelector('[data-rac][role="dialog"]') !== null) return;
      // An empty message pane takes no focus: there is nothing to read in it.
      const shown = shownAreas();
      const list = shown.filter((one) => one.dataset.area === 'list');
      [...shown.filter((one) => one === area), ...list].some(land);
    });
    return () => cancelAnimationFrame(frame);
  });
}
