import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { parseKeyCard } from '../../app/leg/key-card.ts';
import { generateIdentity } from '../../app/leg/keys.ts';
import { suites } from '../../app/leg/suites.ts';
import { ConfigError } from '../../gateway/config.ts';
import { KeyRing } from '../../gateway/key-ring.ts';
import { createKeys, readKeys, type StoredKeys, updateKeys } from '../../gateway/key-store.ts';

const dayMs = 86_400_000;

const noSealKeys = (): StoredKeys => ({
  identity: generateIdentity(),
  sealKeys: [],
  predecessors: [],
});

describe('gateway keys', () => {
  let root = '';
  let dir = '';
  let file = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'll-keys-'));
    dir = join(root, 'state');
    file = join(dir, 'keys.json');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const start = new Date('2026-11-23T12:00:00.500Z');
  const openAt = (offsetDays: number, names: readonly string[] = []): Promise<KeyRing> =>
    KeyRing.open({
      stateDir: dir,
      names,
      now: () => new Date(start.getTime() + offsetDays * dayMs),
    });

  it('are made once, 0600 in a 0700 folder, with nothing left beside them', async () => {
    const first = await openAt(0);
    assert.equal((await stat(dir)).mode & 0o777, 0o700);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(dir), ['keys.json']);
    const before = await readFile(file);
    const second = await openAt(1);
    assert.deepEqual(second.identity, first.identity);
    assert.deepEqual(second.sealKeys, first.sealKeys);
    assert.deepEqual(await readFile(file), before);
  });

  it('are the same for two gateways that start at once', async () => {
    const rings = await Promise.all([openAt(0), openAt(0), openAt(0)]);
    for (const ring of rings) assert.deepEqual(ring.identity, rings[0]?.identity);
    assert.deepEqual(await readdir(dir), ['keys.json']);
  });

  it('never take the place of keys that are there', async () => {
    const ring = await openAt(0);
    assert.equal(await createKeys(dir, noSealKeys()), false);
    assert.deepEqual((await readKeys(dir))?.identity.publicKey, ring.identity);
  });

  it('are refused and left alone when damaged', async () => {
    await openAt(0);
    const good = await readFile(file, 'utf8');
    const broken: Record<string, string> = {
      empty: '',
      cut: good.slice(0, -20),
      'short secret': good.replace(/"secretKey": "..../, '"secretKey": "'),
      'another version': good.replace('"version": 1', '"version": 2'),
      'an unknown field': good.replace('"version": 1', '"version": 1, "x": 1'),
      'too large': `${good}${' '.repeat(70_000)}`,
    };
    for (const [what, content] of Object.entries(broken)) {
      await writeFile(file, content);
      await assert.rejects(openAt(0), (error) => {
        assert.ok(error instanceof ConfigError, what);
        assert.match(error.message, /^keys: \S+ is damaged[^\n]*$/);
        return true;
      });
      assert.equal(await readFile(file, 'utf8'), content, what);
    }
  });

  it('are refused when others can read them or when they lie behind a link', async () => {
    await openAt(0);
    await chmod(file, 0o640);
    await assert.rejects(openAt(0), /can be read by others/);
    await chmod(file, 0o600);
    await rm(dir, { recursive: true });
    await createKeys(join(root, 'other'), noSealKeys());
    await createKeys(dir, noSealKeys());
    await rm(file);
    await symlink(join(root, 'other', 'keys.json'), file);
    await assert.rejects(openAt(0), /cannot be read \(ELOOP\)/);
  });

  it('are not made in a folder that is open to others', async () => {
    await createKeys(dir, noSealKeys());
    await rm(file);
    await chmod(dir, 0o755);
    await assert.rejects(openAt(0), /is open to others/);
    assert.deepEqual(await readdir(dir), []);
  });

  it('get new seal keys when the newest have less than 15 days, and keep the old ones', async () => {
    const old = (await openAt(0)).sealKeys;
    for (const key of old) {
      assert.equal(key.validUntil.getTime() - start.getTime(), 45 * dayMs - 500);
    }
    assert.equal((await openAt(29)).sealKeys.length, suites.length);
    const renewed = await openAt(31);
    assert.equal(renewed.sealKeys.length, 2 * suites.length);
    assert.deepEqual(renewed.sealKeys.slice(suites.length), old);
    assert.deepEqual((await openAt(31)).sealKeys, renewed.sealKeys);
  });

  it('are one for each suite, with ids of their own', async () => {
    const { sealKeys } = await openAt(0);
    assert.deepEqual(sealKeys.map((key) => key.suite).sort(), [...suites].sort());
    assert.equal(new Set(sealKeys.map((key) => key.keyId)).size, suites.length);
  });

  it('from before the hybrid suite get a key for it, beside those that are there', async () => {
    const ring = await openAt(0);
    const old = ring.sealKeys.filter((key) => key.suite === 'nk-25519-aesgcm-sha256');
    const stored = await readKeys(dir);
    assert.ok(stored && old.length === 1);
    await updateKeys(dir, () => ({ ...stored, sealKeys: old }));
    const upgraded = await openAt(1);
    assert.deepEqual(upgraded.identity, ring.identity);
    assert.deepEqual(
      upgraded.sealKeys.filter((key) => key.suite === 'nk-25519-aesgcm-sha256'),
      old,
    );
    assert.deepEqual(
      upgraded.sealKeys.map((key) => key.suite),
      ['nkhfs-25519-mlkem768-aesgcm-sha256', 'nk-25519-aesgcm-sha256'],
    );
  });

  it('lose an expired seal key a day after its end, on disk too', async () => {
    const ring = await openAt(0);
    const [old] = ring.sealKeys;
    await openAt(40);
    const late = await openAt(45.5);
    const sealLines = late.cardLines().filter((line) => line.startsWith('seal '));
    assert.equal(sealLines.length, suites.length);
    assert.ok(late.findSealKey(old?.suite ?? '', old?.keyId ?? ''));
    const later = await openAt(46.5);
    assert.equal(later.findSealKey(old?.suite ?? '', old?.keyId ?? ''), undefined);
    assert.doesNotMatch(await readFile(file, 'utf8'), new RegExp(`"${old?.keyId}"`));
  });

  it('make a card that a client takes, with names and only public keys', async () => {
    const ring = await openAt(0, ['mail.example.org']);
    const lines = ring.cardLines();
    const card = parseKeyCard(lines);
    assert.deepEqual(card.names, ['mail.example.org']);
    assert.deepEqual(Buffer.from(card.identity), Buffer.from(ring.identity));
    assert.deepEqual(
      card.sealKeys.map((key) => key.suite),
      suites,
    );
    const kept = await readKeys(dir);
    const text = lines.join('\n');
    for (const key of [kept?.identity, ...(kept?.sealKeys ?? [])]) {
      const secret = Buffer.from(key?.secretKey ?? []).toString('base64');
      assert.equal(secret.length, 44);
      assert.ok(!text.includes(secret));
    }
  });
});
