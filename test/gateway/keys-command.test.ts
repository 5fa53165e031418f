import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { parseCommandLine } from '../../gateway/arguments.ts';
import { ConfigError } from '../../gateway/config.ts';
import { KeyRing } from '../../gateway/key-ring.ts';
import { readKeys } from '../../gateway/key-store.ts';
import { runKeysCommand } from '../../gateway/keys-command.ts';
import { type PassphraseInput, readPassphrase } from '../../gateway/passphrase.ts';

const now = new Date('2026-11-23T12:00:00Z');
const passphrase = 'correct horse battery staple';

describe('letterlock-gateway keys', () => {
  let root = '';
  let dir = '';
  let secretFile = '';
  let backup = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'll-keys-command-'));
    dir = join(root, 'state');
    secretFile = join(root, 'passphrase');
    backup = join(root, 'backup');
    await writeFile(secretFile, `${passphrase}\n`, { mode: 0o600 });
    await KeyRing.open({ stateDir: dir, now: () => now });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const run = async (...args: string[]): Promise<string> => {
    const command = parseCommandLine(['keys', ...args, '--state-dir', dir]);
    if (!('config' in command) || command.command === 'run') throw new Error('not about keys');
    return runKeysCommand(command, dir, now);
  };
  const refuses = (args: string[], words: RegExp) =>
    assert.rejects(run(...args), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  const identity = async (): Promise<string> =>
    Buffer.from((await readKeys(dir))?.identity.publicKey ?? []).toString('base64');
  const secretsIn = async (): Promise<string[]> => {
    const { identity: pair, sealKeys = [], next } = (await readKeys(dir)) ?? {};
    const keys = [pair, next?.identity, ...sealKeys].flatMap((key) => key?.secretKey ?? []);
    return keys.map((key) => Buffer.from(key).toString('base64'));
  };
  const backUp = (to = backup) => run('backup', '--to', to, '--passphrase-file', secretFile);
  const restore = (...more: string[]) =>
    run('restore', '--from', backup, '--passphrase-file', secretFile, ...more);

  it('show: eight numbered words, each seal key with its days, no secret', async () => {
    const text = await run('show');
    const words = [...text.matchAll(/\b([1-8]) ([a-z]+)/g)].map((match) => match[1]);
    assert.deepEqual(words, ['1', '2', '3', '4', '5', '6', '7', '8']);
    assert.match(text, /in use {3}2026-11-22 to 2027-01-07 {2}2026-11-23-[0-9a-f]{8} {2}nkhfs-/);
    assert.ok(text.includes(await identity()));
    const json: unknown = JSON.parse(await run('show', '--json'));
    assert.partialDeepStrictEqual(json, { identity: { key: await identity() }, predecessors: [] });
    for (const secret of await secretsIn()) {
      assert.ok(!text.includes(secret) && !JSON.stringify(json).includes(secret));
    }
  });

  it('rotate: announces, then switches on demand; the words before and after are shown', async () => {
    const before = await identity();
    const said = await run('rotate', '--on', '2026-12-24');
    assert.match(said, /takes over on 2026-12-24 00:00 UTC/);
    assert.equal(await identity(), before);
    assert.match(await run('show'), /Next identity, from 2026-12-24 00:00 UTC/);
    const next = (await readKeys(dir))?.next?.identity.publicKey ?? [];
    await run('rotate', '--now');
    assert.equal(await identity(), Buffer.from(next).toString('base64'));
    const text = await run('show');
    assert.doesNotMatch(text, /Next identity/);
    assert.ok(text.slice(text.indexOf('Earlier identities')).includes(before));
  });

  it('rotate: in 14 days by default, never in the past, and --cancel takes it back', async () => {
    await refuses(['rotate', '--on', '2026-11-23'], /in the past/);
    assert.match(await run('rotate'), /2026-12-07 12:00 UTC/);
    await refuses(['rotate'], /announced already/);
    await run('rotate', '--cancel');
    assert.equal((await readKeys(dir))?.next, undefined);
    await refuses(['rotate', '--cancel'], /no successor/);
  });

  it('backup: 0600, no secret readable in it, and never over another file', async () => {
    await run('rotate');
    await backUp();
    assert.equal((await stat(backup)).mode & 0o777, 0o600);
    const text = await readFile(backup, 'utf8');
    assert.ok(text.includes(await identity()), 'says whose it is');
    const secrets = await secretsIn();
    assert.equal(secrets.length, 4);
    for (const secret of secrets) assert.ok(!text.includes(secret));
    await refuses(
      ['backup', '--to', backup, '--passphrase-file', secretFile],
      /is there already and stays/,
    );
    assert.equal(await readFile(backup, 'utf8'), text);
  });

  it('restore: everything as it was, into an empty place only', async () => {
    await run('rotate');
    await run('rotate', '--now');
    await run('rotate');
    const keys = await readKeys(dir);
    await backUp();
    await assert.rejects(restore(), /is there already: --replace/);
    await rm(dir, { recursive: true });
    await restore();
    assert.deepEqual(await readKeys(dir), keys);
    assert.equal((await stat(join(dir, 'keys.json'))).mode & 0o777, 0o600);
    assert.equal((await stat(dir)).mode & 0o777, 0o700);
  });

  it('restore --replace: keeps what was there aside, even what is damaged', async () => {
    const before = await identity();
    await backUp();
    await writeFile(join(dir, 'keys.json'), 'damaged');
    assert.match(await restore('--replace'), /kept in \S+keys\.json\.replaced-2026-11-23T12-00-00/);
    assert.equal(await identity(), before);
    const [aside = ''] = (await readdir(dir)).filter((name) => name.includes('replaced'));
    assert.equal(await readFile(join(dir, aside), 'utf8'), 'damaged');
  });

  it('restore: refuses another passphrase and any change of the file, and changes nothing', async () => {
    await backUp();
    const good = await readFile(backup, 'utf8');
    const changes: Record<string, string> = {
      'a later date': good.replace('2026-11-23', '2026-11-24'),
      'another identity': good.replace(/("identity": ")./, (text, head) =>
        text.endsWith('A') ? `${head}B` : `${head}A`,
      ),
      'other words': good.replace('"words": "', '"words": "z'),
      'cut data': good.replace(/....",?\n\}\n$/, '"\n}\n'),
      'another format': good.replace('letterlock', 'postcard'),
      'not JSON': good.slice(0, -3),
      'too large': good + ' '.repeat(300_000),
    };
    const before = await readFile(join(dir, 'keys.json'), 'utf8');
    for (const [what, text] of Object.entries(changes)) {
      assert.notEqual(text, good, what);
      await writeFile(backup, text);
      await assert.rejects(restore('--replace'), ConfigError, what);
    }
    await writeFile(backup, good);
    await writeFile(secretFile, `${passphrase}s\n`);
    await assert.rejects(restore('--replace'), /the passphrase is another/);
    assert.equal(await readFile(join(dir, 'keys.json'), 'utf8'), before);
    assert.deepEqual(await readdir(dir), ['keys.json']);
  });

  it('refuses flags that belong to another command, and dates that do not exist', () => {
    for (const args of [
      ['keys', 'show', '--now'],
      ['keys', 'rotate', '--json'],
      ['keys', 'rotate', '--now', '--cancel'],
      ['keys', 'rotate', '--on', '2026-02-30'],
      ['keys', 'rotate', '--on', 'tomorrow'],
      ['keys', 'rotate', '--on', '2026-12-24T08:00:00+01:00'],
      ['keys', 'backup'],
      ['keys', 'restore', '--to', 'x'],
      ['keys', 'backup', '--to', 'x', '--passphrase', 'y'],
      ['keys'],
      ['--now'],
      ['--seal-key-days', '0'],
      ['--overlap-days', 'x'],
    ]) {
      assert.throws(() => parseCommandLine(args), ConfigError, args.join(' '));
    }
  });

  it('takes a passphrase from a file of its owner alone', async () => {
    await chmod(secretFile, 0o640);
    await assert.rejects(backUp(), /can be read by others/);
    await chmod(secretFile, 0o600);
    await writeFile(secretFile, 'too short\n');
    await assert.rejects(backUp(), /too short/);
    await assert.rejects(stat(backup), /ENOENT/);
  });
});

describe('passphrase', () => {
  const terminal = (): PassphraseInput & { readonly raw: boolean[] } => {
    const raw: boolean[] = [];
    return Object.assign(new PassThrough(), {
      isTTY: true,
      raw,
      setRawMode: (on: boolean) => raw.push(on),
    });
  };

  it('is the first line of a pipe', async () => {
    const pipe = new PassThrough();
    pipe.write('a long pass');
    pipe.write('phrase\r\nmore');
    assert.equal(await readPassphrase({ file: undefined, isNew: true }, pipe), 'a long passphrase');
    const none = new PassThrough();
    none.end();
    await assert.rejects(readPassphrase({ file: undefined, isNew: false }, none), /no passphrase/);
  });

  it('is asked for twice when it is new, hidden, and can be mended and given up', async () => {
    const typed = terminal();
    const asked = readPassphrase({ file: undefined, isNew: true }, typed);
    for (const keys of ['lang enx', '\u007f', 'ough words\rlang en', 'ough words\r']) {
      typed.push(Buffer.from(keys));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(await asked, 'lang enough words');
    assert.deepEqual(typed.raw, [true, false, true, false]);

    const differing = terminal();
    differing.push(Buffer.from('lang enough words\rlong enough words\r'));
    const differs = readPassphrase({ file: undefined, isNew: true }, differing);
    await assert.rejects(differs, /the two passphrases differ/);

    const leaving = terminal();
    leaving.push(Buffer.from('lang\u0003'));
    await assert.rejects(readPassphrase({ file: undefined, isNew: false }, leaving), /given up/);
    assert.deepEqual(leaving.raw, [true, false]);
  });
});
