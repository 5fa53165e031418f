import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { DragFiles, type DragLimits, dragLimits } from '../../app/store/drag-files.ts';

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-drag-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'drag-out');
}

function open(t: TestContext, dir: string, limits: Partial<DragLimits> = {}): DragFiles {
  const files = new DragFiles(dir, { ...dragLimits, ...limits });
  t.after(() => files.dispose());
  return files;
}

const file = (key: string, text = 'words', accountId = 'a') => ({
  accountId,
  key,
  fileName: 'route.pdf',
  bytes: Buffer.from(text),
});

async function prepared(files: DragFiles, ...args: Parameters<typeof file>): Promise<string> {
  const dragId = await files.prepare(file(...args));
  assert.ok(dragId);
  return dragId;
}

async function until(check: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 15_000;
  while (!check()) {
    assert.ok(Date.now() < end, what);
    await pause(20);
  }
}

test('a prepared file has its own name, its bytes, and nobody else’s eyes on it', async (t) => {
  const dir = folder(t);
  const files = open(t, dir);
  const path = files.take(await prepared(files, '1'));
  assert.ok(path);
  assert.equal(basename(path), 'route.pdf');
  assert.equal(readFileSync(path, 'utf8'), 'words');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
  assert.equal(statSync(dir).mode & 0o777, 0o700);
});

test('two attachments of one name lie side by side, each under that name', async (t) => {
  const files = open(t, folder(t));
  const one = files.take(await prepared(files, '1', 'first'));
  const two = files.take(await prepared(files, '2', 'second'));
  assert.ok(one && two);
  assert.notEqual(one, two);
  assert.equal(basename(two), 'route.pdf');
  assert.equal(readFileSync(one, 'utf8'), 'first');
  assert.equal(readFileSync(two, 'utf8'), 'second');
});

test('the same attachment is written once, also when it is asked for while it is written', async (t) => {
  const dir = folder(t);
  const files = open(t, dir);
  const [first, second] = await Promise.all([prepared(files, '1'), prepared(files, '1')]);
  assert.equal(first, second);
  assert.equal(await prepared(files, '1'), first);
  assert.equal(readdirSync(dir).length, 1);
});

test('a name is never a way out of the folder', async (t) => {
  const dir = folder(t);
  const files = open(t, dir);
  const dragId = await files.prepare({ ...file('1'), fileName: '../../out.txt' });
  const path = files.take(dragId ?? '');
  assert.equal(path, join(dir, dragId ?? '', 'out.txt'));
});

test('refuses one byte over the limit and writes nothing of it', async (t) => {
  const dir = folder(t);
  const files = open(t, dir, { fileBytes: 5 });
  assert.equal(await files.prepare(file('1', 'longer')), undefined);
  assert.deepEqual(readdirSync(dir), []);
  assert.ok(await files.prepare(file('2', 'fives')));
});

test('what nobody drags goes by itself; what was dragged stays', async (t) => {
  const dir = folder(t);
  const files = open(t, dir, { unusedMs: 300 });
  const dragged = await prepared(files, '1');
  const path = files.take(dragged);
  const left = await prepared(files, '2');
  await until(() => readdirSync(dir).length === 1, 'the file that nobody dragged is gone');
  assert.ok(path !== undefined && existsSync(path));
  assert.equal(files.take(left), undefined);
  assert.equal(files.take(dragged), path);
});

test('all together have a limit: the oldest go first', async (t) => {
  const files = open(t, folder(t), { allBytes: 10 });
  const [one, two, three] = [
    await prepared(files, '1'),
    await prepared(files, '2'),
    await prepared(files, '3'),
  ];
  assert.equal(files.take(one), undefined);
  assert.ok(files.take(two));
  assert.ok(files.take(three));
});

test('the folder is emptied at the start, at the end, and of an account that goes', async (t) => {
  const dir = folder(t);
  mkdirSync(join(dir, 'left-by-a-crash'), { recursive: true });
  writeFileSync(join(dir, 'left-by-a-crash', 'salary.pdf'), 'secret');
  const files = open(t, dir);
  assert.deepEqual(readdirSync(dir), []);
  const gone = await prepared(files, '1', 'words', 'gone');
  const stays = await prepared(files, '2', 'words', 'stays');
  files.take(gone);
  await files.removeAccount('gone');
  assert.equal(files.take(gone), undefined);
  assert.deepEqual(readdirSync(dir), [stays]);
  files.dispose();
  assert.equal(existsSync(dir), false);
  assert.equal(await files.prepare(file('3')), undefined);
  assert.equal(existsSync(dir), false);
});

test('a link in the folder’s place is taken away, and what it points to is left alone', (t) => {
  const dir = folder(t);
  const other = join(dirname(dir), 'photos');
  mkdirSync(other);
  writeFileSync(join(other, 'one.jpg'), 'x');
  symlinkSync(other, dir);
  open(t, dir);
  assert.deepEqual(readdirSync(other), ['one.jpg']);
  assert.equal(statSync(dir).mode & 0o777, 0o700);
});
