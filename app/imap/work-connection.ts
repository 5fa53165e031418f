/**
 * A connection beside the watch, opened on demand: jobs run one at a time, the person's before
 * the background's. A job may run twice when a stale connection dies under it: jobs are idempotent.
 */
import type { ImapFlow } from 'imapflow';
import { asMailError, CancelledError, type MailError } from '../errors.ts';
import type { ImapConnection } from './connect.ts';
import { isConnectionTrouble, toImapMailError } from './imap-errors.ts';
import { imapLimits } from './limits.ts';

export type ImapJob<T> = (client: ImapFlow) => Promise<T>;

interface QueuedJob {
  readonly run: (connection: ImapConnection) => Promise<void>;
  readonly fail: (error: MailError) => void;
}

export class WorkConnection {
  readonly #connect: (signal: AbortSignal) => Promise<ImapConnection>;
  readonly #urgent: QueuedJob[] = [];
  readonly #background: QueuedJob[] = [];
  readonly #stop = new AbortController();
  #connection: ImapConnection | undefined;
  #pumping = false;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(connect: (signal: AbortSignal) => Promise<ImapConnection>) {
    this.#connect = connect;
  }

  /** @throws MailError of the connection or of the job */
  run<T>(job: ImapJob<T>, priority: 'user' | 'background' = 'user'): Promise<T> {
    if (this.#stop.signal.aborted) return Promise.reject(new CancelledError());
    return new Promise<T>((resolve, reject) => {
      const queue = priority === 'user' ? this.#urgent : this.#background;
      queue.push({
        run: async (connection) => resolve(await job(connection.client)),
        fail: reject,
      });
      void this.#pump();
    });
  }

  /** The connection that stands now, if one does. */
  get standing(): boolean {
    return this.#connection?.client.usable === true;
  }

  /** Lets the connection go; a job that runs on it begins again on another one. */
  drop(): void {
    this.#dropConnection();
  }

  close(): void {
    this.#stop.abort();
    clearTimeout(this.#idleTimer);
    this.#dropConnection();
    this.#failAll(new CancelledError());
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    clearTimeout(this.#idleTimer);
    try {
      for (let job = this.#next(); job !== undefined; job = this.#next()) await this.#execute(job);
    } finally {
      this.#pumping = false;
    }
    if (!this.#stop.signal.aborted) {
      this.#idleTimer = setTimeout(() => this.#dropConnection(), imapLimits.workIdleCloseMs);
    }
  }

  #next(): QueuedJob | undefined {
    return this.#urgent.shift() ?? this.#background.shift();
  }

  async #execute(job: QueuedJob): Promise<void> {
    const reused = this.#connection?.client.usable === true;
    const error = await this.#attempt(job);
    if (error === undefined) return;
    if (!reused || !isConnectionTrouble(error) || this.#stop.signal.aborted) {
      job.fail(error);
      return;
    }
    const second = await this.#attempt(job);
    if (second !== undefined) job.fail(second);
  }

  async #attempt(job: QueuedJob): Promise<MailError | undefined> {
    let connection: ImapConnection;
    try {
      connection = await this.#ready();
    } catch (error) {
      const failure = asMailError(error);
      // Whatever waits would meet the same closed door.
      this.#failAll(failure);
      return failure;
    }
    try {
      await job.run(connection);
      return undefined;
    } catch (error) {
      const failure = toImapMailError(error, connection.host, connection.streamError());
      if (isConnectionTrouble(failure) || !connection.client.usable) this.#dropConnection();
      return failure;
    }
  }

  async #ready(): Promise<ImapConnection> {
    if (this.#connection?.client.usable) return this.#connection;
    this.#dropConnection();
    const connection = await this.#connect(this.#stop.signal);
    if (this.#stop.signal.aborted) {
      connection.close();
      throw new CancelledError();
    }
    this.#connection = connection;
    return connection;
  }

  #dropConnection(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  #failAll(error: MailError): void {
    for (const job of [...this.#urgent.splice(0), ...this.#background.splice(0)]) job.fail(error);
  }
}
