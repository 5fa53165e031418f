/**
 * An identity key as eight words that two people can compare over the telephone: the first 88 bits
 * of a SHA-256, 11 bits a word, from the BIP39 English list. docs/protocol.md §2.4.
 */
import { hash } from 'node:crypto';
import { wordlist } from '@scure/bip39/wordlists/english.js';

const label = 'letterlock fingerprint v1\n';
const wordCount = 8;
const bitsPerWord = 11;

/**
 * @param identity Ed25519 public key, 32 bytes
 * @returns eight lower-case words with single spaces
 */
export function fingerprintWords(identity: Uint8Array): string {
  const digest = hash('sha256', Buffer.concat([Buffer.from(label, 'ascii'), identity]), 'buffer');
  const bits = BigInt(`0x${digest.toString('hex')}`);
  const words: string[] = [];
  for (let index = 0; index < wordCount; index += 1) {
    const shift = BigInt(256 - bitsPerWord * (index + 1));
    words.push(wordlist[Number((bits >> shift) & 0x7ffn)] ?? '');
  }
  return words.join(' ');
}
