import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { downloadsDir, freePath, safeFileName } from '../../main/save-path.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'letterlock-save-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('never names a file that exists', async () => {
  await writeFile(join(dir, 'a.pdf'), '');
  await writeFile(join(dir, 'a (2).pdf'), '');
  assert.equal(freePath(dir, 'a.pdf'), join(dir, 'a (3).pdf'));
  assert.equal(freePath(dir, 'b.pdf'), join(dir, 'b.pdf'));
});

test('makes a bare name of whatever a sender wrote', () => {
  const cases: [string, string][] = [
    ['../../etc/passwd', '_.._etc_passwd'],
    ['/etc/passwd', '_etc_passwd'],
    ['..\\..\\boot.ini', '_.._boot.ini'],
    ['invoice\u202Egpj.exe', 'invoice_gpj.exe'],
    ['.bashrc', 'bashrc'],
    ['report.pdf. . ', 'report.pdf'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['a\r\nb\0c', 'a__b_c'],
    ['file:stream', 'file_stream'],
    ['', 'attachment'],
    ['...', 'attachment'],
    ['Übersicht 2026.pdf', 'Übersicht 2026.pdf'],
  ];
  for (const [given, expected] of cases) assert.equal(safeFileName(given), expected, given);
});

test('keeps the extension of a name that is too long, and whole characters', () => {
  const name = safeFileName(`${'ü'.repeat(300)}.pdf`);
  assert.equal(Buffer.byteLength(name) <= 240, true);
  assert.match(name, /^ü+\.pdf$/);
});

test('stays inside the folder for every name', () => {
  for (const name of ['../x', '..', '/x', 'a/b', '\\x']) {
    const path = freePath(dir, name);
    assert.equal(path, join(dir, basename(path)), name);
  }
});

test('finds the Downloads folder that the desktop names', async () => {
  await mkdir(join(dir, '.config'));
  await writeFile(
    join(dir, '.config', 'user-dirs.dirs'),
    '# comment\nXDG_DOWNLOAD_DIR="$HOME/Laadimised"\n',
  );
  assert.equal(downloadsDir({ platform: 'linux', env: {}, home: dir }), join(dir, 'Laadimised'));
  const env = { XDG_DOWNLOAD_DIR: '/elsewhere' };
  assert.equal(downloadsDir({ platform: 'linux', env, home: dir }), '/elsewhere');
  assert.equal(downloadsDir({ platform: 'darwin', env: {}, home: dir }), join(dir, 'Downloads'));
});

test('falls back to Downloads in the home folder', () => {
  assert.equal(downloadsDir({ platform: 'linux', env: {}, home: dir }), join(dir, 'Downloads'));
});
