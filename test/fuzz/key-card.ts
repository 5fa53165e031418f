/**
 * Fuzz target: parseKeyCard. Input: one octet of mode, then the card's lines. docs/protocol.md §4.
 * Most inputs keep their old signature, some are signed afresh by the server's real key.
 */

import { LegError } from '../../app/errors.ts';
import {
  encodeKeyCard,
  type IdentityLink,
  type KeyCard,
  parseKeyCard,
  signSuccessor,
} from '../../app/leg/key-card.ts';
import { generateIdentity } from '../../app/leg/keys.ts';
import { limits } from '../../app/leg/limits.ts';
import { suites } from '../../app/leg/suites.ts';
import { tokens } from './support/mutator.ts';
import { signingKey, signNatively } from './support/native-sign.ts';
import { expectRule, type FuzzTarget } from './support/target.ts';

const seedOf = (value: number) => () => new Uint8Array(32).fill(value);
const identity = generateIdentity(seedOf(1));
const older = generateIdentity(seedOf(2));
const newer = generateIdentity(seedOf(3));
const identityKey = signingKey(identity.secretKey);
const identityLine = `identity ed25519 ${base64(identity.publicKey)}`;
/** No point of the curve: a signature under it is refused at once, so that the reader itself is what runs. */
const deadLine = `identity ed25519 ${base64(new Uint8Array(32).fill(0xff))}`;

/** Modes by the first octet of an input: verifying takes a thousand times as long as reading. */
const signedFrom = 252;
const verifiedFrom = 244;

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}

function sealKeys(count: number): KeyCard['sealKeys'] {
  return Array.from({ length: count }, (_, index) => ({
    suite: suites[index % suites.length] ?? 'x',
    keyId: `2026-11-0${index + 1}-abcd`,
    publicKey: new Uint8Array(32).fill(index),
    validFrom: new Date(Date.UTC(2026, index, 1)),
    validUntil: new Date(Date.UTC(2026, index + 1, 15, 23, 59, 59)),
  }));
}

const cards: readonly KeyCard[] = [
  { identity: identity.publicKey, names: [], sealKeys: sealKeys(1) },
  { identity: identity.publicKey, names: ['mail.example.org', '::1'], sealKeys: sealKeys(2) },
  {
    identity: identity.publicKey,
    names: ['a'],
    sealKeys: sealKeys(1),
    predecessors: [
      link(older.publicKey, older.secretKey, identity.publicKey),
      link(newer.publicKey, newer.secretKey, older.publicKey),
    ],
  },
  {
    identity: identity.publicKey,
    names: Array.from({ length: limits.cardNames }, (_, index) => `m${index}.example.org`),
    sealKeys: sealKeys(limits.cardSealKeys),
    successor: link(newer.publicKey, identity.secretKey, newer.publicKey),
    predecessors: [link(older.publicKey, older.secretKey, identity.publicKey)],
  },
];

function link(owner: Uint8Array, signer: Uint8Array, named: Uint8Array) {
  return { identity: owner, signature: signSuccessor(signer, named) };
}

/** Written from the specification, not from the code: what a reader of the card must have read. */
function describeCard(card: KeyCard): string[] {
  const time = (date: Date) => date.toISOString().replace('.000Z', 'Z');
  const lines = ['letterlock-key-card 1', `identity ed25519 ${base64(card.identity)}`];
  for (const name of card.names) lines.push(`name ${name}`);
  for (const key of card.sealKeys) {
    const times = `${time(key.validFrom)} ${time(key.validUntil)}`;
    lines.push(`seal ${key.suite} ${key.keyId} ${base64(key.publicKey)} ${times}`);
  }
  const addLink = (type: string, { identity, signature }: IdentityLink) =>
    lines.push(`${type} ed25519 ${base64(identity)} ${base64(signature)}`);
  if (card.successor) addLink('successor', card.successor);
  for (const older of card.predecessors ?? []) addLink('predecessor', older);
  return lines;
}

function signLines(lines: readonly string[]): string[] {
  const content = lines.filter((line) => !line.startsWith('signature '));
  const input = Buffer.from(`letterlock key card v1\n${content.join('\n')}\n`, 'latin1');
  return [...content, `signature ${base64(signNatively(input, identityKey))}`];
}

function parse(lines: readonly string[]): KeyCard | undefined {
  try {
    return parseKeyCard(lines);
  } catch (error) {
    if (error instanceof LegError && error.code === 'leg.card-invalid') return undefined;
    throw error;
  }
}

export function createTarget(): FuzzTarget {
  const signedCards = cards.map((card) => encodeKeyCard(card, identity.secretKey));
  const genuine = new Set(signedCards.map((lines) => lines.join('\n')));
  const counts = { accepted: 0, resigned: 0 };
  const withMode = (mode: number) =>
    signedCards.map((lines) =>
      Buffer.concat([Buffer.of(mode), Buffer.from(lines.join('\n'), 'latin1')]),
    );
  return {
    // Signing and verifying are slow: few inputs start from these modes.
    seeds: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, verifiedFrom, 255].flatMap(withMode),
    dictionary: tokens(
      ...[
        'letterlock-key-card 1',
        'identity ',
        'ed25519 ',
        'name ',
        'seal ',
        'successor ',
        '\r',
        '\0',
      ],
      ...[
        'predecessor ',
        'signature ',
        ...suites,
        '2026-02-30T00:00:00Z',
        '2026-01-01T24:00:00Z',
        '=',
      ],
      ...['==', ' ', '  ', '\n', '\n\n', 'é', '+', '/', '-', '_', '9999-12-31T23:59:59Z', deadLine],
      ...['+010000-01-01T00:00:00Z', identityLine, `name ${'a'.repeat(300)}\n`, 'a'.repeat(600)],
    ),
    maxLength: 24_000,
    counts,
    run(input) {
      const mode = input[0] ?? 0;
      let lines = input.toString('latin1', 1).split('\n');
      if (mode >= signedFrom) {
        counts.resigned += 1;
        lines = signLines(lines);
      } else if (mode < verifiedFrom) {
        lines = lines.map((line) => (line === identityLine ? deadLine : line));
      }
      const card = parse(lines);
      if (card === undefined) return;
      counts.accepted += 1;
      expectRule(lines.length <= limits.cardLines, 'a card has at most cardLines lines');
      expectRule(
        lines.every((line) => /^[\x20-\x7e]+$/.test(line) && line.length <= limits.cardLineOctets),
        'each line of a card is short and printable',
      );
      const again = describeCard(card);
      expectRule(again.join('\n') === lines.slice(0, -1).join('\n'), 'a card means its own lines');
      const isSigned = mode >= signedFrom && lines.includes(identityLine);
      expectRule(isSigned || genuine.has(lines.join('\n')), 'only the key itself signs a card');
    },
  };
}
