import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limits } from '../../app/leg/limits.ts';
import { suites } from '../../app/leg/suites.ts';
import type { StoredSealKey } from '../../gateway/key-store.ts';
import { defaultRotation, type Rotation } from '../../gateway/limits.ts';
import {
  careFor,
  needsCare,
  opensSeals,
  publishedKeys,
  sealKeyState,
} from '../../gateway/seal-key-life.ts';

const dayMs = 86_400_000;
const start = new Date('2026-11-23T12:00:00Z');
const at = (days: number): Date => new Date(start.getTime() + days * dayMs);

/** What a gateway does that looks every `everyDays`, from one day to another. */
function live(
  from: number,
  to: number,
  options: { rotation?: Rotation; everyDays?: number; keys?: StoredSealKey[] } = {},
): StoredSealKey[] {
  const { rotation = defaultRotation, everyDays = 0.25 } = options;
  let keys = options.keys ?? [];
  for (let day = from; day <= to; day += everyDays) {
    if (needsCare(keys, at(day), rotation)) keys = careFor(keys, at(day), rotation);
  }
  return keys;
}

/** A client takes what is valid by its own clock, the longest first, as validSealKeys does. */
function clientsChoice(card: readonly StoredSealKey[], suite: string, day: number) {
  return card
    .filter((key) => key.suite === suite && key.validFrom <= at(day) && at(day) < key.validUntil)
    .sort((a, b) => b.validUntil.getTime() - a.validUntil.getTime())[0];
}

describe('seal keys', () => {
  const rotations: Rotation[] = [
    defaultRotation,
    { sealKeyDays: 1, overlapDays: 1 },
    { sealKeyDays: 1, overlapDays: 2 },
    { sealKeyDays: 7, overlapDays: 14 },
    { sealKeyDays: 90, overlapDays: 30 },
  ];
  for (const rotation of rotations) {
    const { sealKeyDays, overlapDays } = rotation;
    it(`are taken as long as any client may hold them (${sealKeyDays} days, ${overlapDays} over)`, () => {
      let keys: StoredSealKey[] = [];
      const learned = new Map<string, StoredSealKey>();
      for (let day = 0; day < 4 * (sealKeyDays + overlapDays); day += 0.25) {
        if (needsCare(keys, at(day), rotation)) keys = careFor(keys, at(day), rotation);
        const card = publishedKeys(keys, at(day));
        assert.ok(card.length <= limits.cardSealKeys);
        for (const suite of suites) {
          // Clocks of clients a day behind and half a day ahead.
          for (const skew of [-1, 0, 0.5]) {
            const chosen = clientsChoice(card, suite, day + skew);
            assert.ok(chosen, `day ${day}, clock ${skew}`);
            learned.set(chosen.keyId, chosen);
          }
        }
        for (const key of learned.values()) {
          const heldUntil = key.validUntil.getTime() + dayMs;
          if (at(day).getTime() < heldUntil)
            assert.ok(opensSeals(keys, key, at(day)), `day ${day}`);
        }
        const late = [...learned.values()].filter(
          (key) => key.validUntil.getTime() + 2 * dayMs < +at(day),
        );
        for (const key of late) assert.ok(!keys.some((kept) => kept.keyId === key.keyId));
      }
      assert.ok(learned.size >= 3 * suites.length, `${learned.size} keys were in use`);
    });
  }

  it('are new each period, a period after the one before', () => {
    const before = live(0, 29.75);
    assert.equal(before.length, suites.length);
    const after = live(30, 30, { keys: before });
    assert.equal(after.length, 2 * suites.length);
    assert.deepEqual(after.slice(suites.length), before);
    assert.deepEqual(
      after.map((key) => sealKeyState(after, key, at(30))),
      ['in use', 'in use', 'overlap', 'overlap'],
    );
  });

  it('from a longer period end an overlap after the first of a shorter one', () => {
    const long = live(0, 40, { rotation: { sealKeyDays: 300, overlapDays: 15 } });
    const keys = live(40, 40, { keys: long });
    assert.deepEqual(
      keys.map((key) => key.validUntil.getTime()),
      [85, 85, 55, 55].map((day) => at(day).getTime()),
    );
  });

  it('are published although they ended, until a newer one has been there for a day', () => {
    const old = live(0, 0);
    const back = live(100, 100, { keys: old });
    const ids = (keys: readonly StoredSealKey[]) => keys.map((key) => key.keyId).sort();
    assert.equal(back.length, 2 * suites.length);
    // The clock may have jumped: clients that know better find a key that is valid for them.
    assert.deepEqual(ids(publishedKeys(back, at(100))), ids(back));
    const [first] = old;
    assert.ok(first && opensSeals(back, first, at(100)));
    assert.ok(clientsChoice(publishedKeys(back, at(100)), first.suite, 20));
    const settled = live(101, 101, { keys: back });
    assert.equal(settled.length, suites.length);
    assert.ok(!opensSeals(settled, first, at(101)));
  });

  it('survive a clock that jumped ahead for a few hours', () => {
    const old = live(0, 0);
    const ahead = live(2000, 2000.5, { keys: old });
    const back = live(1, 5, { keys: ahead });
    for (const key of old) assert.ok(opensSeals(back, key, at(5)));
    assert.equal(back.length, suites.length, 'keys of that future are erased');
  });

  it('survive a clock that jumped back to its beginning for a few hours', () => {
    const old = live(0, 0);
    const behind = live(-20_000, -19_999.5, { keys: old });
    for (const suite of suites) {
      assert.ok(clientsChoice(publishedKeys(behind, at(-19_999.5)), suite, 1), 'for real clocks');
    }
    const again = live(1, 5, { keys: behind });
    assert.deepEqual(new Set(again.map((key) => key.keyId)), new Set(old.map((key) => key.keyId)));
  });

  it('are made anew when the clock went back before all of them', () => {
    const ahead = live(2000, 2005);
    const keys = live(0, 0, { keys: ahead });
    for (const suite of suites) assert.ok(clientsChoice(publishedKeys(keys, at(0)), suite, 0));
    const settled = live(0.25, 2, { keys });
    for (const key of ahead) assert.ok(!settled.some(({ keyId }) => keyId === key.keyId));
  });

  it('of a suite that we do not have open nothing and are not published', () => {
    const [key] = live(0, 0);
    assert.ok(key);
    const foreign = { ...key, suite: 'nk-448-aesgcm-sha512' };
    assert.equal(opensSeals([foreign], foreign, at(0)), false);
    assert.deepEqual(publishedKeys([foreign], at(0)), []);
  });

  it('have ids that no two of any suite share', () => {
    const keys = live(0, 200, { rotation: { sealKeyDays: 10, overlapDays: 20 } });
    assert.equal(new Set(keys.map((key) => key.keyId)).size, keys.length);
  });
});
