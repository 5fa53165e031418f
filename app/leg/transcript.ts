/**
 * What both sides hash of the clear phase, and the Noise prologue that binds it to the seal.
 * Tampering with a greeting, an offer or a key card makes the handshake fail. docs/protocol.md §5.2.
 */
import { createHash, hash } from 'node:crypto';
import type { Service } from './types.ts';

/**
 * Each direction has its own hash: the two sides see them interleaved differently, but each
 * direction's octets in the same order.
 */
export class Transcript {
  readonly #client = createHash('sha256');
  readonly #server = createHash('sha256');

  /** Octets that the client sent since the connection, or the TLS session, began. */
  client(octets: Uint8Array | string): void {
    this.#client.update(octets);
  }

  server(octets: Uint8Array | string): void {
    this.#server.update(octets);
  }

  /** SHA-256 of both directions' SHA-256, 32 bytes, up to but not with the XSEAL line. */
  digest(): Uint8Array {
    const halves = [this.#client.copy().digest(), this.#server.copy().digest()];
    return hash('sha256', Buffer.concat(halves), 'buffer');
  }
}

/** The word of a service in the prologue. */
export const serviceWords: Readonly<Record<Service, string>> = {
  imap: 'imap',
  submission: 'smtp',
};

export interface PrologueFields {
  readonly service: Service;
  readonly suite: string;
  readonly keyId: string;
  /** The host the person configured, lower case. */
  readonly serverName: string;
  /** Transcript digest, 32 bytes. */
  readonly transcript: Uint8Array;
}

/** The Noise prologue: five lines, then the 32 raw octets of the transcript. */
export function encodePrologue(fields: PrologueFields): Uint8Array {
  const head = [
    'letterlock-leg 1',
    serviceWords[fields.service],
    fields.suite,
    fields.keyId,
    fields.serverName,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\n')}\n`, 'ascii'), fields.transcript]);
}
