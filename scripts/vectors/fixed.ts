/**
 * What the vectors are made from instead of chance: secrets that are hashes of their names, one
 * instant, and primitives that hand the secrets out in order. Never for real keys.
 */
import { hash } from 'node:crypto';
import { type Primitives, referencePrimitives } from '../../app/leg/noise/primitives.ts';

/** The instant at which every vector is read. */
export const now = new Date('2026-11-23T12:00:00Z');

/** 32 octets, or 64, that anyone can make again: SHA-256 or SHA-512 of a name. */
export function secretOf(name: string, octets: 32 | 64 = 32): Uint8Array {
  const text = `letterlock vectors: ${name}`;
  return new Uint8Array(hash(octets === 32 ? 'sha256' : 'sha512', text, 'buffer'));
}

export function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

export interface FixedPrimitives {
  readonly primitives: Primitives;
  /** Every AEAD key in the order of its first use: Split makes the last two. */
  readonly aeadKeys: readonly Uint8Array[];
}

/**
 * @param secrets what `random` answers, in order
 * @throws Error from `random` when more, or something of another length, is asked for
 */
export function fixedPrimitives(...secrets: readonly Uint8Array[]): FixedPrimitives {
  const queue = [...secrets];
  const aeadKeys: Uint8Array[] = [];
  return {
    aeadKeys,
    primitives: {
      ...referencePrimitives,
      random: (length) => {
        const next = queue.shift();
        if (next?.length !== length) throw new Error(`no secret of ${length} octets left`);
        return next;
      },
      createAead: (key) => {
        aeadKeys.push(Uint8Array.from(key));
        return referencePrimitives.createAead(key);
      },
    },
  };
}
