/** Texts that are held: what is given is what was put, however often their room has come round. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeldTexts } from '../../app/content/held-texts.ts';
import { Rng } from '../fuzz/support/rng.ts';

function textOf(held: HeldTexts, rowId: number, token: number): string | undefined {
  const found = held.get({ rowId, token });
  return found?.octets.toString('utf8', found.start, found.end);
}

test('gives the newest texts as they were put, and none that another lies on', () => {
  const size = 4_096;
  const held = new HeldTexts(size);
  const rng = new Rng(11);
  const put: { rowId: number; token: number; text: string }[] = [];
  for (let token = 0; token < 2_000; token += 1) {
    const text = `${token} `.repeat(1 + rng.below(40)).slice(0, size / 16);
    const rowId = rng.below(60);
    held.put({ rowId, token }, Buffer.from(text));
    put.unshift({ rowId, token, text });
    const newer = new Set<number>();
    let octets = 0;
    for (const one of put.slice(0, 200)) {
      octets += one.text.length;
      const found = textOf(held, one.rowId, one.token);
      // What lies across the end of the room is left empty: the sixteenth part at most.
      const isThere = !newer.has(one.rowId) && octets <= size - size / 16;
      if (isThere || found !== undefined) assert.equal(found, one.text);
      newer.add(one.rowId);
    }
    assert.equal(textOf(held, rowId, token + 1), undefined);
  }
});

test('holds no text that would push out many others', () => {
  const held = new HeldTexts(1_600);
  held.put({ rowId: 1, token: 1 }, Buffer.from('kept'));
  held.put({ rowId: 2, token: 1 }, Buffer.alloc(101, 'x'));
  assert.equal(textOf(held, 2, 1), undefined);
  assert.equal(textOf(held, 1, 1), 'kept');
  held.clear();
  assert.equal(textOf(held, 1, 1), undefined);
});
