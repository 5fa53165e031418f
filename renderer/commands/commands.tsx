/** Commands for React: who can do what, the keys of the window, and key hints beside words. */
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useQuery } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { ariaKeysOf, capsOf, chordOf } from './chords.ts';
import { type Action, CommandCenter } from './command-center.ts';
import { KeyReader } from './key-reader.ts';
import { activeKeysOf, type CommandId } from './registry.ts';

interface Commands {
  readonly center: CommandCenter;
  readonly mac: boolean;
  /** False when the person turned off shortcuts of one key. */
  readonly singleKeys: boolean;
}

const CommandsContext = createContext<Commands | undefined>(undefined);

export function useCommandCenter(): Commands {
  const commands = useContext(CommandsContext);
  if (commands === undefined) throw new Error('no CommandsProvider above');
  return commands;
}

/** What takes what is typed. */
const fields = 'input, textarea, select, [contenteditable]:not([contenteditable="false"])';
/** What lies above the desk and has keys of its own. */
const above = '[role="dialog"], [role="menu"]';
/** Marks a composer: single keys of the desk do not hold in it. */
const composer = '[data-composer]';

/** Reads the keys of the window, once. */
export function CommandsProvider({ children }: { readonly children: ReactNode }) {
  const [center] = useState(() => new CommandCenter());
  const reader = useRef(new KeyReader());
  const singleKeys = useQuery('settings.get', {}).data?.singleKeys ?? true;
  const mac = /mac/i.test(navigator.platform);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(above) !== null) return;
    if (document.querySelector('[data-rac][role="dialog"]') !== null) return;
    const press = pressOf(event);
    const chord = chordOf(press, mac);
    if (chord === undefined) return;
    if (center.held) {
      if (press.key.length === 1 && !chord.startsWith('Mod+')) center.typeAhead(press.key);
      event.preventDefault();
      return;
    }
    const found = reader.current.read(chord, {
      typing: target.closest(fields) !== null,
      composing: target.closest(composer) !== null,
      onControl: target !== document.body,
      mac,
      singleKeys,
      nowMs: event.timeStamp,
    });
    if (found === 'begun' || found.some((id) => center.run(id))) event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
  const value = useMemo(() => ({ center, mac, singleKeys }), [center, mac, singleKeys]);
  return <CommandsContext value={value}>{children}</CommandsContext>;
}

function pressOf(event: KeyboardEvent) {
  const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event;
  const altGraph = event.getModifierState('AltGraph');
  return { key, code, ctrlKey, metaKey, altKey, shiftKey, altGraph };
}

/** Says what this view can do while it is there; undefined where it cannot now. */
export function useCommands(actions: { readonly [Id in CommandId]?: Action | undefined }): void {
  const { center } = useCommandCenter();
  // Not an effect event: the palette asks while it is drawn.
  const latest = useRef(actions);
  useLayoutEffect(() => {
    latest.current = actions;
  });
  useEffect(() => center.register((id) => latest.current[id]), [center]);
}

export interface KeyHints {
  /** The keys that are shown, as caps; undefined when it has none that work. */
  caps(id: CommandId): readonly (readonly string[])[] | undefined;
  /** All keys that work. */
  all(id: CommandId): readonly (readonly (readonly string[])[])[];
  /** In one line, for a tooltip. */
  text(id: CommandId): string | undefined;
  /** For `aria-keyshortcuts`. */
  aria(id: CommandId): string | undefined;
}

/** The keys of commands, as this computer and this person have them. */
export function useKeyHints(): KeyHints {
  const { mac, singleKeys } = useCommandCenter();
  const { t } = useWords();
  return useMemo(() => {
    const active = (id: CommandId) => activeKeysOf(id, { mac, singleKeys });
    const all = (id: CommandId) =>
      active(id).map((keys) => capsOf(keys, { mac, name: (key) => t(`key.${key}`) }));
    return {
      all,
      caps: (id) => all(id)[0],
      text: (id) =>
        all(id)[0]
          ?.map((step) => step.join(mac ? '' : '+'))
          .join(' '),
      aria: (id) => ariaKeysOf(active(id), mac) || undefined,
    };
  }, [mac, singleKeys, t]);
}
