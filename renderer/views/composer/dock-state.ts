/** Which open letters are unfolded, which lie folded at the edge. Pure. */

export type DockMode = 'open' | 'folded' | 'full';

export interface DockState {
  readonly modes: Readonly<Record<string, DockMode>>;
  /** The one last used comes first. */
  readonly recent: readonly string[];
}

export type DockAction =
  | { readonly type: 'set'; readonly draftId: string; readonly mode: DockMode }
  | { readonly type: 'use'; readonly draftId: string };

export const emptyDock: DockState = { modes: {}, recent: [] };

export function reduceDock(state: DockState, action: DockAction): DockState {
  const { draftId } = action;
  if (action.type === 'use' && state.recent[0] === draftId) return state;
  const recent = [draftId, ...state.recent.filter((one) => one !== draftId)];
  if (action.type === 'use') return { ...state, recent };
  const modes = { ...state.modes, [draftId]: action.mode };
  // A letter over the whole window is alone there.
  if (action.mode === 'full') {
    for (const one of Object.keys(modes)) {
      if (one !== draftId && modes[one] === 'full') modes[one] = 'open';
    }
  }
  // Folding is putting away: something else comes first then.
  return action.mode === 'folded'
    ? { modes, recent: [...state.recent.filter((one) => one !== draftId), draftId] }
    : { modes, recent };
}

/** Widths in CSS pixels, as in the sheets. */
export const cardWidth = 560;
export const foldedWidth = 240;
const gap = 12;

/**
 * What each letter looks like where there is only so much room: those used last stay open, the
 * others fold. One is always open if the person wants it so.
 * @param draftIds in the order in which they stand
 */
export function dockLayout(
  draftIds: readonly string[],
  state: DockState,
  width: number,
): Readonly<Record<string, DockMode>> {
  const rank = (draftId: string) => {
    const at = state.recent.indexOf(draftId);
    return at === -1 ? state.recent.length : at;
  };
  const byUse = [...draftIds].sort((a, b) => rank(a) - rank(b));
  const modes: Record<string, DockMode> = {};
  let used = 0;
  let isFirst = true;
  for (const draftId of byUse) {
    const wanted = state.modes[draftId] ?? 'open';
    if (wanted !== 'open') {
      modes[draftId] = wanted;
      if (wanted === 'folded') used += foldedWidth + gap;
      continue;
    }
    const fits = used + cardWidth + gap <= width;
    modes[draftId] = isFirst || fits ? 'open' : 'folded';
    used += (modes[draftId] === 'open' ? cardWidth : foldedWidth) + gap;
    isFirst = false;
  }
  return modes;
}
