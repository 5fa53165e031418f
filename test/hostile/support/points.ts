/**
 * Points with which a key agreement or a signature proves nothing. Imported by test/hostile only.
 * RFC 7748 §6.1 and §7; the lists at cr.yp.to/ecdh.html ("contributory behaviour").
 */
const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');

export const weakPoints = {
  /** u-coordinates of order 1, 2, 4 and 8, and those that reduce to them: the product is zero. */
  x25519: [
    hex('00'.repeat(32)),
    hex(`01${'00'.repeat(31)}`),
    hex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'),
    hex('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'),
    hex(`ec${'ff'.repeat(30)}7f`),
    hex(`ed${'ff'.repeat(30)}7f`),
    hex(`ee${'ff'.repeat(30)}7f`),
    // The same with the top bit set, which X25519 ignores.
    hex(`${'00'.repeat(31)}80`),
    hex(`01${'00'.repeat(30)}80`),
    hex(`ec${'ff'.repeat(31)}`),
  ],
  /** Ed25519 points of small order, the identity first. */
  ed25519: [
    hex(`01${'00'.repeat(31)}`),
    hex('00'.repeat(32)),
    hex(`${'00'.repeat(31)}80`),
    hex(`ec${'ff'.repeat(30)}7f`),
    hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
    hex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
    // Not canonical: y = p + 1.
    hex(`ee${'ff'.repeat(30)}7f`),
  ],
} as const;

/** u-coordinates of p and above, or with the top bit set, that are not of low order. */
export const nonCanonicalPoints = [
  hex(`f6${'ff'.repeat(30)}7f`),
  hex(`ff${'ff'.repeat(31)}`),
  hex(`09${'00'.repeat(30)}80`),
];
