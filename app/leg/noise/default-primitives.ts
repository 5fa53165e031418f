/**
 * The primitives that handshakes use when nobody passes others: the reference, and in its place, piece
 * by piece, what this runtime has itself, where that agrees with the reference.
 */
import { hmacSha256, sha256 } from './fast-hash.ts';
import { type DhPrimitives, type KemPrimitives, nativeDh, nativeKem } from './native-primitives.ts';
import { type Primitives, referencePrimitives } from './primitives.ts';
import { dhAgrees, kemAgrees } from './self-test.ts';

/** The reference with each native piece that passes its self-test. */
export function choosePrimitives(dh: DhPrimitives, kem: KemPrimitives): Primitives {
  return {
    ...referencePrimitives,
    sha256,
    hmacSha256,
    ...(dhAgrees(dh) && dh),
    ...(kemAgrees(kem) && kem),
  };
}

let chosen: Primitives | undefined;

/** The self-test runs at the first call, some milliseconds, and never again in this process. */
export function defaultPrimitives(): Primitives {
  chosen ??= choosePrimitives(nativeDh, nativeKem);
  return chosen;
}
