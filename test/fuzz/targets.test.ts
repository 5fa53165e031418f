/** A short run of every target from a fixed seed: what `npm run fuzz` does for hours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTarget as frames } from './frames.ts';
import { createTarget as gatewayImap } from './gateway-imap.ts';
import { createTarget as gatewaySmtp } from './gateway-smtp.ts';
import { createTarget as handshake } from './handshake.ts';
import { createTarget as imap } from './imap.ts';
import { createTarget as keyCard } from './key-card.ts';
import { createTarget as mbox } from './mbox.ts';
import { createTarget as records } from './records.ts';
import { createTarget as sealedDuplex } from './sealed-duplex.ts';
import { createTarget as smtp } from './smtp.ts';
import { fuzz } from './support/fuzz-loop.ts';
import type { CreateTarget } from './support/target.ts';

const targets: Readonly<Record<string, [CreateTarget, number]>> = {
  frames: [frames, 2_000],
  handshake: [handshake, 2_000],
  'key card': [keyCard, 2_000],
  records: [records, 2_000],
  'sealed duplex': [sealedDuplex, 300],
  smtp: [smtp, 2_000],
  imap: [imap, 2_000],
  mbox: [mbox, 2_000],
  'gateway smtp': [gatewaySmtp, 500],
  'gateway imap': [gatewayImap, 500],
};

for (const [name, [createTarget, inputs]] of Object.entries(targets)) {
  test(`${inputs} inputs of the target ${name} break no rule`, async () => {
    const result = await fuzz(await createTarget(), { inputs, seconds: 120, seed: 1 });
    const found = result.found.map((each) => `${each.message} ${each.input.toString('hex')}`);
    assert.deepEqual(found, []);
    assert.ok(result.inputs >= inputs);
  });
}
