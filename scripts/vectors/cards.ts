/**
 * Vectors of the key card: cards to accept, with every field and every signing input, and cards to
 * refuse. docs/protocol.md §4 and appendix A.
 */
import { hash } from 'node:crypto';
import { fingerprintWords } from '../../app/leg/fingerprint.ts';
import {
  encodeBase64,
  encodeKeyCard,
  type IdentityLink,
  type KeyCard,
} from '../../app/leg/key-card.ts';
import { encodeCardReply } from '../../gateway/imap/card-reply.ts';
import { encodeReply } from '../../gateway/smtp/replies.ts';
import { hex } from './fixed.ts';
import { fullCard, identities, smallCard } from './keys.ts';
import { makeRefusedCards } from './refused-cards.ts';

const { old, current } = identities;

function describeLink(link: IdentityLink, newer: Uint8Array) {
  const signingInput = `letterlock successor v1\ned25519 ${encodeBase64(newer)}`;
  return { identity: hex(link.identity), signingInput, signature: hex(link.signature) };
}

function describeFingerprint(identity: Uint8Array) {
  const input = Buffer.concat([Buffer.from('letterlock fingerprint v1\n'), identity]);
  return { digest: hash('sha256', input), words: fingerprintWords(identity) };
}

function describe(name: string, card: KeyCard, secretKey: Uint8Array) {
  const lines = encodeKeyCard(card, secretKey);
  const body = lines.slice(0, -1);
  const { predecessors = [] } = card;
  return {
    name,
    identitySecretKey: hex(secretKey),
    lines,
    identity: hex(card.identity),
    fingerprint: describeFingerprint(card.identity),
    names: card.names,
    sealKeys: card.sealKeys.map((key) => ({
      suite: key.suite,
      keyId: key.keyId,
      publicKey: hex(key.publicKey),
      validFrom: `${key.validFrom.toISOString().slice(0, 19)}Z`,
      validUntil: `${key.validUntil.toISOString().slice(0, 19)}Z`,
    })),
    successor: card.successor ? describeLink(card.successor, card.successor.identity) : null,
    predecessors: predecessors.map((link, at) =>
      describeLink(link, predecessors[at - 1]?.identity ?? card.identity),
    ),
    signingInput: `letterlock key card v1\n${body.join('\n')}\n`,
    smtpReply: encodeReply({ code: 250, lines }).toString('latin1'),
    imapReply: encodeCardReply('a', lines),
  };
}

export function makeCardVectors() {
  return {
    kind: 'key-card',
    comment: 'Octets in hexadecimal; lines without line endings. docs/protocol.md, appendix A.',
    cards: [
      describe('one seal key and nothing else', smallCard, old.secretKey),
      describe('names, two suites, successor and two predecessors', fullCard, current.secretKey),
    ],
    refused: makeRefusedCards(),
  };
}
