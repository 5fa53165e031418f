/**
 * Every limit of the gateway in one place: what a client may send, hold and how long it may take.
 * The leg's own limits (records, handshake) are in app/leg/limits.ts.
 */

/** What an administrator may set, and tests shorten. Milliseconds and counts. */
export interface GatewayLimits {
  /** Connections of one client address (IPv6: of one /64). */
  readonly connectionsPerAddress: number;
  /** Connections of all clients. */
  readonly connections: number;
  /** A TLS handshake, from its first octet to its end. */
  readonly tlsMs: number;
  /** Connecting to the backend, and its greeting. */
  readonly backendConnectMs: number;
  /** A command line or literal that has begun, before log-in. */
  readonly lineMs: number;
  /** Between two commands before log-in (RFC 5321 §4.5.3.2.7). */
  readonly idleBeforeLoginMs: number;
  /** From connection to log-in. */
  readonly loginMs: number;
  /** No octet either way after log-in (RFC 9051 §5.4 wants 30 minutes at least). */
  readonly idleMs: number;
  /** A reply of the backend; the end of DATA may take 10 minutes (RFC 5321 §4.5.3.2.6). */
  readonly backendReplyMs: number;
  /** What sessions get to finish after SIGTERM, and a peer to take our last octets. */
  readonly shutdownMs: number;
  readonly closeMs: number;
}

export const defaultLimits: GatewayLimits = {
  connectionsPerAddress: 50,
  connections: 1_000,
  tlsMs: 10_000,
  backendConnectMs: 10_000,
  lineMs: 10_000,
  idleBeforeLoginMs: 300_000,
  loginMs: 600_000,
  idleMs: 2_100_000,
  backendReplyMs: 660_000,
  shutdownMs: 5_000,
  closeMs: 2_000,
};

/** How long seal keys live; also set by an administrator. Whole days. */
export interface Rotation {
  /** A new seal key is made when the newest is this old. */
  readonly sealKeyDays: number;
  /** How long the one before stays valid beside it. */
  readonly overlapDays: number;
}

export const defaultRotation: Rotation = { sealKeyDays: 30, overlapDays: 15 };

/** Octets, and counts of lines: fixed, because protocols depend on them. */
export const sizes = {
  /** A command line with its ending. RFC 5321 §4.5.3.1.4 and its extensions need far less. */
  commandLine: 4_096,
  /** AUTH lines and answers (RFC 4954 §4), and XSEAL. */
  longLine: 12_288,
  /** One line of a backend, with its ending. */
  backendLine: 65_536,
  /** One whole reply or response of a backend before log-in. */
  backendReply: 262_144,
  /** One whole IMAP command with its literals before log-in. */
  imapCommand: 65_536,
  /** Octets kept unread per direction before the peer is made to wait. */
  readAhead: 65_536,
  /** The end of a backend's stream that is looked at for a farewell. */
  farewellTail: 1_024,
  /** Messages 1 remembered, to refuse one that comes again. */
  rememberedHandshakes: 65_536,
} as const;
