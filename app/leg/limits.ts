/**
 * Every limit of the leg in one place: what a peer may send, how much of it is kept, and how long
 * it may take. Specification: docs/protocol.md §9. Octets unless the name says otherwise.
 */
export const limits = {
  /** One line of the clear phase with its line ending, either protocol. */
  clearLineOctets: 8_192,
  /** Lines of one reply: greeting, EHLO, CAPABILITY. */
  replyLines: 128,
  /** All lines of one reply together. */
  replyOctets: 65_536,
  /** One line of a key card without its line ending. */
  cardLineOctets: 512,
  cardLines: 32,
  cardNames: 16,
  cardSealKeys: 8,
  cardPredecessors: 4,
  keyIdOctets: 32,
  /** A DNS name is at most 253 octets. */
  serverNameOctets: 253,
  /** An XSEAL command line with its line ending; the lengths of messages are in suites.ts. */
  sealLineOctets: 4_096,

  /** Ciphertext of a record: type octet and tag at least, Noise's message limit at most. */
  recordMin: 17,
  recordMax: 65_535,
  /** Content of a data record: recordMax less type octet and tag. */
  recordContent: 65_518,
  /** A direction changes its key before each record whose number is a multiple of this. */
  rekeyRecords: 65_536,

  /** The whole of opening a leg, by default. */
  openMs: 60_000,
  /** TCP connection, including the name look-up. */
  connectMs: 20_000,
  tlsMs: 20_000,
  /** One reply in the clear phase. RFC 5321 §4.5.3.2 allows minutes; a person waits here. */
  replyMs: 20_000,
  /** After `end`, how long the peer's own close may take before the stream is dropped. */
  closeMs: 5_000,
} as const;

/** The waits of opening a leg, in milliseconds; tests pass short ones. */
export interface LegTimeouts {
  readonly openMs: number;
  readonly connectMs: number;
  readonly tlsMs: number;
  readonly replyMs: number;
}
