/**
 * The key card: what a server publishes about its keys, readable over telnet, signed as those exact
 * lines. Strict both ways; validity in time is judged by the caller. docs/protocol.md §4.
 */
import { LegError } from '../errors.ts';
import { publicKeyOctets, sign, signatureOctets, verify } from './keys.ts';
import { limits } from './limits.ts';
import type { SealKey } from './types.ts';

export interface KeyCard {
  /** Ed25519, 32 bytes: what clients pin. */
  readonly identity: Uint8Array;
  /** Host names and addresses this card serves, lower case; none means any. */
  readonly names: readonly string[];
  /** At least one; expired ones may be among them. */
  readonly sealKeys: readonly SealKey[];
  /** The next identity, named by this one. */
  readonly successor?: IdentityLink;
  /**
   * The identities before this one, newest first, at most four: each named the one after it as its
   * successor, so that a client which missed some can still follow.
   */
  readonly predecessors?: readonly IdentityLink[];
}

export interface IdentityLink {
  /** Ed25519, 32 bytes. */
  readonly identity: Uint8Array;
  /** By the older identity over the successor input of the newer one, 64 bytes. */
  readonly signature: Uint8Array;
}

const firstLine = 'letterlock-key-card 1';
const signatureLabel = 'letterlock key card v1\n';
const successorLabel = 'letterlock successor v1\n';
const printable = /^[\x20-\x7e]+$/;
const keyIdPattern = new RegExp(`^[a-z0-9-]{1,${limits.keyIdOctets}}$`);
const suitePattern = /^[a-z0-9-]{1,64}$/;
const namePattern = /^[a-z0-9_:]([a-z0-9_.:-]*[a-z0-9_:])?$/;
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The order of line types on a card; none may come before an earlier one. */
const order = ['identity', 'name', 'seal', 'successor', 'predecessor', 'signature'];

interface CardDraft {
  identity?: Uint8Array;
  names: string[];
  sealKeys: SealKey[];
  successor?: IdentityLink;
  predecessors: IdentityLink[];
  signature?: Uint8Array;
}

/**
 * Reads a card and verifies its signature and those of its links.
 * @param lines without line endings, as they came
 * @throws LegError `leg.card-invalid`
 */
export function parseKeyCard(lines: readonly string[]): KeyCard {
  try {
    return readCard(lines);
  } catch (error) {
    if (error instanceof LegError) throw error;
    throw new LegError('leg.card-invalid', {}, { cause: error });
  }
}

function readCard(lines: readonly string[]): KeyCard {
  assertSize(lines);
  if (lines[0] !== firstLine) throw new Error('not a version 1 card');
  const draft: CardDraft = { names: [], sealKeys: [], predecessors: [] };
  let position = 0;
  for (const line of lines.slice(1)) {
    const [type = '', ...words] = line.split(' ');
    const place = order.indexOf(type);
    if (place < position) throw new Error(`unknown or misplaced line: ${type}`);
    position = place;
    readLine(draft, type, words);
  }
  const { identity, signature, names, sealKeys, successor, predecessors } = draft;
  if (!identity || !signature || sealKeys.length === 0) throw new Error('incomplete card');
  if (!verify(signature, cardInput(lines.slice(0, -1)), identity)) throw new Error('bad signature');
  if (successor && !verify(successor.signature, successorInput(successor.identity), identity)) {
    throw new Error('bad successor signature');
  }
  assertChain(identity, predecessors);
  return {
    identity,
    names,
    sealKeys,
    ...(successor && { successor }),
    ...(predecessors.length > 0 && { predecessors }),
  };
}

/** Each predecessor must have signed the identity after it. */
function assertChain(identity: Uint8Array, predecessors: readonly IdentityLink[]): void {
  const seen = [identity];
  let newer = identity;
  for (const link of predecessors) {
    if (seen.some((known) => Buffer.compare(known, link.identity) === 0)) {
      throw new Error('an identity twice');
    }
    if (!verify(link.signature, successorInput(newer), link.identity)) {
      throw new Error('bad predecessor signature');
    }
    seen.push(link.identity);
    newer = link.identity;
  }
}

function assertSize(lines: readonly string[]): void {
  if (lines.length > limits.cardLines) throw new Error('too many lines');
  for (const line of lines) {
    if (line.length > limits.cardLineOctets) throw new Error('line too long');
    if (!printable.test(line)) throw new Error('line empty or not printable ASCII');
  }
}

function readLine(draft: CardDraft, type: string, words: readonly string[]): void {
  switch (type) {
    case 'identity':
      if (draft.identity) throw new Error('two identities');
      assertCount(words, 2);
      draft.identity = readIdentity(words);
      return;
    case 'name':
      assertCount(words, 1);
      draft.names.push(readName(words[0] ?? '', draft.names));
      return;
    case 'seal':
      draft.sealKeys.push(readSealKey(words, draft.sealKeys));
      return;
    case 'successor':
      if (draft.successor) throw new Error('two successors');
      draft.successor = readLink(words);
      return;
    case 'predecessor':
      if (draft.predecessors.length >= limits.cardPredecessors) {
        throw new Error('too many predecessors');
      }
      draft.predecessors.push(readLink(words));
      return;
    case 'signature':
      if (draft.signature) throw new Error('two signatures');
      assertCount(words, 1);
      draft.signature = decodeBase64(words[0] ?? '', signatureOctets);
      return;
    default:
      throw new Error('unknown line type');
  }
}

function assertCount(words: readonly string[], count: number): void {
  if (words.length !== count) throw new Error('wrong number of words');
}

function readIdentity(words: readonly string[]): Uint8Array {
  if (words[0] !== 'ed25519') throw new Error('unknown identity algorithm');
  return decodeBase64(words[1] ?? '', publicKeyOctets);
}

function readLink(words: readonly string[]): IdentityLink {
  assertCount(words, 3);
  return {
    identity: readIdentity(words),
    signature: decodeBase64(words[2] ?? '', signatureOctets),
  };
}

function readName(name: string, known: readonly string[]): string {
  if (known.length >= limits.cardNames) throw new Error('too many names');
  if (known.includes(name)) throw new Error('a name twice');
  if (name.length > limits.serverNameOctets || !namePattern.test(name)) throw new Error('bad name');
  return name;
}

function readSealKey(words: readonly string[], known: readonly SealKey[]): SealKey {
  if (known.length >= limits.cardSealKeys) throw new Error('too many seal keys');
  assertCount(words, 5);
  const [suite = '', keyId = '', key = '', from = '', until = ''] = words;
  if (!suitePattern.test(suite)) throw new Error('bad suite');
  if (!keyIdPattern.test(keyId)) throw new Error('bad key id');
  if (known.some((other) => other.keyId === keyId && other.suite === suite)) {
    throw new Error('a key id twice');
  }
  const validFrom = readTime(from);
  const validUntil = readTime(until);
  if (validFrom >= validUntil) throw new Error('ends before it begins');
  return { suite, keyId, publicKey: decodeBase64(key, publicKeyOctets), validFrom, validUntil };
}

function readTime(text: string): Date {
  const time = timePattern.test(text) ? new Date(text) : new Date(Number.NaN);
  // Date rolls 31 February over; the round trip refuses it.
  if (Number.isNaN(time.getTime()) || encodeTime(time) !== text) throw new Error('bad time');
  return time;
}

/** `2026-11-01T00:00:00Z`: whole seconds, UTC. */
function encodeTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/**
 * Canonical base64 with padding of exactly `length` bytes (RFC 4648 §4).
 * @throws Error for anything else
 */
export function decodeBase64(text: string, length: number): Uint8Array {
  // A cap first: Buffer would decode any amount of text.
  if (text.length !== Math.ceil(length / 3) * 4) throw new Error('wrong base64 length');
  const octets = Buffer.from(text, 'base64');
  if (octets.length !== length || octets.toString('base64') !== text) throw new Error('bad base64');
  return new Uint8Array(octets);
}

export function encodeBase64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}

function cardInput(lines: readonly string[]): Uint8Array {
  return Buffer.from(`${signatureLabel}${lines.join('\n')}\n`, 'ascii');
}

function successorInput(identity: Uint8Array): Uint8Array {
  return Buffer.from(`${successorLabel}ed25519 ${encodeBase64(identity)}`, 'ascii');
}

/**
 * @param card its `identity` must belong to `identitySecretKey`
 * @returns the card's lines, signed, without line endings
 * @throws LegError `leg.card-invalid` for a card that no reader would take
 */
export function encodeKeyCard(card: KeyCard, identitySecretKey: Uint8Array): string[] {
  const lines = [firstLine, `identity ed25519 ${encodeBase64(card.identity)}`];
  for (const name of card.names) lines.push(`name ${name}`);
  for (const key of card.sealKeys) {
    const times = `${encodeTime(key.validFrom)} ${encodeTime(key.validUntil)}`;
    lines.push(`seal ${key.suite} ${key.keyId} ${encodeBase64(key.publicKey)} ${times}`);
  }
  if (card.successor) lines.push(encodeLink('successor', card.successor));
  for (const link of card.predecessors ?? []) lines.push(encodeLink('predecessor', link));
  const signature = sign(cardInput(lines), identitySecretKey);
  lines.push(`signature ${encodeBase64(signature)}`);
  parseKeyCard(lines);
  return lines;
}

function encodeLink(type: string, link: IdentityLink): string {
  return `${type} ed25519 ${encodeBase64(link.identity)} ${encodeBase64(link.signature)}`;
}

/**
 * The old identity names the new one: for the old card's `successor`, the new one's `predecessors`.
 * @returns Ed25519 signature, 64 bytes
 */
export function signSuccessor(oldSecretKey: Uint8Array, newIdentity: Uint8Array): Uint8Array {
  return sign(successorInput(newIdentity), oldSecretKey);
}

/** True when a chain of successors leads from `older` to the card's identity. */
export function succeeds(card: KeyCard, older: Uint8Array): boolean {
  return (card.predecessors ?? []).some((link) => Buffer.compare(link.identity, older) === 0);
}

/** True when the card speaks for this host: it lists the host, or no names at all. */
export function cardServes(card: KeyCard, host: string): boolean {
  return card.names.length === 0 || card.names.includes(host.toLowerCase());
}

/** The card's keys of one suite that are valid at `now`, the one that lasts longest first. */
export function validSealKeys(keys: readonly SealKey[], suite: string, now: Date): SealKey[] {
  return keys
    .filter((key) => key.suite === suite && key.validFrom <= now && now < key.validUntil)
    .sort((a, b) => b.validUntil.getTime() - a.validUntil.getTime());
}
