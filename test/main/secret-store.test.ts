import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { RequestError } from '../../app/errors.ts';
import { silentLogger } from '../../app/log.ts';
import {
  dpapiProtector,
  fileKeySource,
  type KeySource,
  keychainKeySource,
  protectedKeySource,
  secretServiceKeySource,
} from '../../main/key-sources.ts';
import type { RunProgram } from '../../main/run-program.ts';
import { openSecretStore, systemKeySources } from '../../main/secret-store.ts';

const secret = 'correct horse — батарея';
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'letterlock-secret-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function unavailable(error: unknown): boolean {
  return error instanceof RequestError && error.code === 'secret.unavailable';
}

test('opens what it sealed, also after a restart', async () => {
  const first = await openSecretStore([fileKeySource(dir)], silentLogger);
  const sealed = await first.sealSecret(secret);
  const second = await openSecretStore([fileKeySource(dir)], silentLogger);
  assert.equal(await second.openSecret(sealed), secret);
  assert.equal(second.storage, 'file');
});

test('seals the same secret differently each time and shows none of it', async () => {
  const store = await openSecretStore([fileKeySource(dir)], silentLogger);
  const [a, b] = [await store.sealSecret(secret), await store.sealSecret(secret)];
  assert.notDeepEqual(a, b);
  assert.equal(Buffer.from(a).includes('correct'), false);
});

test('refuses a sealed secret with any single octet changed, cut or added', async () => {
  const store = await openSecretStore([fileKeySource(dir)], silentLogger);
  const sealed = await store.sealSecret('pass');
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await assert.rejects(store.openSecret(changed), unavailable, `octet ${at}`);
    await assert.rejects(store.openSecret(sealed.subarray(0, at)), unavailable, `cut at ${at}`);
  }
  await assert.rejects(store.openSecret(Buffer.concat([sealed, Buffer.of(0)])), unavailable);
});

test('another profile cannot open it', async () => {
  const other = await mkdtemp(join(tmpdir(), 'letterlock-secret-'));
  const sealed = await (await openSecretStore([fileKeySource(dir)], silentLogger)).sealSecret(
    secret,
  );
  const stranger = await openSecretStore([fileKeySource(other)], silentLogger);
  await assert.rejects(stranger.openSecret(sealed), unavailable);
  await rm(other, { recursive: true });
});

test('keeps the key in a file that only the owner can read, and leaves no draft of it', async () => {
  await openSecretStore([fileKeySource(dir)], silentLogger);
  const path = join(dir, 'secret.key');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await readFile(path)).length, 32);
  assert.deepEqual(await readdir(dir), ['secret.key']);
});

test('narrows the rights of a key file that others could read', async () => {
  await openSecretStore([fileKeySource(dir)], silentLogger);
  await chmod(join(dir, 'secret.key'), 0o644);
  await openSecretStore([fileKeySource(dir)], silentLogger);
  assert.equal((await stat(join(dir, 'secret.key'))).mode & 0o777, 0o600);
});

test('never replaces a damaged key file with a new key', async () => {
  await writeFile(join(dir, 'secret.key'), 'short');
  await assert.rejects(openSecretStore([fileKeySource(dir)], silentLogger), unavailable);
  assert.equal(await readFile(join(dir, 'secret.key'), 'utf8'), 'short');
});

test('a first key is never written over one that appeared meanwhile', async () => {
  const source = fileKeySource(dir);
  await writeFile(join(dir, 'secret.key'), Buffer.alloc(32, 7));
  await assert.rejects(source.save(Buffer.alloc(32, 9)), { code: 'EEXIST' });
  assert.deepEqual(await readFile(join(dir, 'secret.key')), Buffer.alloc(32, 7));
  assert.deepEqual(await readdir(dir), ['secret.key']);
});

test('takes the next source when the first cannot be asked', async () => {
  const broken: KeySource = {
    id: 9,
    storage: 'system',
    load: () => Promise.reject(new Error('locked')),
    save: () => Promise.reject(new Error('locked')),
  };
  const store = await openSecretStore([broken, fileKeySource(dir)], silentLogger);
  assert.equal(store.storage, 'file');
});

test('does not trust a source that forgets what it was given', async () => {
  const forgetful: KeySource = {
    id: 9,
    storage: 'system',
    load: () => Promise.resolve(undefined),
    save: () => Promise.resolve(),
  };
  const store = await openSecretStore([forgetful, fileKeySource(dir)], silentLogger);
  assert.equal(store.storage, 'file');
});

test('still opens what was sealed under the file once a keyring has come', async () => {
  const early = await openSecretStore([fileKeySource(dir)], silentLogger);
  const sealed = await early.sealSecret(secret);
  const keyring = memorySource(9);
  const late = await openSecretStore([keyring, fileKeySource(dir)], silentLogger);
  assert.equal(late.storage, 'system');
  assert.equal(await late.openSecret(sealed), secret);
});

test('binds a sealed secret to the source of its key', async () => {
  const key = new Uint8Array(32).fill(7);
  const [a, b] = [memorySource(8), memorySource(9)];
  await Promise.all([a.save(key), b.save(key)]);
  const store = await openSecretStore([a, b], silentLogger);
  const moved = Buffer.from(await store.sealSecret(secret));
  assert.equal(await store.openSecret(moved), secret);
  moved[1] = 9;
  await assert.rejects(store.openSecret(moved), unavailable);
});

function memorySource(id: number): KeySource {
  let kept: Uint8Array | undefined;
  return {
    id,
    storage: 'system',
    load: async () => kept,
    save: async (key) => {
      kept = key;
    },
  };
}

/** Plays a keyring program: remembers what came on stdin, and every command line. */
function fakeKeyring(): { run: RunProgram; commands: string[]; inputs: string[] } {
  const commands: string[] = [];
  const inputs: string[] = [];
  let kept: string | undefined;
  const run: RunProgram = async (program, parameters, { input }) => {
    commands.push([program, ...parameters].join(' '));
    if (input !== undefined) {
      inputs.push(input);
      kept = /-w (\S+)/.exec(input)?.[1] ?? input;
      return { code: 0, stdout: '', stderr: '' };
    }
    const absent = program === 'secret-tool' ? 1 : 44;
    return { code: kept === undefined ? absent : 0, stdout: kept ?? '', stderr: '' };
  };
  return { run, commands, inputs };
}

for (const [name, make] of [
  ['secret-tool', secretServiceKeySource],
  ['security', keychainKeySource],
] as const) {
  test(`${name} gets the key on its standard input and never in its command line`, async () => {
    const { run, commands, inputs } = fakeKeyring();
    const source = make({ profileDir: dir, run });
    const store = await openSecretStore([source], silentLogger);
    const sealed = await store.sealSecret(secret);
    const key = /[A-Za-z0-9+/]{43}=/.exec(inputs.join(' '))?.[0];
    assert(key !== undefined, 'a key of 32 octets was kept');
    assert.equal(
      commands.some((line) => line.includes(key)),
      false,
    );
    const again = await openSecretStore([make({ profileDir: dir, run })], silentLogger);
    assert.equal(await again.openSecret(sealed), secret);
    assert.equal(inputs.length, 1, 'the key is kept once');
  });
}

test('a keyring that fails is not taken for an empty one', async () => {
  const inputs: unknown[] = [];
  const run: RunProgram = async (_program, _parameters, { input }) => {
    if (input !== undefined) inputs.push(input);
    return { code: 1, stdout: '', stderr: 'Cannot autolaunch D-Bus' };
  };
  const source = secretServiceKeySource({ profileDir: dir, run });
  const store = await openSecretStore([source, fileKeySource(dir)], silentLogger);
  assert.equal(store.storage, 'file');
  assert.deepEqual(inputs, []);
});

test('DPAPI gets key and blob on standard input and never in its command line', async () => {
  const lines: string[] = [];
  const run: RunProgram = async (_program, parameters, { input = '' }) => {
    lines.push(parameters.join(' '));
    const bytes = Buffer.from(input, 'base64').map((octet) => octet ^ 0x55);
    return { code: 0, stdout: Buffer.from(bytes).toString('base64'), stderr: '' };
  };
  const path = join(dir, 'secret.dpapi');
  const source = protectedKeySource(4, path, dpapiProtector(run));
  const store = await openSecretStore([source], silentLogger);
  const sealed = await store.sealSecret(secret);
  assert.equal(await store.openSecret(sealed), secret);
  const kept = (await readFile(path)).toString('base64');
  assert.equal(
    lines.some((line) => line.includes(kept.slice(0, 20))),
    false,
  );
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test('without a session bus no keyring is asked', () => {
  assert.deepEqual(
    systemKeySources(dir, 'linux', {}).map(({ id }) => id),
    [1],
  );
  const withBus = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus' };
  assert.deepEqual(
    systemKeySources(dir, 'linux', withBus).map(({ id }) => id),
    [2, 1],
  );
});
