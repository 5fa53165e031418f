/**
 * The loop: make an input, run it, judge it, keep it when it reached something new. Judges crashes,
 * slow inputs and memory that is not given back; an input that never returns is the watchdog's (worker.ts).
 */
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Coverage } from './coverage.ts';
import { mutate } from './mutator.ts';
import { Rng } from './rng.ts';
import type { FuzzTarget } from './target.ts';

export interface FuzzOptions {
  readonly inputs: number;
  readonly seconds: number;
  readonly seed: number;
  readonly coverage?: Coverage;
  /** Told of each input before it runs, so that one that never returns is known. */
  readonly onInput?: (input: Buffer) => void;
  readonly onProgress?: (progress: FuzzProgress) => void;
  /** CPU time that one input may take, in milliseconds. */
  readonly slowMs?: number;
  /** Growth of the heap and of buffers, after collection, that counts as a leak, in octets. */
  readonly growthBytes?: number;
}

export interface Finding {
  readonly kind: 'broken' | 'slow' | 'growth';
  readonly message: string;
  readonly input: Buffer;
}

export interface FuzzProgress {
  readonly inputs: number;
  readonly seconds: number;
  readonly corpus: number;
  /** Branches taken and known; 0 without coverage. */
  readonly branches: number;
  readonly branchesTotal: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly findings: number;
  readonly counts: Readonly<Record<string, number>>;
}

export interface FuzzResult extends FuzzProgress {
  readonly found: readonly Finding[];
}

const batch = 1_000;
const maxCorpus = 4_096;
const maxCorpusBytes = 16 * 1024 * 1024;
const maxFindings = 8;

export async function fuzz(target: FuzzTarget, options: FuzzOptions): Promise<FuzzResult> {
  const run = new FuzzRun(target, options);
  return run.run();
}

class FuzzRun {
  readonly #target: FuzzTarget;
  readonly #options: FuzzOptions;
  readonly #rng: Rng;
  readonly #corpus: Buffer[];
  readonly #found = new Map<string, Finding>();
  readonly #memory: MemoryWatch;
  readonly #startedAt = performance.now();
  #corpusBytes = 0;
  #inputs = 0;

  constructor(target: FuzzTarget, options: FuzzOptions) {
    this.#target = target;
    this.#options = options;
    this.#rng = new Rng(options.seed);
    this.#corpus = target.seeds.length > 0 ? [...target.seeds] : [Buffer.of(0)];
    this.#memory = new MemoryWatch(options.growthBytes ?? 64 * 1024 * 1024);
  }

  async run(): Promise<FuzzResult> {
    const { inputs, seconds } = this.#options;
    for (const seed of this.#target.seeds) await this.#runOne(seed);
    this.#options.coverage?.takeNovelty();
    while (this.#inputs < inputs && this.#found.size < maxFindings) {
      const end = Math.min(inputs, this.#inputs + batch);
      while (this.#inputs < end) {
        const input = this.#nextInput();
        await this.#runOne(input);
        if (this.#options.coverage?.takeNovelty() === true) this.#keep(input);
        if (performance.now() - this.#startedAt >= seconds * 1_000) break;
      }
      await turn();
      this.#checkMemory();
      this.#options.onProgress?.(this.#progress());
      if (this.#progress().seconds >= seconds) break;
    }
    return { ...this.#progress(), found: [...this.#found.values()] };
  }

  #nextInput(): Buffer {
    const { seeds, dictionary, maxLength } = this.#target;
    if (this.#target.generate !== undefined && this.#rng.oneIn(4)) {
      return this.#target.generate(this.#rng);
    }
    // Seeds never lose their turn to what the corpus has grown to.
    const from = this.#rng.oneIn(3) && seeds.length > 0 ? seeds : this.#corpus;
    const parent = this.#rng.pick(from);
    return mutate(parent, this.#rng.pick(this.#corpus), this.#rng, { dictionary, maxLength });
  }

  async #runOne(input: Buffer): Promise<void> {
    this.#inputs += 1;
    this.#options.onInput?.(input);
    const startedAt = performance.now();
    try {
      const pending = this.#target.run(input);
      if (pending !== undefined) await pending;
    } catch (error) {
      this.#note('broken', describe(error), input);
    }
    const limit = this.#options.slowMs ?? 250;
    if (performance.now() - startedAt > limit) await this.#judgeSlow(input, limit);
  }

  /** The clock also runs while others have the processor: only processor time that comes again counts. */
  async #judgeSlow(input: Buffer, limitMs: number): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const before = process.threadCpuUsage();
      try {
        await this.#target.run(input);
      } catch {
        // Noted when it ran first.
      }
      const { user, system } = process.threadCpuUsage(before);
      if ((user + system) / 1_000 <= limitMs) return;
    }
    this.#note('slow', `an input takes more than ${limitMs} ms`, input);
  }

  #keep(input: Buffer): void {
    if (this.#corpusBytes + input.length > maxCorpusBytes) return;
    // A copy: the input may be a view of something larger.
    const copy = Buffer.from(input);
    if (this.#corpus.length < maxCorpus) {
      this.#corpus.push(copy);
      this.#corpusBytes += copy.length;
      return;
    }
    const at = this.#rng.below(this.#corpus.length);
    this.#corpusBytes += copy.length - (this.#corpus[at]?.length ?? 0);
    this.#corpus[at] = copy;
  }

  #checkMemory(): void {
    const grown = this.#memory.check(this.#inputs, this.#corpusBytes);
    if (grown !== undefined) this.#note('growth', grown, Buffer.alloc(0));
  }

  /** One finding per message: the same fault is met again and again. */
  #note(kind: Finding['kind'], message: string, input: Buffer): void {
    const name = `${kind}: ${message}`;
    if (!this.#found.has(name)) this.#found.set(name, { kind, message, input: Buffer.from(input) });
  }

  #progress(): FuzzProgress {
    const { rss, heapUsed } = process.memoryUsage();
    const { coverage } = this.#options;
    return {
      inputs: this.#inputs,
      seconds: (performance.now() - this.#startedAt) / 1_000,
      corpus: this.#corpus.length,
      branches: coverage?.branches ?? 0,
      branchesTotal: coverage?.total ?? 0,
      rssBytes: rss,
      heapBytes: heapUsed,
      findings: this.#found.size,
      counts: { ...this.#target.counts },
    };
  }
}

/** Looks at what stays after a collection; each look costs some milliseconds, so they are far apart. */
class MemoryWatch {
  readonly #growthBytes: number;
  readonly #collect: () => void;
  #baseline: number | undefined;
  #nextAt = 20_000;

  constructor(growthBytes: number) {
    this.#growthBytes = growthBytes;
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    this.#collect =
      typeof collect === 'function'
        ? () => void Reflect.apply(collect, undefined, [])
        : () => undefined;
  }

  check(inputs: number, corpusBytes: number): string | undefined {
    if (inputs < this.#nextAt) return undefined;
    this.#nextAt = inputs + Math.min(500_000, inputs);
    this.#collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const kept = heapUsed + arrayBuffers - corpusBytes;
    this.#baseline ??= kept;
    const grown = kept - this.#baseline;
    if (grown <= this.#growthBytes) return undefined;
    return 'memory is not given back';
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${typeof error}`;
  const place = /\n\s+at ([^\n]*)/.exec(error.stack ?? '')?.[1] ?? '';
  const file = /([\w.-]+\.ts):\d+/.exec(place)?.[0] ?? '';
  return `${error.name}: ${error.message} (${file})`.slice(0, 300);
}
