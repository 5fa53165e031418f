import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { placeFlags } from '../../../main/chromium/window-place.ts';

test('goes back to the noted place and to the first size when the note is no use', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'letterlock-place-'));
  await mkdir(join(dir, 'Default'));
  const note = async (place: unknown): Promise<string[]> => {
    const browser = { app_window_placement: { letterlock: { 'invalid_/': place } } };
    await writeFile(join(dir, 'Default', 'Preferences'), JSON.stringify({ browser }));
    return placeFlags(dir);
  };
  const first = ['--window-size=1240,820'];
  assert.deepEqual(placeFlags(dir), first);
  const place = { left: 10, top: 20, right: 1010, bottom: 720 };
  const back = ['--window-size=1000,700', '--window-position=10,20'];
  assert.deepEqual(await note(place), back);
  assert.deepEqual(await note({ ...place, maximized: true }), [...back, '--start-maximized']);
  assert.deepEqual(await note({ ...place, right: 20 }), first);
  assert.deepEqual(await note({ ...place, right: '1010 --no-sandbox' }), first);
  assert.deepEqual(await note('nonsense'), first);
  await rm(dir, { recursive: true });
});
