/**
 * The account's connections beside its watch: one for the person, one for bulk work, so that a
 * click never waits behind a batch. Where the server allows fewer, they share; where it allows
 * one alone, work is done on the watch's own.
 */
import { asMailError } from '../errors.ts';
import type { ImapConnection } from './connect.ts';
import { isNoRoom } from './imap-errors.ts';
import { imapLimits } from './limits.ts';
import { type ImapJob, WorkConnection } from './work-connection.ts';

export type JobPriority = 'user' | 'background';

export interface ConnectionsOptions {
  /** @throws ImapError `imap.too-many-connections` when the server has no room */
  readonly connect: (signal: AbortSignal) => Promise<ImapConnection>;
  /** The watch's connection, for a while. Not to be closed by whoever borrows it. */
  readonly borrow: () => ImapConnection | undefined;
  /** Work on the borrowed connection is done: it may have another mailbox selected now. */
  readonly giveBack: () => void;
}

export class Connections {
  readonly #user: WorkConnection;
  readonly #bulk: WorkConnection;
  readonly #watch: WorkConnection;
  readonly #options: ConnectionsOptions;
  /** Until when a lane is not tried again. */
  readonly #noRoomUntil = new Map<'user' | 'bulk', number>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#user = new WorkConnection((signal) => this.#open('user', signal));
    this.#bulk = new WorkConnection((signal) => this.#open('bulk', signal));
    this.#watch = new WorkConnection(() => this.#borrow());
  }

  /** True when bulk work and the person's share a connection: jobs must be short then. */
  get shared(): boolean {
    return [...this.#noRoomUntil.values()].some((until) => until > Date.now());
  }

  /**
   * May run twice when a stale connection breaks.
   * @throws MailError of the connection or of the job
   */
  async run<T>(job: ImapJob<T>, priority: JobPriority): Promise<T> {
    const lanes = priority === 'user' ? [this.#user, this.#bulk] : [this.#bulk, this.#user];
    // A lane without a connection comes after one that has one, when there is no room for more.
    const order = this.shared ? lanes.sort((a, b) => +b.standing - +a.standing) : lanes;
    for (const lane of order) {
      try {
        return await lane.run(job, priority);
      } catch (error) {
        if (!isNoRoom(asMailError(error))) throw error;
      }
    }
    try {
      return await this.#watch.run(job, priority);
    } finally {
      this.#options.giveBack();
    }
  }

  /** Lets both connections go, e.g. because the computer slept; jobs begin again on new ones. */
  drop(): void {
    this.#user.drop();
    this.#bulk.drop();
  }

  /** The server may have room again. */
  forgetLimits(): void {
    this.#noRoomUntil.clear();
  }

  close(): void {
    this.#user.close();
    this.#bulk.close();
    this.#watch.close();
  }

  async #open(lane: 'user' | 'bulk', signal: AbortSignal): Promise<ImapConnection> {
    const refusal = this.#refusals.get(lane);
    if (refusal !== undefined && (this.#noRoomUntil.get(lane) ?? 0) > Date.now()) throw refusal;
    try {
      return await this.#options.connect(signal);
    } catch (error) {
      const failure = asMailError(error);
      if (isNoRoom(failure)) {
        this.#noRoomUntil.set(lane, Date.now() + imapLimits.noRoomMs);
        this.#refusals.set(lane, failure);
      }
      throw failure;
    }
  }

  readonly #refusals = new Map<'user' | 'bulk', Error>();

  #borrow(): Promise<ImapConnection> {
    const connection = this.#options.borrow();
    if (connection === undefined) {
      return Promise.reject(
        this.#refusals.get('user') ?? this.#refusals.get('bulk') ?? new Error('no connection'),
      );
    }
    return Promise.resolve({ ...connection, close: () => undefined });
  }
}
