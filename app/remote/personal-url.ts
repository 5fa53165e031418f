/**
 * Addresses of pictures that name the reader: who fetches one says "this person has read it".
 * Looked for are the reader's mail addresses as they are, encoded, and by their usual digests.
 */
import { createHash } from 'node:crypto';

export type NamesReader = (url: string) => boolean;

/** @param addresses mail addresses of the person, and those the message was sent to */
export function namesReader(addresses: readonly string[]): NamesReader {
  const words = new Set<string>();
  const exact = new Set<string>();
  for (const given of addresses) {
    const address = given.trim().toLowerCase();
    if (!/^[^@\s]+@[^@\s]+$/.test(address)) continue;
    words.add(address);
    words.add(address.replace('@', '=')); // as in return paths
    words.add(Buffer.from(address).toString('hex'));
    for (const algorithm of ['md5', 'sha1', 'sha256']) {
      words.add(createHash(algorithm).update(address).digest('hex'));
    }
    for (const spelling of new Set([address, given.trim()])) {
      for (const form of ['base64', 'base64url'] as const) {
        exact.add(Buffer.from(spelling).toString(form).replace(/=+$/, ''));
      }
    }
  }
  return (url) => {
    const plain = decoded(url);
    const lower = plain.toLowerCase();
    return (
      [...words].some((word) => lower.includes(word)) ||
      [...exact].some((word) => plain.includes(word))
    );
  };
}

/** Twice, since addresses in addresses are often encoded twice. */
function decoded(url: string): string {
  let text = url;
  for (let round = 0; round < 2; round += 1) {
    try {
      text = decodeURIComponent(text);
    } catch {
      return text;
    }
  }
  return text;
}
