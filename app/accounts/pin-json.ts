/**
 * A pin as JSON text for state.db. A text that does not parse is a damaged store, never "no pin":
 * forgetting a pin quietly would undo what it protects.
 */
import * as z from 'zod';
import { StorageError } from '../errors.ts';
import type { Pin } from '../leg/types.ts';

const bytes = z
  .base64()
  .min(1)
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const identityKey = bytes.refine((key) => key.length === 32);
const time = z.iso.datetime().transform((text) => new Date(text));

const pinShape = z.object({
  identity: identityKey,
  firstSeenAt: time,
  vouchedBy: z.enum(['tls', 'fingerprint', 'first-use']),
  sealKeys: z.array(
    z.object({
      suite: z.string(),
      keyId: z.string(),
      publicKey: bytes,
      validFrom: time,
      validUntil: time,
    }),
  ),
});

export function encodePin(pin: Pin): string {
  return JSON.stringify({
    identity: encodeBase64(pin.identity),
    firstSeenAt: pin.firstSeenAt.toISOString(),
    vouchedBy: pin.vouchedBy,
    sealKeys: pin.sealKeys.map((key) => ({
      suite: key.suite,
      keyId: key.keyId,
      publicKey: encodeBase64(key.publicKey),
      validFrom: key.validFrom.toISOString(),
      validUntil: key.validUntil.toISOString(),
    })),
  });
}

/** @throws StorageError `storage.failed` when the text is damaged */
export function parsePin(text: string): Pin {
  try {
    return pinShape.parse(JSON.parse(text));
  } catch (error) {
    throw new StorageError('storage.failed', { what: 'pin' }, { cause: error });
  }
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
