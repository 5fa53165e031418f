/** Two ends of a sealed stream over an in-memory pipe, and raw access to what crosses it. */
import { type Duplex, duplexPair } from 'node:stream';
import { acceptHandshake, type SealKeys, startInitiator } from '../../app/leg/handshake.ts';
import { generateSealKeyPair } from '../../app/leg/keys.ts';
import { SealedDuplex } from '../../app/leg/sealed-duplex.ts';

export function createSealKeys(): { client: SealKeys; server: SealKeys } {
  const pair = generateSealKeyPair();
  const base = {
    suite: 'nk-25519-aesgcm-sha256',
    keyId: 'k',
    sealPublicKey: pair.publicKey,
    prologue: Buffer.from('test'),
  };
  const initiator = startInitiator(base);
  const { message2, keys } = acceptHandshake({
    ...base,
    sealSecretKey: pair.secretKey,
    message1: initiator.message1,
  });
  return { client: initiator.finish(message2), server: keys };
}

/** A sealed client; `wire` and `keys` are the peer's, to write and read records by hand. */
export function createSealedEnd(): { client: SealedDuplex; wire: Duplex; keys: SealKeys } {
  const [inner, wire] = duplexPair();
  const keys = createSealKeys();
  return { client: new SealedDuplex(inner, keys.client), wire, keys: keys.server };
}

export function createSealedPair(): { client: SealedDuplex; server: SealedDuplex } {
  const { client, wire, keys } = createSealedEnd();
  return { client, server: new SealedDuplex(wire, keys) };
}
