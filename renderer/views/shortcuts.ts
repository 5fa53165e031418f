/** Single-key shortcuts of the window. Silent while a person types or a sheet is open. */
import { useEffect, useEffectEvent } from 'react';

export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const typing = 'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]';

/** @param shortcuts by `KeyboardEvent.key`, as typed without Ctrl, Alt or Meta */
export function useShortcuts(shortcuts: Shortcuts): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest(typing) !== null) return;
    if (document.querySelector('[data-rac][role="dialog"]') !== null) return;
    const run = shortcuts[event.key];
    if (run === undefined) return;
    event.preventDefault();
    run(event);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}
