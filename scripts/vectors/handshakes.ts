/**
 * Vectors of the handshake for one suite: transcript, prologue, both messages, keys, and records of
 * both directions across key changes. docs/protocol.md §5 and §6, appendix A.
 */
import { hash } from 'node:crypto';
import { acceptHandshake, startInitiator } from '../../app/leg/handshake.ts';
import type { CipherState } from '../../app/leg/noise/cipher-state.ts';
import { referencePrimitives } from '../../app/leg/noise/primitives.ts';
import { RecordSealer } from '../../app/leg/records.ts';
import { suiteFacts } from '../../app/leg/suites.ts';
import { encodePrologue, serviceWords, Transcript } from '../../app/leg/transcript.ts';
import type { Service } from '../../app/leg/types.ts';
import { fixedPrimitives, hex, secretOf } from './fixed.ts';
import { hybrid, sealKeys, sealPairs } from './keys.ts';
import { makeRefusedMessages } from './refused-messages.ts';

/** The secrets of one handshake, as the vectors publish them. */
export interface Ephemerals {
  readonly clientEphemeral: Uint8Array;
  readonly serverEphemeral: Uint8Array;
  /** ML-KEM-768: `d` and `z` of the client, `m` of the server. */
  readonly clientKemSeed?: Uint8Array;
  readonly serverKemCoins?: Uint8Array;
}

export function ephemeralsOf(name: string, suite: string): Ephemerals {
  const classical = {
    clientEphemeral: secretOf(`${name}, client ephemeral`),
    serverEphemeral: secretOf(`${name}, server ephemeral`),
  };
  if (suite !== hybrid) return classical;
  return {
    ...classical,
    clientKemSeed: secretOf(`${name}, client ML-KEM seed`, 64),
    serverKemCoins: secretOf(`${name}, server ML-KEM coins`),
  };
}

export interface HandshakeInput {
  readonly suite: string;
  readonly prologue: Uint8Array;
  readonly ephemerals: Ephemerals;
}

function sealOf(suite: string) {
  return suite === hybrid
    ? { key: sealKeys.hybrid, pair: sealPairs.hybrid }
    : { key: sealKeys.november, pair: sealPairs.november };
}

function present(...secrets: readonly (Uint8Array | undefined)[]): Uint8Array[] {
  return secrets.filter((secret) => secret !== undefined);
}

/** Both sides of one handshake with given secrets. */
export function runHandshake({ suite, prologue, ephemerals }: HandshakeInput) {
  const { key, pair } = sealOf(suite);
  const { clientEphemeral, serverEphemeral, clientKemSeed, serverKemCoins } = ephemerals;
  const common = { suite, keyId: key.keyId, sealPublicKey: pair.publicKey, prologue };
  const client = fixedPrimitives(...present(clientEphemeral, clientKemSeed));
  const server = fixedPrimitives(...present(serverEphemeral, serverKemCoins));
  const initiator = startInitiator({ ...common, primitives: client.primitives });
  const accepted = acceptHandshake({
    ...common,
    sealSecretKey: pair.secretKey,
    message1: initiator.message1,
    primitives: server.primitives,
  });
  return {
    message1: initiator.message1,
    message2: accepted.message2,
    clientKeys: initiator.finish(accepted.message2),
    serverKeys: accepted.keys,
    /** Of Split: client to server, server to client. */
    transportKeys: client.aeadKeys.slice(-2),
  };
}

type Jump = readonly [number: number, content: Buffer | 'close'];

/** Seals records with these numbers; what lies between them was sent by someone, long ago. */
function sealRecords(cipher: CipherState, jumps: readonly Jump[]) {
  const sealer = new RecordSealer(cipher);
  return jumps.map(([number, content]) => {
    cipher.setNonce(number);
    if (content !== 'close') sealer.append(content);
    const octets = content === 'close' ? sealer.sealClose() : sealer.sealData();
    const plain = content === 'close' ? Buffer.of(2) : Buffer.concat([Buffer.of(1), content]);
    return { number, plaintext: hex(plain), record: hex(octets) };
  });
}

function makeRecords(service: Service, clientSend: CipherState, serverSend: CipherState) {
  const greeting = service === 'imap' ? '* OK ready\r\n' : '220 mail.example.org ESMTP\r\n';
  const allOctets = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
  return {
    clientToServer: sealRecords(clientSend, [
      [0, Buffer.from(service === 'imap' ? 'a CAPABILITY\r\n' : 'EHLO [127.0.0.1]\r\n')],
      [1, Buffer.of(0)],
      [65_535, Buffer.from('the last before the key changes')],
      [65_536, Buffer.from('the first with the second key')],
      [131_071, Buffer.from('the last with the second key')],
      [131_072, Buffer.from('the first with the third key')],
      [131_073, 'close'],
    ]),
    serverToClient: sealRecords(serverSend, [
      [0, Buffer.from(greeting)],
      [1, allOctets],
      [2, 'close'],
    ]),
  };
}

export interface HandshakeVectorOptions {
  readonly suite: string;
  readonly service: Service;
  readonly serverName: string;
  readonly clientOctets: string;
  readonly serverOctets: string;
}

export function makeHandshakeVectors(options: HandshakeVectorOptions) {
  const { suite, service, serverName, clientOctets, serverOctets } = options;
  const { key, pair } = sealOf(suite);
  const transcript = new Transcript();
  transcript.client(clientOctets);
  transcript.server(serverOctets);
  const digest = transcript.digest();
  const { keyId } = key;
  const prologue = encodePrologue({ service, suite, keyId, serverName, transcript: digest });
  const ephemerals = ephemeralsOf(`handshake ${suite}`, suite);
  const run = runHandshake({ suite, prologue, ephemerals });
  const [clientToServer = new Uint8Array(0), serverToClient = new Uint8Array(0)] =
    run.transportKeys;
  const { publicKey } = referencePrimitives;
  return {
    kind: 'handshake',
    comment: 'Octets in hexadecimal, text as it is on the wire. docs/protocol.md, appendix A.',
    suite,
    noiseName: suiteFacts(suite)?.noiseName ?? '',
    serviceWord: serviceWords[service],
    keyId,
    serverName,
    clientOctets,
    serverOctets,
    clientHash: hash('sha256', clientOctets),
    serverHash: hash('sha256', serverOctets),
    transcript: hex(digest),
    prologue: hex(prologue),
    sealSecretKey: hex(pair.secretKey),
    sealPublicKey: hex(pair.publicKey),
    ...encodeEphemerals(ephemerals),
    clientEphemeralPublicKey: hex(publicKey(ephemerals.clientEphemeral)),
    serverEphemeralPublicKey: hex(publicKey(ephemerals.serverEphemeral)),
    ...makeKemFields(ephemerals),
    message1: hex(run.message1),
    message2: hex(run.message2),
    handshakeHash: hex(run.clientKeys.handshakeHash),
    clientToServerKey: hex(clientToServer),
    serverToClientKey: hex(serverToClient),
    records: makeRecords(service, run.clientKeys.send, run.serverKeys.send),
    ...makeRefusedMessages({ suite, prologue, ephemerals }, pair.publicKey),
  };
}

export function encodeEphemerals(ephemerals: Ephemerals) {
  const { clientEphemeral, serverEphemeral, clientKemSeed, serverKemCoins } = ephemerals;
  return {
    clientEphemeralSecretKey: hex(clientEphemeral),
    serverEphemeralSecretKey: hex(serverEphemeral),
    ...(clientKemSeed && { clientKemSeed: hex(clientKemSeed) }),
    ...(serverKemCoins && { serverKemCoins: hex(serverKemCoins) }),
  };
}

/** What lies between the two messages, for whoever looks for the place of a mistake. */
function makeKemFields({ clientKemSeed, serverKemCoins }: Ephemerals) {
  if (!clientKemSeed || !serverKemCoins) return {};
  const pair = referencePrimitives.kemKeyPair(clientKemSeed);
  const sealed = referencePrimitives.kemEncapsulate(pair.publicKey, () => serverKemCoins);
  const forged = Uint8Array.from(sealed.cipherText, (octet, at) => (at === 0 ? octet ^ 1 : octet));
  return {
    clientKemPublicKey: hex(pair.publicKey),
    kemCipherText: hex(sealed.cipherText),
    kemSharedSecret: hex(sealed.sharedSecret),
    // Of the ciphertext with the lowest bit of its first octet changed: implicit rejection, with `z`.
    kemRejectedSecret: hex(pair.decapsulate(forged)),
  };
}
