/**
 * The cipher suites of the seal, by their tokens on the wire. Specification: docs/protocol.md §3.
 * Which suite a leg uses is chosen here by order of preference, never by the peer's order.
 */

export const suites = ['nk-25519-aesgcm-sha256'] as const;
export type Suite = (typeof suites)[number];

/** Noise's own name of a suite: it is hashed into the handshake (Noise rev 34 §8). */
export const noiseNames: Readonly<Record<Suite, string>> = {
  'nk-25519-aesgcm-sha256': 'Noise_NK_25519_AESGCM_SHA256',
};

export function isSuite(token: string): token is Suite {
  return suites.some((suite) => suite === token);
}

/**
 * The suites that both sides have, in our order, best first.
 * @param offered tokens as read from the wire, any case; unknown ones are ignored
 */
export function matchSuites(offered: readonly string[]): Suite[] {
  const tokens = new Set(offered.map((token) => token.toLowerCase()));
  return suites.filter((suite) => tokens.has(suite));
}
