/**
 * The browser as a child process: started without a window, given orders over two pipes, ended
 * with everything it started. Opens no port.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { CdpPipe } from './cdp.ts';
import { browserFlags, windowFlags } from './flags.ts';

export interface BrowserOptions {
  readonly browserPath: string;
  /** Made by the caller, 0700. */
  readonly userDataDir: string;
  readonly isRoot: boolean;
  /** Size and place of the window. */
  readonly extraFlags?: readonly string[];
}

export class BrowserStartError extends Error {
  override readonly name = 'BrowserStartError';
}

/** Longest wait for the browser to take orders, to show its window, and to end. */
const startTimeoutMs = 30_000;
const endTimeoutMs = 5_000;
/** What is kept of the browser's own complaints, for the log of a failed start. */
const complaintLength = 2_000;

export class Browser {
  readonly cdp: CdpPipe;
  readonly #child: ChildProcess;
  readonly #options: BrowserOptions;
  readonly #exited: Promise<void>;
  #complaint = '';

  constructor(options: BrowserOptions) {
    this.#options = options;
    // Its own process group: an interrupt from the terminal reaches the host first.
    this.#child = spawn(
      options.browserPath,
      [...browserFlags(options), ...(options.extraFlags ?? [])],
      {
        stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
      },
    );
    const output = this.#child.stdio[3] as Writable | null;
    const input = this.#child.stdio[4] as Readable | null;
    this.#exited = new Promise((resolve) => {
      this.#child.on('exit', () => resolve());
      this.#child.on('error', (error) => {
        this.#complaint = error.message;
        resolve();
      });
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString('latin1')).slice(-complaintLength);
    });
    if (!output || !input) throw new BrowserStartError('the browser got no pipes');
    this.cdp = new CdpPipe(output, input);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when the process is gone, for whatever reason. */
  exited(): Promise<void> {
    return this.#exited;
  }

  /** @throws BrowserStartError when it ends or stays silent instead of taking orders */
  async ready(): Promise<void> {
    await this.#before(this.cdp.send('Browser.getVersion'), 'it does not take orders');
  }

  /**
   * Runs the second process that hands the app window over.
   * @param shown resolves when the window's page was found
   * @throws BrowserStartError when no window comes
   */
  async openWindow(shown: Promise<void>): Promise<void> {
    const child = spawn(this.#options.browserPath, windowFlags(this.#options), {
      stdio: 'ignore',
    });
    const failed = new Promise<never>((_resolve, reject) => child.on('error', reject));
    try {
      await this.#before(Promise.race([shown, failed]), 'it shows no window');
    } finally {
      if (child.exitCode === null) setTimeout(() => child.kill(), endTimeoutMs).unref();
    }
  }

  /** Asks the browser to end, then makes it end. */
  async close(): Promise<void> {
    this.cdp.send('Browser.close').catch(() => undefined);
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (await settledWithin(this.#exited, endTimeoutMs)) return;
      this.#signal(signal);
    }
    await settledWithin(this.#exited, endTimeoutMs);
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null) return;
    try {
      if (process.platform === 'win32') this.#child.kill(signal);
      else process.kill(-pid, signal);
    } catch {
      // Gone between the check and the signal.
    }
  }

  async #before<T>(work: Promise<T>, failure: string): Promise<T> {
    const gaveUp = this.#exited.then(() => 'ended' as const);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), startTimeoutMs);
    });
    try {
      const done = work.then((value) => ({ value }));
      const first = await Promise.race([done, gaveUp, late]);
      if (first === 'late') throw new BrowserStartError(failure);
      if (first === 'ended') throw new BrowserStartError(this.#lastComplaint());
      return first.value;
    } catch (error) {
      if (error instanceof BrowserStartError) throw error;
      // The pipe often closes a moment before the exit is seen.
      await settledWithin(this.#exited, 1_000);
      throw new BrowserStartError(this.#lastComplaint(), { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  #lastComplaint(): string {
    const lines = this.#complaint.trim().split('\n');
    return lines.at(-1)?.trim() || 'it ended at once';
  }
}

async function settledWithin(work: Promise<void>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
