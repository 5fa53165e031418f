/**
 * Every command of the window, in one table: keys, palette, tooltips and the sheet of shortcuts all
 * derive from it. What a command does is said by the view that can do it (use-commands.ts); its
 * words are `command.<id>` in the catalogue. Pure.
 */

export const groups = ['write', 'message', 'go', 'find', 'app'] as const;
export type CommandGroup = (typeof groups)[number];

/**
 * Where its keys hold: at the desk (not while something is typed), in a composer, or in both and
 * also while typing.
 */
export type Where = 'desk' | 'composer' | 'anywhere';

export interface Command {
  readonly group: CommandGroup;
  readonly where: Where;
  /**
   * Each as chords with spaces between: `Mod+Shift+r`, `g i`, `#`. Mod is Command on a Mac and Ctrl
   * elsewhere; a letter is lower-case, a sign is written as it comes out. The first is the one shown.
   */
  readonly keys: readonly string[];
  /** On a Mac, where they differ. */
  readonly mac?: readonly string[];
}

const desk = (group: CommandGroup, ...keys: string[]) => ({ group, where: 'desk', keys }) as const;
const anywhere = (group: CommandGroup, ...keys: string[]) =>
  ({ group, where: 'anywhere', keys }) as const;

export const commands = {
  compose: anywhere('write', 'c', 'Mod+n'),
  reply: desk('write', 'r', 'Mod+r'),
  replyAll: desk('write', 'a', 'Mod+Shift+r'),
  forward: desk('write', 'f', 'Mod+Shift+f'),
  send: { group: 'write', where: 'composer', keys: ['Mod+Enter'] },
  closeDraft: { group: 'write', where: 'composer', keys: ['Escape'] },

  archive: desk('message', 'e'),
  delete: {
    ...desk('message', '#', 'Delete', 'Backspace'),
    mac: ['#', 'Mod+Backspace', 'Backspace', 'Delete'],
  },
  junk: desk('message', '!'),
  star: desk('message', 's', 'Mod+Shift+l'),
  markRead: desk('message', 'Shift+i'),
  markUnread: desk('message', 'Shift+u'),
  move: desk('message', 'v'),
  select: desk('message', 'x'),
  undo: desk('message', 'z', 'Mod+z'),

  next: desk('go', 'j', 'ArrowDown'),
  previous: desk('go', 'k', 'ArrowUp'),
  open: desk('go', 'o', 'Enter'),
  back: desk('go', 'u', 'Escape'),
  goInbox: desk('go', 'g i'),
  goUnread: desk('go', 'g u'),
  goStarred: desk('go', 'g s'),
  goDrafts: desk('go', 'g d'),
  goSent: desk('go', 'g t'),
  goArchive: desk('go', 'g a'),
  goOutbox: desk('go', 'g o'),
  goTo: desk('go', 'g l'),
  nextPane: anywhere('go', 'F6'),
  previousPane: anywhere('go', 'Shift+F6'),

  search: desk('find', '/', 'Mod+f'),
  palette: anywhere('find', 'Mod+k'),
  sortNewest: desk('find'),
  sortOldest: desk('find'),
  sortSender: desk('find'),
  sortSubject: desk('find'),
  sortSize: desk('find'),

  refresh: { ...anywhere('app', 'F5'), mac: ['Mod+Shift+n'] },
  settings: anywhere('app', 'Mod+,'),
  shortcuts: desk('app', '?'),
  contacts: desk('app', 'g c'),
  addAccount: desk('app'),
  themeLight: desk('app'),
  themeDark: desk('app'),
  themeSystem: desk('app'),
} as const satisfies Readonly<Record<string, Command>>;

export type CommandId = keyof typeof commands;

export const commandIds: readonly CommandId[] = Object.keys(commands).filter(isCommandId);

function isCommandId(text: string): text is CommandId {
  return text in commands;
}

/** The keys of a command on this kind of computer; the one that is shown comes first. */
export function keysOf(id: CommandId, mac: boolean): readonly string[] {
  const command: Command = commands[id];
  return mac ? (command.mac ?? command.keys) : command.keys;
}

/** True of `c`, `Shift+u`, `#` and `g i`: what the off switch of single keys turns off. */
export function isSingleKey(keys: string): boolean {
  return keys.split(' ').some((chord) => /^(?:Shift\+)?.$/u.test(chord));
}

/** The keys that work now: without the single ones when those are off. */
export function activeKeysOf(
  id: CommandId,
  { mac, singleKeys }: { readonly mac: boolean; readonly singleKeys: boolean },
): readonly string[] {
  return keysOf(id, mac).filter((keys) => singleKeys || !isSingleKey(keys));
}
