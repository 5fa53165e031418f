/**
 * One signed-in SMTP session over a leg that is already judged: nodemailer's connection with its own
 * TLS, host name and log turned off. Turns its errors into MailErrors. RFC 5321, 4954, 6409.
 */
import type { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { AuthError, LegError, MailError, SubmissionError } from '../errors.ts';
import type { SubmissionOffer } from '../ports.ts';
import { DotWatch } from './dot-watch.ts';
import { judge, type SmtpFailure, type SubmissionOutcome, serverWords } from './outcome.ts';

export interface SmtpSessionOptions {
  readonly userName: string;
  readonly password: string;
  readonly signal?: AbortSignal;
  readonly timeouts?: Partial<SmtpTimeouts>;
}

export interface SmtpTimeouts {
  readonly greetingMs: number;
  readonly idleMs: number;
  readonly afterDotMs: number;
}

export interface SubmissionEnvelope {
  readonly reversePath: string;
  readonly forwardPaths: readonly string[];
  readonly sizeBytes: number;
  /** MAIL FROM … REQUIRETLS (RFC 8689 §2); `offer` must have it. */
  readonly requireTls?: boolean;
}

/** RFC 5321 §4.5.3.2: ten minutes for the reply to the final dot. */
const defaultTimeouts: SmtpTimeouts = { greetingMs: 30_000, idleMs: 180_000, afterDotMs: 600_000 };
/** How long a server may take to answer QUIT before it is left without it. */
const quitMs = 3_000;
/** Far more than any honest reply (octets). */
const maxReplyOctets = 65_536;

export class SmtpSession {
  readonly #connection: SMTPConnection;
  readonly #watch: DotWatch;
  #lost: Error | undefined;
  #onLost: ((error: Error) => void) | undefined;
  #offer: SubmissionOffer = { requireTls: false };

  private constructor(connection: SMTPConnection, watch: DotWatch) {
    this.#connection = connection;
    this.#watch = watch;
    connection.on('error', (error: Error) => this.#fail(error));
    connection.on('end', () => this.#fail(new Error('connection ended')));
  }

  /**
   * Greets, says EHLO and signs in. The stream is destroyed when that fails.
   * @throws LegError, AuthError or SubmissionError (nothing was submitted); CancelledError never
   */
  static async open(leg: Duplex, options: SmtpSessionOptions): Promise<SmtpSession> {
    const timeouts = { ...defaultTimeouts, ...options.timeouts };
    const watch = new DotWatch(leg, {
      idleMs: timeouts.idleMs,
      afterDotMs: timeouts.afterDotMs,
    });
    const connection = new SMTPConnection({
      connection: asSocket(watch),
      // The leg is already what it will be: the library must never negotiate TLS by itself.
      secure: true,
      secured: true,
      ignoreTLS: true,
      // The client's own name is nobody's business (the same literal for everyone).
      name: '[127.0.0.1]',
      logger: false,
      greetingTimeout: timeouts.greetingMs,
      connectionTimeout: timeouts.greetingMs,
      socketCloseTimeout: 2_000,
      maxResponseSize: maxReplyOctets,
    });
    const session = new SmtpSession(connection, watch);
    const abort = (): void => session.close();
    options.signal?.addEventListener('abort', abort, { once: true });
    watch.once('close', () => options.signal?.removeEventListener('abort', abort));
    if (options.signal?.aborted) session.close();
    try {
      await session.#connect();
      await session.#login(options.userName, options.password);
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /** What the server said to EHLO. */
  get offer(): SubmissionOffer {
    return this.#offer;
  }

  /** False once the leg is lost or was cut. */
  get usable(): boolean {
    return this.#lost === undefined && !this.#watch.destroyed;
  }

  /** Whether the final dot of the latest message may have left. */
  get dotStarted(): boolean {
    return this.#watch.dotStarted;
  }

  /** Forgets the transaction before (RFC 5321 §4.1.1.5); false when the session is of no use any more. */
  async reset(): Promise<boolean> {
    try {
      this.#watch.begin();
      await this.#race<void>((resolve, reject) =>
        this.#connection.reset((error) => (error ? reject(error) : resolve())),
      );
      return this.usable;
    } catch {
      this.close();
      return false;
    }
  }

  /**
   * Submits one message; between two, `reset`. Never throws: the outcome says what is known.
   * The reader is destroyed in the end.
   * @param beforeDot called before the final dot leaves; a throw keeps it back
   */
  async submit(
    envelope: SubmissionEnvelope,
    message: Readable,
    beforeDot: () => void,
  ): Promise<SubmissionOutcome> {
    this.#watch.begin(beforeDot);
    try {
      const rejected = await this.#race<readonly SmtpFailure[]>((resolve, reject) =>
        this.#connection.send(
          {
            from: envelope.reversePath,
            to: [...envelope.forwardPaths],
            size: envelope.sizeBytes,
            ...(envelope.requireTls === true ? { requireTLSExtensionEnabled: true } : {}),
          },
          message,
          (error, result) => (error ? reject(error) : resolve(result?.rejectedErrors ?? [])),
        ),
      );
      return judge(this.#watch, envelope.forwardPaths, { rejected });
    } catch (error) {
      return judge(this.#watch, envelope.forwardPaths, { error });
    } finally {
      message.destroy();
    }
  }

  /** Takes leave; returns without waiting for the answer. */
  quit(): void {
    if (this.#lost !== undefined || this.#watch.destroyed) return;
    const timer = setTimeout(() => this.close(), quitMs);
    this.#watch.once('close', () => clearTimeout(timer));
    this.#connection.quit();
  }

  /** Cuts the leg at once. */
  close(): void {
    this.#connection.close();
    this.#watch.destroy();
    this.#fail(new Error('closed'));
  }

  async #login(user: string, pass: string): Promise<void> {
    if (!this.#connection.allowsAuth) throw new AuthError('auth.unsupported', { service });
    try {
      await this.#race<void>((resolve, reject) =>
        this.#connection.login({ user, pass }, (error) => (error ? reject(error) : resolve())),
      );
    } catch (error) {
      throw this.#loginError(error);
    }
  }

  #loginError(error: unknown): MailError {
    const { code, replyCode, text } = serverWords(error);
    if (code !== 'EAUTH') return this.#stepError(error);
    if (replyCode === undefined) return new AuthError('auth.unsupported', { service });
    if (replyCode >= 500) return new AuthError('auth.failed', { service, replyCode, text });
    return new SubmissionError('submission.deferred', { replyCode, text });
  }

  #connect(): Promise<void> {
    const greeted = this.#race<void>((resolve, reject) =>
      this.#connection.connect((error) => (error ? reject(error) : resolve())),
    );
    return greeted.then(
      () => {
        this.#offer = parseOffer(String(this.#connection.lastServerResponse || ''));
      },
      (error: unknown) => {
        throw this.#stepError(error);
      },
    );
  }

  /** Something went wrong before any message was on its way. */
  #stepError(error: unknown): MailError {
    if (this.#watch.legError instanceof MailError) return this.#watch.legError;
    const { replyCode, text, timedOut } = serverWords(error);
    if (replyCode !== undefined) {
      return new SubmissionError('submission.deferred', { replyCode, text });
    }
    const late = timedOut || this.#watch.timedOut;
    return new LegError(late ? 'leg.timeout' : 'leg.truncated', { service }, { cause: error });
  }

  /** The library reports a lost connection by event, a refused command by callback: first one wins. */
  #race<T>(
    start: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#lost) {
        reject(this.#lost);
        return;
      }
      this.#onLost = reject;
      const settled = (): void => {
        this.#onLost = undefined;
      };
      start(
        (value) => {
          settled();
          resolve(value);
        },
        (error) => {
          settled();
          reject(error);
        },
      );
    });
  }

  #fail(error: Error): void {
    this.#lost ??= error;
    // A refused command may be reported right after: it says more than "ended".
    const report = this.#onLost;
    this.#onLost = undefined;
    if (report) setImmediate(() => report(error));
  }
}

const service = 'submission';

/** @param reply whole, as it came: keywords compare without case (RFC 5321 §4.1.1.1) */
export function parseOffer(reply: string): SubmissionOffer {
  const [, ...extensions] = reply.split(/\r?\n/).map((line) => line.replace(/^250[ -]/, '').trim());
  const requireTls = extensions.some((line) => /^REQUIRETLS$/i.test(line));
  const [limit] = extensions.flatMap((line) => /^SIZE (\d{1,15})$/i.exec(line)?.[1] ?? []);
  // 0: no fixed limit (RFC 1870 §4).
  const maxMessageBytes = Number(limit ?? 0);
  return { requireTls, ...(maxMessageBytes > 0 ? { maxMessageBytes } : {}) };
}

/** nodemailer asks for a net.Socket and uses of it what any Duplex has, and setTimeout, which DotWatch has. */
function asSocket(watch: DotWatch): Socket {
  return watch as Duplex as Socket;
}
