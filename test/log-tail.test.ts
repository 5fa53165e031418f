import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { logTail, maskAddresses } from '../app/log-tail.ts';
import { folder, put } from './transfer/folder.ts';

const line = (event: string) => JSON.stringify({ at: '2026-11-25T10:00:00.000Z', event });

test('gives the last lines, oldest first', async (t) => {
  const dir = folder(t);
  put(dir, 'log', `${['a', 'b', 'c'].map(line).join('\n')}\n`);
  assert.deepEqual(await logTail(join(dir, 'log'), 2), [line('b'), line('c')]);
});

test('of a long log, no half line is shown', async (t) => {
  const dir = folder(t);
  const long = JSON.stringify({ event: 'x'.repeat(1_000) });
  put(dir, 'log', `${Array.from({ length: 400 }, () => long).join('\n')}\n`);
  const lines = await logTail(join(dir, 'log'), 1_000);
  assert.ok(lines.length > 200 && lines.length < 400);
  assert.ok(lines.every((one) => one === long));
});

test('a log that is not there has no lines', async () => {
  assert.deepEqual(await logTail('/none/such', 10), []);
});

test('addresses are masked wherever they stand', () => {
  assert.equal(
    maskAddresses('{"error":"550 <mira.o\'neil+x@mail.example.org> unknown, not a@b"}'),
    '{"error":"550 <mira.o\'…@…> unknown, not …@…"}',
  );
});
