/**
 * What opening a leg asks of SMTP and IMAP alike before the seal. Implemented by smtp-session.ts
 * and imap-session.ts; neither ever sends a name, a password or mail.
 */
import type { ClearChannel } from './clear-channel.ts';

export interface Offers {
  readonly startTls: boolean;
  /** Suite tokens of the key-fetch offer, as sent; empty when there is no offer. */
  readonly sealSuites: readonly string[];
}

export interface SealRequest {
  readonly suite: string;
  readonly keyId: string;
  readonly serverName: string;
  /** Noise message 1; its length is the suite's. */
  readonly message1: Uint8Array;
}

/** Message 2 of the suite's length, or word that the server does not know the key any more. */
export type SealReply = { readonly message2: Uint8Array } | 'unknown-key';

/** Every method throws LegError: `leg.protocol`, `leg.unreachable`, `leg.timeout`, or as named. */
export interface ClearSession {
  readonly channel: ClearChannel;
  /** Reads the greeting. @returns its octets, to be replayed if the session is handed on as it is */
  greet(): Promise<Buffer>;
  /** A greeting of our own for a session that has none any more, after STARTTLS. */
  freshGreeting(serverName: string): Buffer;
  probe(): Promise<Offers>;
  /** @throws LegError `leg.tls-failed` when the server refuses */
  startTls(): Promise<void>;
  /** @returns the card's lines. @throws LegError `leg.card-invalid` */
  fetchCard(): Promise<string[]>;
  /** @throws LegError `leg.seal-failed` when the server refuses for good */
  seal(request: SealRequest): Promise<SealReply>;
}

/**
 * A server's own words for a person, only when they are authentic: what comes in clear may be
 * anyone's and is never shown.
 */
export function authenticText(channel: ClearChannel, text: string): { text?: string } {
  if (!channel.authenticated) return {};
  const printable = text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
  return { text: printable };
}
