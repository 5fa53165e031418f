/**
 * Fuzz target: RecordOpener. Input: one octet that chooses how the stream is cut into chunks, then the
 * stream. Only what the peer sealed may come out, in its order, from its start. docs/protocol.md §6.
 */
import { LegError } from '../../app/errors.ts';
import { CipherState } from '../../app/leg/noise/cipher-state.ts';
import { referencePrimitives } from '../../app/leg/noise/primitives.ts';
import { RecordOpener } from '../../app/leg/records.ts';
import { cutStream } from './support/chunks.ts';
import { createSealedStream, rekeyRecords, streamKey } from './support/sealed-stream.ts';
import { expectRule, type FuzzTarget } from './support/target.ts';

export function createTarget(): FuzzTarget {
  const sealed = createSealedStream();
  const counts = { records: 0, closed: 0 };
  return {
    seeds: [0, 1, 2, 9].flatMap((cut) =>
      sealed.streams.map((stream) => Buffer.concat([Buffer.of(cut), stream])),
    ),
    dictionary: [
      ...sealed.records.slice(0, 12),
      ...sealed.closes,
      Buffer.of(0, 17),
      Buffer.of(255, 255),
    ],
    maxLength: 70_000,
    counts,
    run(input) {
      const opener = new RecordOpener(
        new CipherState(referencePrimitives, streamKey),
        rekeyRecords,
      );
      let delivered = 0;
      let octets = 0;
      try {
        for (const chunk of cutStream(input.subarray(1), input[0] ?? 0)) {
          octets += chunk.length;
          opener.push(chunk, (content) => {
            expectRule(!opener.closed, 'nothing is delivered after the close record');
            const expected = sealed.content.subarray(delivered, delivered + content.length);
            expectRule(
              expected.equals(content),
              'what is delivered is a prefix of what was sealed',
            );
            delivered += content.length;
          });
          expectRule(sealed.lengths.has(delivered), 'records are delivered whole');
        }
        const whole = sealed.lengths.get(delivered) ?? 0;
        counts.records += delivered > 0 ? 1 : 0;
        if (opener.closed) {
          counts.closed += 1;
          expectRule(octets === whole, 'a stream ends with the close record of its own place');
        }
      } catch (error) {
        if (!(error instanceof LegError) || error.code !== 'leg.protocol') throw error;
      }
    },
  };
}
