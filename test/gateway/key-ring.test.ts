import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { parseKeyCard, succeeds } from '../../app/leg/key-card.ts';
import { suites } from '../../app/leg/suites.ts';
import type { LogFields, Logger } from '../../app/log.ts';
import {
  announceSuccessor,
  cancelSuccessor,
  switchIdentity,
} from '../../gateway/identity-rotation.ts';
import { KeyRing } from '../../gateway/key-ring.ts';
import { readKeys, updateKeys } from '../../gateway/key-store.ts';
import { KeyWatch } from '../../gateway/key-watch.ts';

const dayMs = 86_400_000;
const start = new Date('2026-11-23T12:00:00Z');
const at = (days: number): Date => new Date(start.getTime() + days * dayMs);

describe('key ring', () => {
  let root = '';
  let dir = '';
  let file = '';
  let now = start;
  let log: { event: string; fields: LogFields }[] = [];
  const logger: Logger = { log: (_level, event, fields = {}) => log.push({ event, fields }) };
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'll-ring-'));
    dir = join(root, 'state');
    file = join(dir, 'keys.json');
    now = start;
    log = [];
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const open = (): Promise<KeyRing> => KeyRing.open({ stateDir: dir, logger, now: () => now });
  const cardOf = (ring: KeyRing) => parseKeyCard(ring.cardLines());

  it('has a new seal key on disk before it is on the card, and keeps the old one open', async () => {
    const ring = await open();
    const [old] = ring.sealKeys;
    assert.ok(old);
    now = at(30);
    assert.equal(cardOf(ring).sealKeys.length, suites.length, 'not before it is written');
    await ring.refresh();
    const card = cardOf(ring);
    assert.equal(card.sealKeys.length, 2 * suites.length);
    assert.notEqual(card.sealKeys[0]?.keyId, old.keyId);
    assert.deepEqual(
      (await readKeys(dir))?.sealKeys.map((key) => key.keyId).sort(),
      card.sealKeys.map((key) => key.keyId).sort(),
    );
    assert.ok(ring.findSealKey(old.suite, old.keyId));
    assert.equal(log.filter(({ event }) => event === 'seal-key').length, suites.length);
    assert.ok(!JSON.stringify(log).includes(Buffer.from(old.secretKey).toString('base64')));
  });

  it('agrees with every other ring on the folder, however many care at once', async () => {
    const rings = await Promise.all([open(), open(), open()]);
    now = at(30);
    await Promise.all(rings.map((ring) => ring.refresh()));
    await Promise.all(rings.map((ring) => ring.refresh()));
    for (const ring of rings) assert.deepEqual(ring.sealKeys, rings[0]?.sealKeys);
    assert.equal(rings[0]?.sealKeys.length, 2 * suites.length);
    assert.deepEqual(await readdir(dir), ['keys.json']);
  });

  it('loses no change when several processes change the keys at once', async () => {
    await open();
    await Promise.all([1, 2, 3].map(() => updateKeys(dir, switchIdentity)));
    assert.equal((await readKeys(dir))?.predecessors.length, 3);
  });

  it('goes on with what it has while the file is damaged, away or open to others', async () => {
    const ring = await open();
    const good = await readFile(file, 'utf8');
    const lines = ring.cardLines();
    now = at(30);
    await writeFile(file, good.slice(0, 50));
    await assert.rejects(ring.refresh(), /is damaged/);
    assert.equal(await readFile(file, 'utf8'), good.slice(0, 50), 'nothing is written over it');
    await rm(file);
    await assert.rejects(ring.refresh(), /has gone/);
    await assert.rejects(stat(file), /ENOENT/);
    assert.deepEqual(ring.cardLines(), lines);
    await writeFile(file, good, { mode: 0o600 });
    await ring.refresh();
    assert.equal(ring.sealKeys.length, 2 * suites.length);
  });

  it('refuses a file with a broken chain, and goes on with the card it has', async () => {
    const ring = await open();
    const lines = ring.cardLines();
    await updateKeys(dir, (keys) => ({
      ...keys,
      predecessors: [{ identity: keys.identity.publicKey, signature: new Uint8Array(64) }],
    }));
    await assert.rejects(ring.refresh(), /no card comes of it/);
    assert.deepEqual(ring.cardLines(), lines);
    await assert.rejects(open(), /ConfigError: keys: \S+ is damaged/);
  });

  it('clears away what a process that died while writing has left', async () => {
    const ring = await open();
    await writeFile(join(dir, 'keys.json.0123456789ab.tmp'), 'half');
    await writeFile(join(dir, 'keys.json.mine'), 'an administrator put it here');
    now = at(30);
    await ring.refresh();
    assert.deepEqual((await readdir(dir)).sort(), ['keys.json', 'keys.json.mine']);
  });

  it('announces the next identity, and switches to it by itself on the day', async () => {
    const ring = await open();
    const before = ring.identity;
    await updateKeys(dir, (keys) => announceSuccessor(keys, now, at(14)));
    await ring.refresh();
    const announced = cardOf(ring);
    assert.deepEqual(Buffer.from(announced.identity), Buffer.from(before));
    assert.ok(announced.successor);
    now = at(13.9);
    await ring.refresh();
    assert.deepEqual(ring.identity, before);
    const sealKeys = ring.sealKeys;
    now = at(14);
    await ring.refresh();
    const card = cardOf(ring);
    assert.deepEqual(Buffer.from(card.identity), Buffer.from(announced.successor.identity));
    assert.ok(succeeds(card, before));
    assert.equal(card.successor, undefined);
    assert.deepEqual(ring.sealKeys, sealKeys, 'seals go on with the same keys');
    const [changed] = log.filter(({ event }) => event === 'identity-changed');
    assert.match(String(changed?.fields.before), /^\w+( \w+){7}$/);
  });

  it('drops the old secret key with the switch', async () => {
    const ring = await open();
    const secret = (await readKeys(dir))?.identity.secretKey;
    await updateKeys(dir, switchIdentity);
    await ring.refresh();
    const text = await readFile(file, 'utf8');
    assert.ok(secret && !text.includes(Buffer.from(secret).toString('base64')));
  });

  it('links back over four changes and no further', async () => {
    const ring = await open();
    const identities = [ring.identity];
    for (let turn = 0; turn < 5; turn += 1) {
      await updateKeys(dir, switchIdentity);
      await ring.refresh();
      identities.unshift(ring.identity);
    }
    const card = cardOf(ring);
    assert.deepEqual(
      identities.map((identity) => succeeds(card, identity)),
      [false, true, true, true, true, false],
    );
  });

  it('refuses a second announcement, and takes one back', async () => {
    const ring = await open();
    const announce = () => updateKeys(dir, (keys) => announceSuccessor(keys, now, at(14)));
    await assert.rejects(updateKeys(dir, cancelSuccessor), /no successor is announced/);
    await announce();
    await assert.rejects(announce(), /announced already, for 2026-12-07T12:00:00/);
    await updateKeys(dir, cancelSuccessor);
    now = at(20);
    await ring.refresh();
    assert.equal(cardOf(ring).successor, undefined);
    assert.deepEqual((await open()).identity, ring.identity);
  });
});

describe('key watch', () => {
  it('looks every minute, one at a time, and tells a fault that stays once', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const events: string[] = [];
    let fault = '';
    let looks = 0;
    let running = 0;
    const ring = {
      refresh: async (): Promise<void> => {
        looks += 1;
        running += 1;
        assert.equal(running, 1);
        await Promise.resolve();
        running -= 1;
        if (fault !== '') throw new Error(fault);
      },
    };
    const watch = new KeyWatch(ring, { log: (_level, event) => events.push(event) });
    const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
    t.mock.timers.tick(59_999);
    assert.equal(looks, 0);
    t.mock.timers.tick(1);
    await settle();
    assert.equal(looks, 1);
    assert.deepEqual(await Promise.all([watch.check(), watch.check(), watch.check()]), [
      true,
      true,
      true,
    ]);
    fault = 'the disk is full';
    assert.equal(await watch.check(), false);
    assert.equal(await watch.check(), false);
    assert.deepEqual(events, ['key-renewal-failed']);
    fault = '';
    assert.equal(await watch.check(), true);
    const before = looks;
    watch.dispose();
    t.mock.timers.tick(600_000);
    await settle();
    assert.equal(looks, before);
  });
});
