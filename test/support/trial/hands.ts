/** What the hands of a person at the window need. */
import type { Rng } from '../../fuzz/support/rng.ts';
import type { EngineProcess } from './engine-process.ts';
import type { Ledger } from './ledger.ts';

export interface HandsOptions {
  readonly engine: EngineProcess;
  readonly accountId: string;
  readonly ledger: Ledger;
  readonly rng: Rng;
  /** Where files to be imported lie; the host's dialog chooses all of them. */
  readonly importsDir: string;
  readonly trace: (line: string) => void;
  /** Notes an action that the engine confirmed. */
  readonly confirm: (name: string) => void;
}
