/** One long sealed stream from fixed keys, and its beginnings: what a peer may have sent, and nothing else. */
import { CipherState } from '../../../app/leg/noise/cipher-state.ts';
import { referencePrimitives } from '../../../app/leg/noise/primitives.ts';
import { RecordSealer } from '../../../app/leg/records.ts';

export const streamKey: Uint8Array = new Uint8Array(32).fill(7);
/** Small, so that key changes are met. */
export const rekeyRecords = 4;

const contentLengths = [1, 5, 60, 2, 1, 900, 3, 17, 1, 4_000, 12, 1, 1, 30, 2, 8];

export interface SealedStream {
  /** All that is sealed, joined. */
  readonly content: Buffer;
  readonly records: readonly Buffer[];
  /** The close record in the place of record number k. */
  readonly closes: readonly Buffer[];
  /** Well-formed streams: some records, with or without their close. */
  readonly streams: readonly Buffer[];
  /** For each place between two records: octets of content before it, to octets of a stream closed there. */
  readonly lengths: ReadonlyMap<number, number>;
}

/** @param interval records between two keys; the product's own when undefined */
export function createSealedStream(interval: number | undefined = rekeyRecords): SealedStream {
  const newSealer = () =>
    new RecordSealer(new CipherState(referencePrimitives, streamKey), interval);
  const contents = contentLengths.map((length, index) => Buffer.alloc(length, `record ${index} `));
  const sealUpTo = (count: number) => {
    const sealer = newSealer();
    const records = contents.slice(0, count).map((content) => {
      sealer.append(content);
      return sealer.sealData();
    });
    return { records, close: sealer.sealClose() };
  };
  const { records } = sealUpTo(contents.length);
  const closes = [...contents.keys(), contents.length].map((count) => sealUpTo(count).close);
  const lengths = new Map<number, number>();
  for (const [count, close] of closes.entries()) {
    const sum = (list: readonly Buffer[]) =>
      list.slice(0, count).reduce((total, octets) => total + octets.length, 0);
    lengths.set(sum(contents), sum(records) + close.length);
  }
  return {
    content: Buffer.concat(contents),
    records,
    closes,
    streams: [0, 1, 2, 4, 9, contents.length].flatMap((count) => {
      const open = Buffer.concat(records.slice(0, count));
      return [open, Buffer.concat([open, closes[count] ?? Buffer.alloc(0)])];
    }),
    lengths,
  };
}
