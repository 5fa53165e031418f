/** Names of attachments that a sender chose to deceive or to do harm. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeFileName } from '../../app/mime/file-names.ts';

const pdf = 'application/pdf';
const cases: readonly [string, string | undefined, string][] = [
  ['keeps an honest name', 'Report 2026.pdf', 'Report 2026.pdf'],
  ['keeps letters of every script', '請求書 für Zoë.pdf', '請求書 für Zoë.pdf'],
  [
    'shows the real extension behind a direction override',
    'invoice\u202Egpj.exe',
    'invoicegpj.exe',
  ],
  ['shows an extension hidden behind spaces', `a.pdf${' '.repeat(200)}.exe`, 'a.pdf.exe'],
  ['takes the last component of a path', '../../etc/passwd', 'passwd'],
  ['takes the last component of a Windows path', 'C:\\Users\\x\\run.bat', 'run.bat'],
  ['gives a device name another', 'CON', '_CON'],
  ['gives a device name with extension another', 'nul.txt', '_nul.txt'],
  ['drops trailing dots and spaces', 'x.exe. . ', 'x.exe'],
  ['drops leading dots', '...bashrc', 'bashrc'],
  ['drops control characters', 'a\u0000b\r\nc.pdf', 'abc.pdf'],
  ['drops zero-width characters', 'pay\u200bpal.pdf', 'paypal.pdf'],
  ['replaces characters that systems refuse', 'a<b>:"c|?*.pdf', 'a_b___c___.pdf'],
  ['names what has no name by its type', undefined, 'attachment.pdf'],
  ['names what is only dots by its type', '....', 'attachment.pdf'],
  ['names an empty last component by its type', 'dir/', 'attachment.pdf'],
];
for (const [title, offered, expected] of cases) {
  test(title, () => assert.equal(safeFileName(offered, pdf), expected));
}

test('cuts a long name and keeps its extension', () => {
  const name = safeFileName(`${'x'.repeat(300)}.exe`, pdf);
  assert.equal(name.length, 150);
  assert.ok(name.endsWith('x.exe'));
});

test('takes an endless name in bounded time and keeps its end', () => {
  assert.ok(safeFileName(`${'a. '.repeat(3_000_000)}.exe`, pdf).endsWith('.exe'));
});

test('does not look up a type on the prototype', () => {
  assert.equal(safeFileName(undefined, 'constructor'), 'attachment');
});
