/**
 * How a session ends, as a thrown value: it may come up anywhere in a dialogue, and exactly one place
 * (session.ts) acts on it. Never an error to tell the administrator about by itself.
 */

/** Goes into the session's log line. */
export type EndReason =
  | 'quit'
  | 'client-closed'
  | 'client-cut'
  | 'backend-closed'
  | 'backend-cut'
  | 'backend-unreachable'
  | 'backend-protocol'
  | 'backend-timeout'
  | 'timeout'
  | 'injection'
  | 'seal-refused'
  | 'tls-failed'
  | 'too-long'
  | 'smuggling'
  | 'protocol'
  | 'too-many'
  | 'shutdown'
  | 'internal';

export interface SessionEndOptions {
  /** Last octets for the client. */
  readonly farewell?: string;
  /**
   * True when the client must see a broken stream instead of an orderly end: no FIN, no close
   * record, so that half an answer can never pass for a whole one.
   */
  readonly cut?: boolean;
  readonly cause?: unknown;
}

export class SessionEnd extends Error {
  readonly reason: EndReason;
  readonly farewell: string;
  readonly cut: boolean;

  constructor(reason: EndReason, options: SessionEndOptions = {}) {
    super(reason, { cause: options.cause });
    this.name = 'SessionEnd';
    this.reason = reason;
    this.farewell = options.farewell ?? '';
    this.cut = options.cut ?? false;
  }
}

/** A line that is longer than its limit; the dialogue decides what to answer. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}
