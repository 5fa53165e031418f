/**
 * A person at the window: random actions through the engine's contract, several at a time. Made anew
 * for each process of the engine.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rng } from '../../fuzz/support/rng.ts';
import type { EngineProcess } from './engine-process.ts';
import { ImportingHands } from './importing-hands.ts';
import type { Ledger } from './ledger.ts';
import { MovingHands } from './moving-hands.ts';
import { ReadingHands } from './reading-hands.ts';
import { WritingHands } from './writing-hands.ts';

export interface PersonOptions {
  readonly engine: EngineProcess;
  readonly accountId: string;
  readonly ledger: Ledger;
  readonly rng: Rng;
  readonly importsDir: string;
  readonly trace: (line: string) => void;
  /** Counts confirmed actions by name, over all processes. */
  readonly confirmed: Map<string, number>;
}

interface Action {
  readonly weight: number;
  readonly act: () => Promise<void>;
}

export class Person {
  readonly #options: PersonOptions;
  readonly #actions: readonly Action[];

  constructor(options: PersonOptions) {
    this.#options = options;
    const confirm = (name: string): void => {
      options.confirmed.set(name, (options.confirmed.get(name) ?? 0) + 1);
    };
    const reading = new ReadingHands({ ...options, confirm });
    const moving = new MovingHands({ ...options, confirm });
    const writing = new WritingHands({ ...options, confirm });
    const importing = new ImportingHands({ ...options, confirm });
    this.#actions = [
      { weight: 8, act: () => reading.markOne() },
      { weight: 3, act: () => reading.markSeveral() },
      { weight: 2, act: () => reading.open() },
      { weight: 2, act: () => reading.sync() },
      { weight: 1, act: () => reading.keepMailboxes() },
      { weight: 1, act: () => reading.pauseSync() },
      { weight: 4, act: () => moving.move() },
      { weight: 1, act: () => moving.archive() },
      { weight: 2, act: () => moving.delete() },
      { weight: 1, act: () => moving.deleteForever() },
      { weight: 1, act: () => moving.junk() },
      { weight: 4, act: () => writing.write() },
      { weight: 2, act: () => writing.goOnWriting() },
      { weight: 4, act: () => writing.submit() },
      { weight: 1, act: () => writing.discard() },
      { weight: 2, act: () => writing.takeBack() },
      { weight: 1, act: () => writing.sendNow() },
      { weight: 1, act: () => writing.reply() },
      { weight: 1, act: () => writing.chooseUndoTime() },
      { weight: 3, act: () => importing.import() },
      { weight: 1, act: () => this.#tryAgain() },
    ];
  }

  /**
   * Acts in `lanes` ways at once until `until` says so or the engine has ended.
   * @param pauseMs the longest pause between two actions
   */
  async work(lanes: number, pauseMs: number, until: () => boolean): Promise<void> {
    const { engine, rng } = this.#options;
    const lane = async (): Promise<void> => {
      while (!engine.ended && !until()) {
        await this.act();
        await sleep(rng.below(pauseMs));
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  async act(): Promise<void> {
    const { rng } = this.#options;
    const total = this.#actions.reduce((sum, { weight }) => sum + weight, 0);
    let left = rng.below(total);
    for (const { weight, act } of this.#actions) {
      if (left < weight) return act();
      left -= weight;
    }
  }

  async #tryAgain(): Promise<void> {
    const { engine, accountId, rng } = this.#options;
    if (rng.oneIn(2)) await engine.call('account.retry', { accountId });
    else await engine.call('network.changed', {});
  }
}
