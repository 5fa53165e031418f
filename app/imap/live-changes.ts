/**
 * What became known of a mailbox while answers of it were still on their way. Two connections see
 * the same mailbox: a row that was fetched before a change must not be stored over that change.
 */
import type { MessageFlags } from '../store/mail-types.ts';

export interface SeenFlags extends MessageFlags {
  readonly keywords: readonly string[];
}

interface Noted {
  readonly modSeq: bigint;
  readonly flags: SeenFlags;
}

export class LiveChanges {
  #running = 0;
  readonly #flags = new Map<number, Noted>();
  readonly #gone = new Set<number>();

  /** Answers are on their way until the returned function is called. */
  begin(): () => void {
    this.#running += 1;
    return () => {
      this.#running -= 1;
      if (this.#running > 0) return;
      this.#flags.clear();
      this.#gone.clear();
    };
  }

  /** @param modSeq 0 when the server keeps none */
  noteFlags(uid: number, flags: SeenFlags, modSeq: bigint): void {
    if (this.#running === 0) return;
    const before = this.#flags.get(uid);
    if (before === undefined || modSeq >= before.modSeq) this.#flags.set(uid, { modSeq, flags });
  }

  /**
   * Flags of a row that is being stored. Answers to two connections may overtake each other: an
   * older row of the same message may still be on its way to the other.
   */
  noteRow(uid: number, flags: SeenFlags, modSeq: bigint): void {
    if (this.#running > 1 && modSeq > 0n) this.noteFlags(uid, flags, modSeq);
  }

  noteGone(uid: number): void {
    if (this.#running > 0) this.#gone.add(uid);
  }

  isGone(uid: number): boolean {
    return this.#gone.has(uid);
  }

  /** Flags that are newer than a row of `modSeq`; undefined when the row is right. */
  newerFlags(uid: number, modSeq: bigint): SeenFlags | undefined {
    const noted = this.#flags.get(uid);
    if (noted === undefined) return undefined;
    return noted.modSeq === 0n || modSeq === 0n || noted.modSeq > modSeq ? noted.flags : undefined;
  }
}
