/**
 * The cipher suites of the seal, by their tokens on the wire. Specification: docs/protocol.md §3.
 * Which suite a leg uses is chosen here by order of preference, never by the peer's order.
 */

export const suites = ['nkhfs-25519-mlkem768-aesgcm-sha256', 'nk-25519-aesgcm-sha256'] as const;
export type Suite = (typeof suites)[number];

export interface SuiteFacts {
  /** Noise's own name: it is hashed into the handshake (Noise rev 34 §8). */
  readonly noiseName: string;
  /** ML-KEM-768 beside X25519: recorded mail stays closed to a later quantum computer. */
  readonly hybrid: boolean;
  /** Length of the only valid message 1, in octets: its payload is empty. */
  readonly message1Octets: number;
  /** Length of the only valid message 2, in octets. */
  readonly message2Octets: number;
}

const facts: Readonly<Record<Suite, SuiteFacts>> = {
  // e 32, sealed e1 1184 + 16, tag 16; e 32, sealed ekem1 1088 + 16, tag 16.
  'nkhfs-25519-mlkem768-aesgcm-sha256': {
    noiseName: 'Noise_NKhfs_25519+MLKEM768_AESGCM_SHA256',
    hybrid: true,
    message1Octets: 1_248,
    message2Octets: 1_152,
  },
  // e 32, tag 16; the same again.
  'nk-25519-aesgcm-sha256': {
    noiseName: 'Noise_NK_25519_AESGCM_SHA256',
    hybrid: false,
    message1Octets: 48,
    message2Octets: 48,
  },
};

export function isSuite(token: string): token is Suite {
  return suites.some((suite) => suite === token);
}

/**
 * @param token lower case
 * @returns undefined for a suite that we do not have
 */
export function suiteFacts(token: string): SuiteFacts | undefined {
  return isSuite(token) ? facts[token] : undefined;
}

/**
 * The suites that both sides have, in our order, best first.
 * @param offered tokens as read from the wire, any case; unknown ones are ignored
 */
export function matchSuites(offered: readonly string[]): Suite[] {
  const tokens = new Set(offered.map((token) => token.toLowerCase()));
  return suites.filter((suite) => tokens.has(suite));
}
