/** Which command a chord means here and now; remembers the first half of a sequence. Pure. */
import { activeKeysOf, type CommandId, commandIds, commands } from './registry.ts';

export interface Situation {
  /** Something takes what is typed: a field, the editor. */
  readonly typing: boolean;
  /** The composer has the focus: its letter is meant, not the one that is open. */
  readonly composing: boolean;
  /** The focus is on a control that has keys of its own: Enter presses it, arrows move in it. */
  readonly onControl: boolean;
  readonly mac: boolean;
  readonly singleKeys: boolean;
  /** Milliseconds on any clock that goes forward. */
  readonly nowMs: number;
}

/** How long the second key of a sequence may take. */
const sequenceMs = 1_500;

const ofControls = new Set(['Enter', 'Space', 'ArrowDown', 'ArrowUp']);

export class KeyReader {
  #begun: { readonly chord: string; readonly untilMs: number } | undefined;

  /** @returns the commands that the chord may mean, or `begun` when it begins a sequence */
  read(chord: string, situation: Situation): readonly CommandId[] | 'begun' {
    const before = this.#begun;
    this.#begun = undefined;
    if (situation.onControl && ofControls.has(chord)) return [];
    const typed = before !== undefined && situation.nowMs <= before.untilMs;
    const keys = typed ? `${before.chord} ${chord}` : chord;
    const found = commandIds.filter((id) => holds(id, keys, situation));
    if (found.length > 0 || typed) return found;
    const begins = commandIds.some((id) =>
      usable(id, situation).some((one) => one.startsWith(`${chord} `)),
    );
    if (!begins) return [];
    this.#begun = { chord, untilMs: situation.nowMs + sequenceMs };
    return 'begun';
  }
}

function holds(id: CommandId, keys: string, situation: Situation): boolean {
  return usable(id, situation).includes(keys);
}

function usable(id: CommandId, { typing, composing, mac, singleKeys }: Situation) {
  const { where } = commands[id];
  // The composer reads its own keys.
  if (where === 'composer') return [];
  if (where === 'desk' && (typing || composing)) return [];
  return activeKeysOf(id, { mac, singleKeys: singleKeys && !typing && !composing });
}
