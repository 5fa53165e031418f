import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAuthenticationResults } from '../../app/mime/authentication-results.ts';
import { organisation, readTravel } from '../../app/mime/travel.ts';

const message = (...lines: string[]) => Buffer.from([...lines, '', 'Text', ''].join('\r\n'));

const inner =
  'Received: from mx.example.net ([127.0.0.1]) by mail.example.net with LMTP id 1; Tue, 24 Nov 2026 08:14:04 +0000';
const border =
  'Received: from out.elsewhere.org (out.elsewhere.org [203.0.113.9])\r\n\tby mx.example.net (Postfix) with ESMTPS id 2;\r\n\tTue, 24 Nov 2026 08:14:03 +0000';
const claimed =
  'Received: from laptop (laptop [198.51.100.7]) by out.elsewhere.org with ESMTPSA id 3; Tue, 24 Nov 2026 08:13:58 +0000';
const good =
  'mx.example.net; spf=pass smtp.mailfrom=elsewhere.org; dkim=pass header.d=elsewhere.org; dmarc=pass header.from=elsewhere.org';

test('hops come in the order of the journey, each with its delay', () => {
  const { hops } = readTravel(message(inner, border, claimed), ['mail.example.net']);
  assert.deepEqual(
    hops.map(({ by, delaySeconds }) => [by, delaySeconds]),
    [
      ['out.elsewhere.org', undefined],
      ['mx.example.net', 5],
      ['mail.example.net', 1],
    ],
  );
});

test('only what the own server wrote is vouched for', () => {
  const { hops } = readTravel(message(inner, border, claimed), ['mail.example.net']);
  assert.deepEqual(
    hops.map(({ vouched }) => vouched),
    [false, true, true],
  );
});

test('a sender that calls itself the own server does not become it', () => {
  const posing =
    'Received: from mail.example.net (unknown [198.51.100.66]) by mx.example.net with ESMTP id 2; Tue, 24 Nov 2026 08:14:03 +0000';
  const forged =
    'Received: from good.example (good.example [203.0.113.1]) by mx.example.net with ESMTPS id 9; Tue, 24 Nov 2026 08:00:00 +0000';
  const { hops } = readTravel(message(inner, posing, forged), ['mail.example.net']);
  assert.deepEqual(
    hops.map(({ vouched }) => vouched),
    [false, true, true],
  );
});

test('results above the receiving server’s own field are vouched for', () => {
  const { results } = readTravel(
    message(inner, `Authentication-Results: ${good}`, border, claimed),
    ['mail.example.net'],
  );
  assert.deepEqual(
    results.map(({ method, result, domain, vouched }) => [method, result, domain, vouched]),
    [
      ['spf', 'pass', 'elsewhere.org', true],
      ['dkim', 'pass', 'elsewhere.org', true],
      ['dmarc', 'pass', 'elsewhere.org', true],
    ],
  );
});

test('results that the sender may have brought along are not, whatever name they bear', () => {
  for (const lines of [
    [inner, border, `Authentication-Results: ${good}`, claimed],
    [inner, border, claimed, `Authentication-Results: ${good}`],
    [inner, `Authentication-Results: mx.other.org; dkim=pass header.d=x.org`, border],
    [`Authentication-Results: ${good}`],
  ]) {
    const { results } = readTravel(message(...lines), ['mail.example.net']);
    assert.ok(results.length > 0);
    assert.ok(
      results.every(({ vouched }) => !vouched),
      lines.join('\n'),
    );
  }
});

test('Gmail writes its results under its own Received field', () => {
  const { results, hops } = readTravel(
    message(
      'Delivered-To: mira@gmail.com',
      'Received: by 2002:a05:6214:2b0a:b0:6d8 with SMTP id jx1; Tue, 24 Nov 2026 00:14:06 -0800 (PST)',
      'Received: from out.elsewhere.org (out.elsewhere.org. [203.0.113.9]) by mx.google.com with ESMTPS id 5 (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256); Tue, 24 Nov 2026 00:14:05 -0800 (PST)',
      'Authentication-Results: mx.google.com; dkim=pass header.i=@elsewhere.org header.s=s1 header.b=Ab; spf=pass (google.com: domain of a@elsewhere.org designates 203.0.113.9 as permitted sender) smtp.mailfrom=a@elsewhere.org; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=elsewhere.org',
      claimed,
    ),
    ['imap.gmail.com', 'mx.google.com'],
  );
  assert.deepEqual(
    results.map(({ method, domain, vouched }) => [method, domain, vouched]),
    [
      ['dkim', 'elsewhere.org', true],
      ['spf', 'elsewhere.org', true],
      ['dmarc', 'elsewhere.org', true],
    ],
  );
  assert.deepEqual(
    hops.map(({ vouched }) => vouched),
    [false, true, true],
  );
});

test('an Authentication-Results field is read as RFC 8601 writes it', () => {
  const { server, results } = parseAuthenticationResults(
    'example.com 1; dkim/1 = fail (a; comment) reason="bad; signature" header.d=a.example; auth=pass smtp.auth=x@y',
  );
  assert.equal(server, 'example.com');
  assert.deepEqual(results, [
    { method: 'dkim', result: 'fail', domain: 'a.example' },
    { method: 'auth', result: 'pass' },
  ]);
  assert.deepEqual(parseAuthenticationResults('example.com; none').results, []);
});

test('Exchange Online names no server: its results are read, and nobody stands for them', () => {
  const { server, results } = parseAuthenticationResults(
    'spf=pass (sender IP is 203.0.113.9) smtp.mailfrom=a.example; dkim=none (message not signed) header.d=none;dmarc=bestguesspass action=none header.from=a.example;compauth=pass reason=109',
  );
  assert.equal(server, '');
  assert.deepEqual(
    results.map(({ method, result }) => `${method}=${result}`),
    ['spf=pass', 'dkim=none', 'dmarc=bestguesspass', 'compauth=pass'],
  );
});

test('nonsense gives no results and no exception', () => {
  for (const value of ['', ';;;', '=', '(', '"', 'a=b=c=d', `${'x'.repeat(9_000)}=pass`]) {
    assert.ok(parseAuthenticationResults(value).results.length <= 1, value);
  }
});

test('an organisation is the last two labels, or three under a country’s second level', () => {
  assert.equal(organisation('mx1.mail.example.com'), 'example.com');
  assert.equal(organisation('mx.example.co.uk.'), 'example.co.uk');
  assert.equal(organisation('localhost'), 'localhost');
});
