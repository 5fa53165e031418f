import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../app/contract/index.ts';
import type { CallMethod } from '../../../renderer/host/client.ts';
import {
  chunkRanges,
  chunkSizeBytes,
  encodeBase64,
  uploadAttachment,
} from '../../../renderer/host/upload.ts';

test('chunks cover a file in order without gap or overlap', () => {
  const ranges = chunkRanges(chunkSizeBytes * 2 + 1);
  assert.deepEqual(ranges, [
    [0, chunkSizeBytes],
    [chunkSizeBytes, chunkSizeBytes * 2],
    [chunkSizeBytes * 2, chunkSizeBytes * 2 + 1],
  ]);
  assert.deepEqual(chunkRanges(0), []);
});

test('a full chunk fits the contract as base64', () => {
  const text = encodeBase64(new Uint8Array(chunkSizeBytes));
  assert.ok(text.length <= limits.chunkLength);
});

test('base64 equals the reference for any length', () => {
  for (const length of [0, 1, 2, 3, 0x8000, 0x8001]) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7) % 256);
    assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString('base64'));
  }
});

/** Records the calls; `fails` names the method that throws. */
function recorder(fails?: string): { call: CallMethod; calls: string[]; sent: Buffer[] } {
  const calls: string[] = [];
  const sent: Buffer[] = [];
  const answer = (method: string, input: unknown): unknown => {
    calls.push(method);
    if (method === fails) throw new Error('refused');
    const chunk = Object(input).chunk;
    if (typeof chunk === 'string') sent.push(Buffer.from(chunk, 'base64'));
    return { attachmentId: 'f1', fileName: 'a', mimeType: 'b', sizeBytes: 1 };
  };
  // A stand-in for all methods: outputs are not looked at here.
  const call = (async (method: string, input: unknown) => answer(method, input)) as CallMethod;
  return { call, calls, sent };
}

test('a file arrives in order and is finished after its last chunk', async () => {
  const bytes = Uint8Array.from({ length: chunkSizeBytes + 10 }, (_, index) => index % 251);
  const { call, calls, sent } = recorder();
  await uploadAttachment(call, 'd1', new File([bytes], 'a.bin'), () => undefined);
  assert.deepEqual(calls, [
    'attachment.begin',
    'attachment.append',
    'attachment.append',
    'attachment.finish',
  ]);
  assert.deepEqual(Buffer.concat(sent), Buffer.from(bytes));
});

test('a refused chunk removes what was begun and is never finished', async () => {
  const { call, calls } = recorder('attachment.append');
  const file = new File([new Uint8Array(5)], 'a.bin');
  await assert.rejects(uploadAttachment(call, 'd1', file, () => undefined));
  assert.deepEqual(calls, ['attachment.begin', 'attachment.append', 'attachment.remove']);
});
