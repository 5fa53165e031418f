/** A large mbox is read in flat memory. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import * as z from 'zod';
import { folder } from './folder.ts';

const postmark = 'From ada@example.org Sun Jan  3 04:05:06 2021';
const line = `${'A line of a letter, as long as lines are.'.padEnd(70, ' .')}\n`;

test('an mbox of 50,000 messages, and one message of 300 MB, take little memory', async (t) => {
  const path = join(folder(t), 'large.mbox');
  const file = await open(path, 'w');
  try {
    for (let batch = 0; batch < 50; batch += 1) {
      const entries = Array.from({ length: 1_000 }, (_, index) => {
        const id = batch * 1_000 + index;
        return `${postmark}\nMessage-ID: <${id}@x>\nSubject: ${id}\n\n${line.repeat(id % 40)}>From x\n\n`;
      });
      await file.appendFile(entries.join(''));
    }
    await file.appendFile(`${postmark}\nSubject: endless\n\n`);
    for (let part = 0; part < 300; part += 1) await file.appendFile(Buffer.alloc(1_000_000, 'x'));
    await file.appendFile(`\n\n${postmark}\nSubject: last\n\nx\n\n`);
  } finally {
    await file.close();
  }
  const child = join(import.meta.dirname, 'mbox-memory-child.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [child, path]);
  const shape = z.object({ messages: z.int(), refusals: z.int(), riseBytes: z.int() });
  const found = shape.parse(JSON.parse(stdout));
  assert.equal(found.messages, 50_001);
  assert.equal(found.refusals, 1);
  // The limit of a message is 60 MB; the file has about 370.
  t.diagnostic(`memory rose by ${found.riseBytes} bytes`);
  assert.ok(found.riseBytes < 200_000_000, `${found.riseBytes}`);
});
