/** From key presses to chords as the registry writes them, and from chords to what stands on keys. Pure. */

/** What of a KeyboardEvent counts. */
export interface KeyPress {
  readonly key: string;
  /** The place of the key: says which letter it would be on a Latin keyboard. */
  readonly code?: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  /** AltGr types signs; some systems report it as Ctrl and Alt. */
  readonly altGraph?: boolean;
}

const modifiers = new Set(['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead']);

/** A letter of another alphabet stands for the Latin one on the same key: j works in Greek. */
function latin(key: string, code: string | undefined): string {
  const letter = /^Key([A-Z])$/.exec(code ?? '')?.[1];
  return letter !== undefined && /^\P{ASCII}$/u.test(key) ? letter.toLowerCase() : key;
}

/** @returns undefined for modifiers alone, and for what the registry has no name for */
export function chordOf(press: KeyPress, mac: boolean): string | undefined {
  if (modifiers.has(press.key)) return undefined;
  const sign = press.key.length === 1 && !/[\p{L}\p{N} ]/u.test(press.key);
  const types = press.altGraph === true || (mac && press.altKey && sign);
  const mod = !types && (mac ? press.metaKey : press.ctrlKey);
  // The other one of Ctrl and Command, and Alt, belong to the system.
  if (!types && (press.altKey || (mac ? press.ctrlKey : press.metaKey))) return undefined;
  const key = latin(press.key, press.code);
  const letter = /^\p{L}$/u.test(key);
  const named = letter ? key.toLowerCase() : key === ' ' ? 'Space' : key;
  // A sign that needs Shift is named by itself; caps lock makes no other letter.
  const shift = press.shiftKey && (letter || named.length > 1);
  return `${mod ? 'Mod+' : ''}${shift ? 'Shift+' : ''}${named}`;
}

/** Names that differ by language; the rest is the same on all keyboards. */
export type KeyName = 'ctrl' | 'shift' | 'delete' | 'backspace' | 'enter' | 'escape' | 'space';

const names: Readonly<Record<string, KeyName>> = {
  Mod: 'ctrl',
  Shift: 'shift',
  Delete: 'delete',
  Backspace: 'backspace',
  Enter: 'enter',
  Escape: 'escape',
  Space: 'space',
};
const macSigns: Readonly<Record<string, string>> = {
  Mod: '⌘',
  Shift: '⇧',
  Delete: '⌦',
  Backspace: '⌫',
  Enter: '↩',
  Escape: 'esc',
};
const arrows: Readonly<Record<string, string>> = { ArrowDown: '↓', ArrowUp: '↑' };

/**
 * Keys as they stand on the keyboard: a step for each chord, a cap for each key of it.
 * @param keys as in the registry
 */
export function capsOf(
  keys: string,
  { mac, name }: { readonly mac: boolean; readonly name: (key: KeyName) => string },
): string[][] {
  return keys.split(' ').map((chord) =>
    // Of `Mod++` the second plus is the key.
    chord.split(/\+(?=.)/).map((part) => {
      if (mac && macSigns[part] !== undefined) return macSigns[part];
      const known = names[part];
      if (known !== undefined) return name(known);
      return arrows[part] ?? part.toLocaleUpperCase('en');
    }),
  );
}

/** For `aria-keyshortcuts`: WAI-ARIA 1.2 §6.7; sequences have no form there. */
export function ariaKeysOf(keys: readonly string[], mac: boolean): string {
  return keys
    .filter((one) => !one.includes(' '))
    .map((one) => one.replace('Mod+', mac ? 'Meta+' : 'Control+'))
    .join(' ');
}
