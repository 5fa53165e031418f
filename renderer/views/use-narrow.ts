/** Whether the window shows one pane at a time; as in Desk.module.css. */
import { useSyncExternalStore } from 'react';

const narrow = window.matchMedia('(max-width: 599px)');

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches);
}
