/** What the fuzzer needs to know of a target. One target per input surface: test/fuzz/<name>.ts. */
import type { Rng } from './rng.ts';

export interface FuzzTarget {
  /** Well-formed inputs to start from, and those that once broke something. */
  readonly seeds: readonly Buffer[];
  /** Words of the protocol. */
  readonly dictionary: readonly Buffer[];
  /** Octets of an input at most. */
  readonly maxLength: number;
  /**
   * Feeds one input and checks every rule. Errors that the code under test may throw are caught here;
   * whatever this throws is a finding. Waits for nothing but its own in-memory streams.
   */
  run(input: Buffer): void | Promise<void>;
  /** Makes an input by the rules of the format, where octets alone would seldom pass the first check. */
  generate?(rng: Rng): Buffer;
  /** Counts what came of the inputs, for the report: how many were accepted, and so on. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** Every file of a target exports this. */
export type CreateTarget = () => FuzzTarget | Promise<FuzzTarget>;

/** A rule was broken by the code under test. */
export class FuzzFinding extends Error {
  override readonly name = 'FuzzFinding';
}

/** @throws FuzzFinding with `rule` when `holds` is false */
export function expectRule(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new FuzzFinding(rule);
}
