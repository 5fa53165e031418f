import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedExternalUrl, openCommand } from '../../main/open-external.ts';

test('lets web and mail links out, in their normal form', () => {
  assert.equal(allowedExternalUrl('https://Example.org/a b?c=d'), 'https://example.org/a%20b?c=d');
  assert.equal(allowedExternalUrl('http://example.org'), 'http://example.org/');
  assert.equal(allowedExternalUrl('mailto:a@example.org'), 'mailto:a@example.org');
});

test('lets nothing else out', () => {
  const refused = [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'smb://host/share',
    'ms-msdt:/id',
    'ftp://example.org/',
    'data:text/html,x',
    'letterlock://app/',
    '\\\\host\\share',
    '/etc/passwd',
    '--help',
    'https://',
    '',
    `https://example.org/${'a'.repeat(9_000)}`,
    undefined,
    { href: 'https://example.org' },
  ];
  for (const text of refused) assert.equal(allowedExternalUrl(text), undefined, String(text));
});

test('takes a user name out of a web link', () => {
  assert.equal(allowedExternalUrl('https://bank.example@evil.example/'), 'https://evil.example/');
});

test('hands the link over as one argument and through no shell', () => {
  const url = 'https://example.org/?a=1&b=$(id)';
  assert.deepEqual(openCommand('linux', url), ['xdg-open', [url]]);
  assert.deepEqual(openCommand('darwin', url), ['open', [url]]);
  assert.deepEqual(openCommand('win32', url), [
    'rundll32.exe',
    ['url.dll,FileProtocolHandler', url],
  ]);
});
