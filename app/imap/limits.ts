/** Every number of the IMAP side in one place: sizes, batches, waits. */
export const imapLimits = {
  /** What a server may make us hold (yardstick P1); beyond it the connection fails. */
  lineBytes: 16 * 1024 * 1024,
  literalBytes: 64 * 1024 * 1024,
  responseBytes: 72 * 1024 * 1024,
  responseTokens: 400_000,

  /** The first screen. */
  firstBatch: 50,
  /** Headers of one FETCH. */
  batch: 2_000,
  /** Batches of one job: the connection is then free for whatever is more urgent. */
  batchesPerJob: 5,
  /** Flags of one FETCH where the server keeps no mod-sequences. */
  flagsBatch: 2_000,
  /** A look at flags that a person waits for. */
  flagsAtOnce: 1_000,
  /** Bodies fetched ahead, newest first. */
  prefetchCount: 50,
  prefetchSizeBytes: 256 * 1024,
  bodiesBatch: 100,
  bodiesBatchBytes: 4 * 1024 * 1024,
  mailboxes: 2_000,

  greetingTimeoutMs: 30_000,
  /** No traffic for so long while a command runs: dead. While idling: a NOOP is due. */
  silenceMs: 2 * 60_000,
  /** Below the 29 minutes of RFC 9051 §6.3.13. */
  idleRestartMs: 25 * 60_000,
  idleDelayMs: 30,
  /** How often other mailboxes are asked for their counts. */
  pollMs: 3 * 60_000,
  /** Mailboxes asked one by one in a poll, where the server has no LIST-STATUS (RFC 5819). */
  pollSingly: 30,
  /** How often a quiet connection has to prove itself, and how long it may take for it. */
  proofEveryMs: 4 * 60_000,
  proofMs: 20_000,
  /** The clock is looked at so often: a leap says that the computer slept. */
  clockMs: 10_000,
  /** A server that allowed no further connection is not asked for one again so soon. */
  noRoomMs: 10 * 60_000,
  /** Mailboxes that were looked at for a rename. */
  renamesChecked: 50,
  searchRows: 200,
  workIdleCloseMs: 5 * 60_000,

  retryFirstMs: 1_000,
  retryMostMs: 60_000,
  /** After something that only the person can mend. */
  retryStoppedMs: 5 * 60_000,
} as const;

/** Waits that a test makes short. */
export interface SyncTiming {
  readonly pollMs: number;
  readonly proofEveryMs: number;
  readonly proofMs: number;
  readonly clockMs: number;
  readonly retryFirstMs: number;
}

export const defaultTiming: SyncTiming = imapLimits;
