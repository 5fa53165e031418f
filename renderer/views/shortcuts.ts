/** Single-key shortcuts of the window. Silent while a person types or a sheet is open. */
import { useEffect, useEffectEvent } from 'react';

export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const typing = 'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]';

/** @param shortcuts by `KeyboardEvent.key`; after `Mod+` when Ctrl or Command is held with it */
export function useShortcuts(shortcuts: Shortcuts): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey) return;
    if (event.target instanceof Element && event.target.closest(typing) !== null) return;
    if (document.querySelector('[data-rac][role="dialog"]') !== null) return;
    const run = shortcuts[event.ctrlKey || event.metaKey ? `Mod+${event.key}` : event.key];
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
