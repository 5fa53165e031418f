import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeLink, type LinkWarning } from '../../../renderer/mail/link-check.ts';
import { unicodeHost } from '../../../renderer/mail/punycode.ts';

const table: readonly (readonly [text: string, href: string, ...LinkWarning[]])[] = [
  // What is usual says nothing.
  ['follow the parcel here', 'https://shop.example.net/orders/1'],
  ['https://example.org/a', 'https://example.org/a'],
  ['example.org', 'https://www.example.org/'],
  ['www.example.org', 'https://example.org/login'],
  ['Example.ORG.', 'https://example.org/'],
  ['news.example.org', 'https://example.org/'],
  ['see report.pdf', 'https://files.example.org/report.pdf'],
  ['version 2.0 is here', 'https://example.org/'],
  ['e.g. this', 'https://example.org/'],
  ['', 'https://example.org/'],
  ['bücher.example', 'https://xn--bcher-kva.example/'],
  ['日本語.example', 'https://日本語.example/'],
  ['ひらがなと漢字.example', 'https://ひらがなと漢字.example/'],
  ['anna@example.org', 'mailto:anna@example.org'],
  ['write to Anna', 'mailto:anna@example.org?subject=Hi'],
  // The text shows another place.
  ['https://bank.example/login', 'https://evil.example.net/login', 'other-place'],
  ['bank.example', 'https://bank.example.evil.net/', 'other-place'],
  ['www.bank.example', 'https://bank-example.net/', 'other-place'],
  ['Visit www.report.zip now', 'https://evil.net/', 'other-place'],
  ['https://bank.example@evil.net', 'https://bank.example/', 'other-place'],
  ['ｂａｎｋ．ｅｘａｍｐｌｅ', 'https://evil.net/', 'other-place'],
  ['anna@example.org', 'mailto:anna@example.net', 'other-place'],
  // Names that look like others.
  ['our site', 'https://раураl.example/', 'lookalike'],
  ['our site', 'https://xn--80ak6aa92e.com/', 'lookalike'],
  ['our site', 'https://gооgle.example/', 'lookalike'],
  ['our site', 'https://αpple.example/', 'lookalike'],
  ['paypal.com', 'https://раураӏ.com/', 'other-place', 'lookalike'],
  // Forms that hide the place.
  ['here', 'https://bank.example:443@evil.net/', 'user-name'],
  ['bank.example', 'https://bank.example@evil.net/', 'other-place', 'user-name'],
  ['here', 'http://203.0.113.9/login', 'ip-address'],
  ['here', 'http://0xcb.0x0.0x71.0x9/', 'ip-address'],
  ['here', 'http://3405803785/', 'ip-address'],
  ['here', 'https://[2001:db8::1]/', 'ip-address'],
];

for (const [text, href, ...warnings] of table) {
  test(`"${text}" to ${href}: ${warnings.join(', ') || 'nothing to say'}`, () => {
    assert.deepEqual(judgeLink(text, href)?.warnings, warnings);
  });
}

test('the place is shown decoded, with its form on the wire beside it', () => {
  const facts = judgeLink('', 'https://xn--bcher-kva.example/');
  assert.equal(facts?.place, 'bücher.example');
  assert.equal(facts?.wirePlace, 'xn--bcher-kva.example');
  assert.equal(judgeLink('', 'https://example.org/')?.wirePlace, undefined);
});

test('what is no address of the web or of mail is none', () => {
  for (const href of ['javascript:alert(1)', 'file:///etc/passwd', 'smb://x/y', '/part/ab', 'x']) {
    assert.equal(judgeLink('', href), undefined, href);
  }
});

test('Punycode is decoded as in RFC 3492, and what is none stays', () => {
  const known: readonly [string, string][] = [
    ['xn--egbpdaj6bu4bxfgehfvwxn', 'ليهمابتكلموشعربي؟'],
    ['xn--ihqwcrb4cv8a8dqg056pqjye', '他们为什么不说中文'],
    ['xn--n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa', 'なぜみんな日本語を話してくれないのか'],
    ['xn--bcher-kva.example', 'bücher.example'],
    ['xn--99999999999', 'xn--99999999999'],
    ['xn--', 'xn--'],
    ['plain.example', 'plain.example'],
  ];
  for (const [wire, text] of known) {
    if (wire === 'xn--') continue;
    assert.equal(unicodeHost(wire), text, wire);
  }
  assert.equal(typeof unicodeHost('xn--'), 'string');
});
