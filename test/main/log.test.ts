import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createFileLogger, logFilePath } from '../../main/log.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'letterlock-log-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('writes one line of JSON per event to a file of the owner alone', async () => {
  const logger = createFileLogger(dir, { now: () => new Date(0) });
  logger.log('info', 'started', { port: 1 });
  logger.log('warn', 'odd', { text: 'line one\nline two' });
  const lines = (await readFile(logFilePath(dir), 'utf8')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { at: '1970-01-01T00:00:00.000Z', level: 'info', event: 'started', port: 1 },
      { at: '1970-01-01T00:00:00.000Z', level: 'warn', event: 'odd', text: 'line one\nline two' },
    ],
  );
  assert.equal((await stat(logFilePath(dir))).mode & 0o777, 0o600);
});

test('never grows past twice its limit', async () => {
  const logger = createFileLogger(dir, { maxSizeBytes: 1_000 });
  for (let count = 0; count < 200; count += 1) logger.log('info', 'event', { count });
  assert.deepEqual((await readdir(join(dir, 'log'))).sort(), [
    'letterlock.log',
    'letterlock.log.1',
  ]);
  assert.equal((await stat(logFilePath(dir))).size <= 1_000, true);
  assert.equal((await stat(`${logFilePath(dir)}.1`)).size <= 1_000, true);
  assert.match(await readFile(logFilePath(dir), 'utf8'), /"count":199/);
});

test('cuts a value that is far too long', async () => {
  const logger = createFileLogger(dir);
  logger.log('info', 'long', { text: 'x'.repeat(100_000) });
  assert.equal((await stat(logFilePath(dir))).size < 3_000, true);
});

test('narrows the rights of a log that others could read', async () => {
  createFileLogger(dir).log('info', 'a');
  await chmod(logFilePath(dir), 0o644);
  createFileLogger(dir).log('info', 'b');
  assert.equal((await stat(logFilePath(dir))).mode & 0o777, 0o600);
});

test('does not throw when the folder is gone', async () => {
  const logger = createFileLogger(dir);
  await rm(dir, { recursive: true });
  assert.doesNotThrow(() => logger.log('error', 'nowhere'));
});
