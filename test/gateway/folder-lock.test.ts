import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withFolderLock } from '../../gateway/folder-lock.ts';

describe('folder lock', () => {
  let dir = '';
  let lock = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'll-lock-'));
    lock = join(dir, 'keys.lock');
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const waits = { staleMs: 200, giveUpMs: 3_000, retryMs: 5 };

  it('lets one work at a time and leaves nothing behind, whatever the work does', async () => {
    let inside = 0;
    let most = 0;
    const work = async (index: number): Promise<number> => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(5);
      inside -= 1;
      if (index === 2) throw new Error('work failed');
      return index;
    };
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, index) => withFolderLock(dir, () => work(index), waits)),
    );
    assert.equal(most, 1);
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 5);
    assert.deepEqual(await readdir(dir), []);
  });

  it('of a process that died is broken, whatever the clock says', async () => {
    for (const time of [0, Date.now() / 1000 + 1e6]) {
      await writeFile(lock, 'a process that died');
      await utimes(lock, time, time);
      let inside = 0;
      let most = 0;
      const work = async (): Promise<void> => {
        inside += 1;
        most = Math.max(most, inside);
        await sleep(5);
        inside -= 1;
      };
      await Promise.all([1, 2, 3, 4].map(() => withFolderLock(dir, work, waits)));
      assert.equal(most, 1);
      assert.deepEqual(await readdir(dir), []);
    }
  });

  it('that others take again and again is waited for, then given up with one line', async () => {
    let turn = 0;
    let writing = writeFile(lock, 'holder 0');
    const others = setInterval(() => {
      turn += 1;
      writing = writing.then(() => writeFile(lock, `holder ${turn}`));
    }, 20);
    await writing;
    const wait = withFolderLock(dir, async () => undefined, {
      staleMs: 60_000,
      giveUpMs: 300,
      retryMs: 5,
    });
    await assert.rejects(wait, /^ConfigError: keys: \S+ is held by another process; try again$/);
    clearInterval(others);
    await writing;
    assert.match(await readFile(lock, 'utf8'), /^holder \d+$/);
  });

  it('does not take away the lock of whoever broke it', async () => {
    await withFolderLock(dir, () => writeFile(lock, 'another'), waits);
    assert.equal(await readFile(lock, 'utf8'), 'another');
  });
});
