/** Saving never writes over what is there. */
import assert from 'node:assert/strict';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { saveNewFile } from '../../app/store/save-file.ts';

function inFolder(work: (dir: string) => Promise<void>) {
  return async () => {
    const dir = mkdtempSync(join(tmpdir(), 'letterlock-save-'));
    try {
      await work(dir);
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
}

test(
  'a taken name gets a number',
  inFolder(async (dir) => {
    writeFileSync(join(dir, 'a.tar.gz'), 'mine');
    assert.equal(
      await saveNewFile(join(dir, 'a.tar.gz'), Buffer.from('1')),
      join(dir, 'a.tar (2).gz'),
    );
    assert.equal(
      await saveNewFile(join(dir, 'a.tar.gz'), Buffer.from('2')),
      join(dir, 'a.tar (3).gz'),
    );
    assert.equal(readFileSync(join(dir, 'a.tar.gz'), 'utf8'), 'mine');
  }),
);

test(
  'a symbolic link that waits under the name is not followed',
  inFolder(async (dir) => {
    symlinkSync(join(dir, 'target'), join(dir, 'a'));
    assert.equal(await saveNewFile(join(dir, 'a'), Buffer.from('x')), join(dir, 'a (2)'));
    assert.deepEqual(readdirSync(dir).sort(), ['a', 'a (2)']);
  }),
);

test(
  'a folder that is not there is a storage error',
  inFolder(async (dir) => {
    await assert.rejects(saveNewFile(join(dir, 'no', 'x'), Buffer.from('x')), {
      code: 'storage.failed',
    });
  }),
);
