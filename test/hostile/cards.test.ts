/** Key cards and handshakes made to deceive: wrong, changed, oversized, weak keys, wrong server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptHandshake, startInitiator } from '../../app/leg/handshake.ts';
import {
  encodeKeyCard,
  type IdentityLink,
  type KeyCard,
  signSuccessor,
} from '../../app/leg/key-card.ts';
import { generateIdentity, sign } from '../../app/leg/keys.ts';
import type { SealKey, Service } from '../../app/leg/types.ts';
import { certificate, services } from '../support/leg-trial.ts';
import { createPeerKeys, pinOf } from '../support/scripted-peer.ts';
import { nonCanonicalPoints, weakPoints } from './support/points.ts';
import { attackedBy, attackedByScript, type Demand, type Outcome } from './support/sign-in.ts';

const keys = createPeerKeys();
const lines = encodeKeyCard(keys.card, keys.identity.secretKey);
const demand: Demand = { accepted: keys.identity.publicKey };
const hour = 3_600_000;

function fetchReply(service: Service, card: readonly string[]): string {
  if (service === 'imap')
    return `${card.map((line) => `* XPUBKEY ${line}\r\n`).join('')}L2 OK done\r\n`;
  const last = card.length - 1;
  return card.map((line, at) => `250${at === last ? ' ' : '-'}${line}\r\n`).join('');
}

/** Serves these lines as the card, at first use in clear. */
async function serve(service: Service, card: readonly string[]): Promise<Outcome> {
  const outcome = await attackedBy(
    { service, keys, say: { fetch: fetchReply(service, card) } },
    demand,
  );
  assert.doesNotMatch(outcome.heard, /XSEAL/);
  return outcome;
}

async function refusesCard(card: readonly string[], code = 'leg.card-invalid'): Promise<void> {
  for (const service of services)
    assert.equal((await serve(service, card)).code, code, card.join('\n').slice(0, 2_000));
}

/** Lines with a signature by the peer's identity, whatever they say. */
function signed(text: readonly string[]): string[] {
  const input = Buffer.from(`letterlock key card v1\n${text.join('\n')}\n`);
  const signature = Buffer.from(sign(input, keys.identity.secretKey)).toString('base64');
  return [...text, `signature ${signature}`];
}

const body = lines.slice(0, -1);
const sealLine = body.findIndex((line) => line.startsWith('seal '));

function withSeal(change: (words: string[]) => string[]): string[] {
  return signed(
    body.map((line, at) => (at === sealLine ? change(line.split(' ')).join(' ') : line)),
  );
}

function withKey(octets: Uint8Array | string): string[] {
  const text = typeof octets === 'string' ? octets : Buffer.from(octets).toString('base64');
  return withSeal((words) => words.with(3, text));
}

async function refusesKeys(change: (key: SealKey) => SealKey): Promise<void> {
  const other = createPeerKeys({}, keys.identity);
  const card: KeyCard = { ...other.card, sealKeys: other.card.sealKeys.map(change) };
  await refusesCard(encodeKeyCard(card, keys.identity.secretKey));
}

test('CARD-1: a card whose seal keys have expired', () =>
  refusesKeys((key) => ({
    ...key,
    validFrom: new Date('2026-01-01T00:00:00Z'),
    validUntil: new Date('2026-02-01T00:00:00Z'),
  })));

test('CARD-2: a card whose seal keys are not valid yet', () => {
  const soon = Math.floor(Date.now() / 1_000) * 1_000 + hour;
  return refusesKeys((key) => ({
    ...key,
    validFrom: new Date(soon),
    validUntil: new Date(soon + hour),
  }));
});

test('CARD-3: a card signed by another identity, or unsigned', async () => {
  const other = generateIdentity();
  const input = Buffer.from(`letterlock key card v1\n${body.join('\n')}\n`);
  const foreign = Buffer.from(sign(input, other.secretKey)).toString('base64');
  await refusesCard([...body, `signature ${foreign}`]);
  await refusesCard(body);
  await refusesCard([...body, `signature ${Buffer.alloc(64).toString('base64')}`]);
});

test('CARD-4: one character of a card changed, anywhere', async () => {
  const text = lines.join('\n');
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\n') continue;
    const other = text[at] === 'A' ? 'B' : 'A';
    const { code } = await serve(
      'submission',
      `${text.slice(0, at)}${other}${text.slice(at + 1)}`.split('\n'),
    );
    assert.equal(code, 'leg.card-invalid', `character ${at}`);
  }
});

test('CARD-5: a card cut short, with a line left out, doubled, moved or unknown', async () => {
  for (let count = 1; count < lines.length; count += 1) await refusesCard(lines.slice(0, count));
  for (const [at, line] of lines.entries()) {
    await refusesCard(lines.toSpliced(at, 1));
    await refusesCard(lines.toSpliced(at, 0, line));
  }
  await refusesCard(signed([...body, ...body.slice(1, 2)]));
  await refusesCard(signed([...body, ...body.slice(sealLine, sealLine + 1)]));
  await refusesCard(signed([...body, 'note hello']));
  await refusesCard(signed([...body].reverse()));
});

test('CARD-6: a card with too many lines, too long a line or too many keys', async () => {
  const names = Array.from({ length: 31 }, (_none, at) => `name n${at}`);
  await refusesCard(signed(body.toSpliced(2, 0, ...names)));
  await refusesCard(signed(body.toSpliced(2, 0, `name ${'n'.repeat(508)}`)));
  const many = Array.from({ length: 9 }, (_none, at) =>
    (body[sealLine] ?? '').replace(keys.keyId, `k${at}`),
  );
  await refusesCard(signed([...body.slice(0, sealLine), ...many]));
});

test('CARD-7: a reply of a megabyte in place of the card', async () => {
  for (const service of services) {
    const line = 'x'.repeat(1_000_000);
    const one = await serve(service, [line]);
    assert.equal(one.code, 'leg.protocol');
    const many = await serve(
      service,
      Array.from({ length: 10_000 }, () => 'x'.repeat(100)),
    );
    assert.equal(many.code, 'leg.protocol');
  }
});

test('CARD-8: a seal key of 0, 31 or 33 octets, or in bad base64', async () => {
  for (const length of [0, 31, 33]) await refusesCard(withKey(new Uint8Array(length).fill(9)));
  const good = Buffer.alloc(32, 9).toString('base64');
  for (const text of [
    good.slice(0, -1),
    `${good}=`,
    `${good.slice(0, 43)}A`,
    `${good.slice(0, 42)}F=`,
    `${good.slice(0, 20)}!${good.slice(21)}`,
    good.replaceAll('C', '-'),
    '',
  ])
    await refusesCard(withKey(text));
});

test('CARD-9: an identity of 0, 31 or 33 octets, of another algorithm or of low order', async () => {
  const identities = [0, 31, 33].map((length) => Buffer.alloc(length, 9));
  for (const octets of [...identities, ...weakPoints.ed25519]) {
    const text = Buffer.from(octets).toString('base64');
    await refusesCard(signed(body.with(1, `identity ed25519 ${text}`)));
    // Under a key of low order this signature fits every message, where it is not refused.
    const [zero] = weakPoints.ed25519;
    const forged = Buffer.concat([Buffer.from(zero ?? []), Buffer.alloc(32)]).toString('base64');
    await refusesCard([...body.with(1, `identity ed25519 ${text}`), `signature ${forged}`]);
  }
  await refusesCard(signed(body.map((line) => line.replace('ed25519', 'ed448'))));
});

test('CARD-10: a seal key that is zero or of low order: no XSEAL is sent', async () => {
  for (const point of weakPoints.x25519) await refusesCard(withKey(point), 'leg.seal-failed');
});

test('CARD-11: a card for another host', async () => {
  await refusesCard(signed(body.toSpliced(2, 0, 'name mail.example.org')));
  await refusesCard(signed(body.toSpliced(2, 0, 'name localhost.mallory.test')));
});

test('CARD-12: no key of the suite that was offered', () =>
  refusesCard(withSeal((words) => words.with(1, 'nk-25519-null-sha256'))));

test('CARD-13: a word too many on a line, or a suite that is no token', async () => {
  await refusesCard(signed(body.toSpliced(2, 0, 'name localhost mallory.test')));
  await refusesCard(signed(body.with(1, `${body[1]} more`)));
  await refusesCard(withSeal((words) => [...words, 'more']));
  await refusesCard([...lines.slice(0, -1), `${lines.at(-1)} more`]);
  for (const suite of ['NK-25519-AESGCM-SHA256', 'nk_25519', 'n'.repeat(65), '']) {
    const other = (body[sealLine] ?? '').split(' ').with(1, suite).with(2, 'other').join(' ');
    await refusesCard(signed([...body, other]));
  }
});

test('PIN-1: another identity stops a pinned account on every route, whoever vouches for it', async () => {
  const stranger = createPeerKeys();
  for (const service of services)
    for (const route of [{}, { certificate }, { certificate, implicitTls: true }])
      for (const vouchedBy of ['tls', 'fingerprint', 'first-use'] as const) {
        const { code, heard } = await attackedBy(
          { service, keys: stranger, ...route },
          { pin: pinOf(keys, vouchedBy), accepted: stranger.identity.publicKey },
        );
        assert.equal(code, 'leg.key-changed');
        assert.doesNotMatch(heard, new RegExp(`XSEAL \\S+ ${stranger.keyId}`));
      }
});

test('PIN-2: a successor that the pinned identity did not sign', async () => {
  const old = generateIdentity();
  const next = generateIdentity();
  const mallory = generateIdentity();
  const forged: IdentityLink[] = [
    // Signed by the pinned identity's enemy, by the new identity itself, and for another identity.
    { identity: old.publicKey, signature: signSuccessor(mallory.secretKey, next.publicKey) },
    { identity: old.publicKey, signature: signSuccessor(next.secretKey, next.publicKey) },
    { identity: old.publicKey, signature: signSuccessor(old.secretKey, mallory.publicKey) },
  ];
  const pinned = createPeerKeys({}, old);
  for (const service of services) {
    for (const link of forged) {
      const card = signedCard(next, link);
      const { code } = await attackedBy(
        { service, keys: createPeerKeys({}, next), say: { fetch: fetchReply(service, card) } },
        { pin: { ...pinOf(pinned), sealKeys: [] } },
      );
      assert.equal(code, 'leg.card-invalid');
    }
    const honest = {
      identity: mallory.publicKey,
      signature: signSuccessor(mallory.secretKey, next.publicKey),
    };
    const { code } = await attackedBy(
      { service, keys: createPeerKeys({ predecessors: [honest] }, next) },
      { pin: { ...pinOf(pinned), sealKeys: [] } },
    );
    assert.equal(code, 'leg.key-changed');
  }
});

/** A card with a link that our own writer would refuse to write. */
function signedCard(identity: ReturnType<typeof generateIdentity>, link: IdentityLink) {
  const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');
  const own = encodeKeyCard(createPeerKeys({}, identity).card, identity.secretKey).slice(0, -1);
  own.push(`predecessor ed25519 ${base64(link.identity)} ${base64(link.signature)}`);
  const input = Buffer.from(`letterlock key card v1\n${own.join('\n')}\n`);
  return [...own, `signature ${base64(sign(input, identity.secretKey))}`];
}

const message2Reply = (service: Service, octets: Uint8Array): string => {
  const text = Buffer.from(octets).toString('base64');
  return service === 'imap' ? `L2 OK [XSEAL ${text}] sealed\r\n` : `220 ${text}\r\n`;
};

test('SHAKE-1: an ephemeral key that is zero, of low order or not canonical', async () => {
  for (const service of services)
    for (const point of [...weakPoints.x25519, ...nonCanonicalPoints]) {
      const message2 = Buffer.concat([point, Buffer.alloc(16)]);
      const { code, at } = await attackedBy(
        { service, keys, say: { seal: message2Reply(service, message2) } },
        { pin: pinOf(keys) },
      );
      assert.deepEqual([code, at], ['leg.seal-failed', 'leg']);
    }
});

/** Message 2 as the real server gave it to another session. */
function replayedMessage2(service: Service): Uint8Array {
  const { seal, keyId } = keys;
  const base = { suite: 'nk-25519-aesgcm-sha256', keyId, sealPublicKey: seal.publicKey };
  const prologue = Buffer.from(`an older ${service} session`);
  const { message1 } = startInitiator({ ...base, prologue });
  return acceptHandshake({ ...base, sealSecretKey: seal.secretKey, prologue, message1 }).message2;
}

test('SHAKE-2: a message 2 of an older session', async () => {
  for (const service of services) {
    const say = { seal: message2Reply(service, replayedMessage2(service)) };
    const { code } = await attackedBy({ service, keys, say }, { pin: pinOf(keys) });
    assert.equal(code, 'leg.seal-failed');
  }
});

test('SHAKE-3: a message 2 that is empty, too short, too long or not base64', async () => {
  for (const service of services)
    for (const length of [0, 31, 32, 47, 49, 96, 1_152, 3_000]) {
      const { code } = await attackedBy(
        { service, keys, say: { seal: message2Reply(service, Buffer.alloc(length, 1)) } },
        { pin: pinOf(keys) },
      );
      assert.equal(code, 'leg.protocol', `${length} octets`);
    }
});

test('SHAKE-4: the pinned key id with another key behind it', async () => {
  const impostor = { ...createPeerKeys({}, keys.identity), keyId: keys.keyId };
  for (const service of services) {
    const { code, heard } = await attackedBy({ service, keys: impostor }, { pin: pinOf(keys) });
    assert.equal(code, 'leg.seal-failed');
    assert.equal(heard.match(/XSEAL/g)?.length, 1);
  }
});

test('SHAKE-5: our own message 1 sent back as message 2', async () => {
  const suite = 'nk-25519-aesgcm-sha256';
  for (const service of services) {
    const { code, at } = await attackedByScript(
      service,
      async (peer) => {
        peer.send(service === 'imap' ? '* OK hi\r\n' : '220 hi\r\n');
        await peer.line();
        const offers = {
          imap: `* CAPABILITY XPUBKEY=${suite}\r\nL1 OK x\r\n`,
          submission: `250-x\r\n250 XPUBKEY ${suite}\r\n`,
        };
        peer.send(offers[service]);
        const message1 = (await peer.line()).trimEnd().split(' ').at(-1) ?? '';
        peer.send(message2Reply(service, Buffer.from(message1, 'base64')));
      },
      { pin: pinOf(keys) },
    );
    assert.deepEqual([code, at], ['leg.seal-failed', 'leg']);
  }
});
