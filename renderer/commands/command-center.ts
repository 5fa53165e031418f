/** Where views say what they can do, and where keys and palette ask for it. No React. */
import type { CommandId } from './registry.ts';

/** @param text what the command is about, where it was chosen along: words for `search`, a recipient for `compose` */
export type Action = (text?: string) => void;
/** What a view can do now; undefined where it cannot. */
export type Source = (id: CommandId) => Action | undefined;

/** How many things are remembered as used lately. */
const rememberedCount = 8;

export class CommandCenter {
  readonly #sources: Source[] = [];
  #recent: readonly string[] = [];
  #held = false;
  #typedAhead = '';

  /** @returns a function that takes the source away */
  register(source: Source): () => void {
    this.#sources.push(source);
    return () => {
      const index = this.#sources.indexOf(source);
      if (index >= 0) this.#sources.splice(index, 1);
    };
  }

  #find(id: CommandId): Action | undefined {
    // What came last stands in front.
    for (const source of this.#sources.toReversed()) {
      const action = source(id);
      if (action !== undefined) return action;
    }
    return undefined;
  }

  /**
   * While something lies above the desk, or is about to, no key is a command. What is typed before it
   * can take it is kept: a name typed after Ctrl+K must not archive mail.
   */
  hold(held: boolean): void {
    if (held && !this.#held) this.#typedAhead = '';
    this.#held = held;
  }

  get held(): boolean {
    return this.#held;
  }

  typeAhead(letter: string): void {
    this.#typedAhead += letter;
  }

  /** What was typed ahead so far; it is given once, to what has the focus from here on. */
  takeTyped(): string {
    const typed = this.#typedAhead;
    this.#typedAhead = '';
    return typed;
  }

  can(id: CommandId): boolean {
    return this.#find(id) !== undefined;
  }

  /** @returns false when nobody can do it now */
  run(id: CommandId, text?: string): boolean {
    const action = this.#find(id);
    action?.(text);
    return action !== undefined;
  }

  /** What was used lately in the palette, by its key there; the last one first. */
  get recent(): readonly string[] {
    return this.#recent;
  }

  remember(key: string): void {
    this.#recent = [key, ...this.#recent.filter((one) => one !== key)].slice(0, rememberedCount);
  }
}
