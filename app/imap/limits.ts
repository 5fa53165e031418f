/** Every number of the IMAP side in one place: sizes, batches, waits. */
export const imapLimits = {
  /** What a server may make us hold (yardstick P1); beyond it the connection fails. */
  lineBytes: 16 * 1024 * 1024,
  literalBytes: 64 * 1024 * 1024,
  responseBytes: 72 * 1024 * 1024,
  responseTokens: 400_000,

  /** The first screen. */
  firstBatch: 50,
  batch: 250,
  /** Bodies fetched ahead, newest first. */
  prefetchCount: 50,
  prefetchSizeBytes: 256 * 1024,
  prefetchBatch: 8,
  mailboxes: 2_000,

  greetingTimeoutMs: 30_000,
  /** No traffic for so long while a command runs: dead. While idling: a NOOP is due. */
  silenceMs: 2 * 60_000,
  /** Below the 29 minutes of RFC 9051 §6.3.13. */
  idleRestartMs: 25 * 60_000,
  idleDelayMs: 30,
  /** How often other mailboxes are asked for their counts. */
  pollMs: 3 * 60_000,
  workIdleCloseMs: 5 * 60_000,

  retryFirstMs: 1_000,
  retryMostMs: 60_000,
  /** After something that only the person can mend. */
  retryStoppedMs: 5 * 60_000,
} as const;
