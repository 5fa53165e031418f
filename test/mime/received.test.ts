import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPrivateAddress, parseReceived } from '../../app/mime/received.ts';

interface Sample {
  readonly value: string;
  readonly from?: string;
  readonly fromName?: string;
  readonly address?: string;
  readonly by?: string;
  readonly protocol?: string;
  readonly tls?: string;
  readonly encryption: string;
  readonly at?: string;
}

const samples: Readonly<Record<string, Sample>> = {
  'Postfix with TLS 1.3': {
    value:
      'from mail.example.org (mail.example.org [203.0.113.9]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256) (No client certificate requested) by mx.example.net (Postfix) with ESMTPS id 4Z1kq85Jn2z9 for <mira@example.net>; Tue, 24 Nov 2026 09:14:03 +0100 (CET)',
    from: 'mail.example.org',
    fromName: 'mail.example.org',
    address: '203.0.113.9',
    by: 'mx.example.net',
    protocol: 'ESMTPS',
    tls: 'TLS 1.3',
    encryption: 'encrypted',
    at: '2026-11-24T08:14:03.000Z',
  },
  'Postfix without TLS': {
    value:
      'from unknown (unknown [198.51.100.7]) by mx.example.net (Postfix) with ESMTP id 9; Tue, 24 Nov 2026 09:14:03 +0000',
    from: 'unknown',
    address: '198.51.100.7',
    by: 'mx.example.net',
    protocol: 'ESMTP',
    encryption: 'clear',
    at: '2026-11-24T09:14:03.000Z',
  },
  'Postfix, written on the machine itself': {
    value: 'by web.example.org (Postfix, from userid 33) id 8C1; Tue, 24 Nov 2026 09:00:00 +0000',
    by: 'web.example.org',
    encryption: 'inside',
    at: '2026-11-24T09:00:00.000Z',
  },
  'Exim with its own words for TLS': {
    value:
      'from [192.0.2.44] (helo=laptop.example) by mail.example.org with esmtpsa (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.96) (envelope-from <a@example.org>) id 1rABCD-0001Xy-2z for b@example.net; Tue, 24 Nov 2026 08:14:01 +0000',
    from: '[192.0.2.44]',
    address: '192.0.2.44',
    by: 'mail.example.org',
    protocol: 'esmtpsa',
    tls: 'TLS 1.3',
    encryption: 'encrypted',
    at: '2026-11-24T08:14:01.000Z',
  },
  'Exim of older days': {
    value:
      'from mout.example.com ([203.0.113.130]) by mx.example.de with esmtps (TLSv1.2:ECDHE-RSA-AES256-GCM-SHA384:256) (Exim 4.92.3) id 1k; Mon, 23 Nov 2026 10:00:00 +0000',
    from: 'mout.example.com',
    address: '203.0.113.130',
    by: 'mx.example.de',
    protocol: 'esmtps',
    tls: 'TLS 1.2',
    encryption: 'encrypted',
    at: '2026-11-23T10:00:00.000Z',
  },
  'Exim, local': {
    value:
      'from www-data by web.example.de with local (Exim 4.94.2) id 1m; Mon, 23 Nov 2026 10:00:00 +0000',
    from: 'www-data',
    by: 'web.example.de',
    protocol: 'local',
    encryption: 'inside',
    at: '2026-11-23T10:00:00.000Z',
  },
  'Exchange Online': {
    value:
      'from AM0PR05MB1234.eurprd05.prod.outlook.com (2603:10a6:208:c1::17) by AS8PR05MB9876.eurprd05.prod.outlook.com (2603:10a6:20b:4c5::9) with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.8158.21; Tue, 24 Nov 2026 08:13:59 +0000',
    from: 'AM0PR05MB1234.eurprd05.prod.outlook.com',
    address: '2603:10a6:208:c1::17',
    by: 'AS8PR05MB9876.eurprd05.prod.outlook.com',
    protocol: 'SMTP',
    tls: 'TLS 1.2',
    encryption: 'encrypted',
    at: '2026-11-24T08:13:59.000Z',
  },
  'Exchange, within one mailbox server': {
    value:
      'from AM0PR05MB1234.eurprd05.prod.outlook.com ([fe80::d1f:7dd8:2a01:4f2f%4]) by AM0PR05MB1234.eurprd05.prod.outlook.com ([fe80::d1f:7dd8:2a01:4f2f%4]) with mapi id 15.20.8158.021; Tue, 24 Nov 2026 08:13:59 +0000',
    from: 'AM0PR05MB1234.eurprd05.prod.outlook.com',
    address: 'fe80::d1f:7dd8:2a01:4f2f',
    by: 'AM0PR05MB1234.eurprd05.prod.outlook.com',
    protocol: 'mapi',
    encryption: 'inside',
    at: '2026-11-24T08:13:59.000Z',
  },
  'Gmail from outside': {
    value:
      'from mail-sor-f41.google.com (mail-sor-f41.google.com. [209.85.220.41]) by mx.google.com with SMTPS id a640c23a62f3a-b7 for <mira@gmail.com> (Google Transport Security); Tue, 24 Nov 2026 00:14:05 -0800 (PST)',
    from: 'mail-sor-f41.google.com',
    fromName: 'mail-sor-f41.google.com',
    address: '209.85.220.41',
    by: 'mx.google.com',
    protocol: 'SMTPS',
    encryption: 'encrypted',
    at: '2026-11-24T08:14:05.000Z',
  },
  'Gmail with a TLS comment': {
    value:
      'from mail.example.org (mail.example.org. [203.0.113.9]) by mx.google.com with ESMTPS id 5b1f17b1804b1-43 for <mira@gmail.com> (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256); Tue, 24 Nov 2026 00:14:05 -0800 (PST)',
    from: 'mail.example.org',
    fromName: 'mail.example.org',
    address: '203.0.113.9',
    by: 'mx.google.com',
    protocol: 'ESMTPS',
    tls: 'TLS 1.3',
    encryption: 'encrypted',
    at: '2026-11-24T08:14:05.000Z',
  },
  'Gmail, within': {
    value:
      'by 2002:a05:6214:2b0a:b0:6d8 with SMTP id jx10csp123456qvb; Tue, 24 Nov 2026 00:14:06 -0800 (PST)',
    by: '2002:a05:6214:2b0a:b0:6d8',
    protocol: 'SMTP',
    encryption: 'inside',
    at: '2026-11-24T08:14:06.000Z',
  },
  'Dovecot over LMTP': {
    value:
      'from mx.example.net ([127.0.0.1]) by mail.example.net with LMTP id kL3rBDsYZGVqAQAA (envelope-from <a@example.org>) for <mira@example.net>; Tue, 24 Nov 2026 09:14:04 +0100',
    from: 'mx.example.net',
    address: '127.0.0.1',
    by: 'mail.example.net',
    protocol: 'LMTP',
    encryption: 'inside',
    at: '2026-11-24T08:14:04.000Z',
  },
  'LMTP to another machine': {
    value:
      'from mx.example.net (mx.example.net [203.0.113.20]) by store.example.net (Cyrus 3.8) with LMTPA; Tue, 24 Nov 2026 08:14:04 +0000',
    from: 'mx.example.net',
    fromName: 'mx.example.net',
    address: '203.0.113.20',
    by: 'store.example.net',
    protocol: 'LMTPA',
    encryption: 'clear',
    at: '2026-11-24T08:14:04.000Z',
  },
  'Sendmail with TLS in a comment only': {
    value:
      'from relay.example.edu (relay.example.edu [203.0.113.77]) by mx.example.edu (8.17.1/8.17.1) with ESMTP id 4AO (version=TLSv1.2 cipher=ECDHE-RSA-AES256-GCM-SHA384 bits=256 verify=NO); Tue, 24 Nov 2026 03:14:04 -0500',
    from: 'relay.example.edu',
    fromName: 'relay.example.edu',
    address: '203.0.113.77',
    by: 'mx.example.edu',
    protocol: 'ESMTP',
    tls: 'TLS 1.2',
    encryption: 'encrypted',
    at: '2026-11-24T08:14:04.000Z',
  },
  qmail: {
    value:
      'from unknown (HELO mail.example.biz) (198.51.100.50) by mx1.example.com with (AES256-SHA encrypted) SMTP; 24 Nov 2026 08:14:04 -0000',
    from: 'unknown',
    address: '198.51.100.50',
    by: 'mx1.example.com',
    protocol: 'SMTP',
    encryption: 'encrypted',
    at: '2026-11-24T08:14:04.000Z',
  },
  'webmail over HTTPS': {
    value: 'from [203.0.113.4] by webmail.example.org with HTTPS; Tue, 24 Nov 2026 08:14:00 +0000',
    from: '[203.0.113.4]',
    address: '203.0.113.4',
    by: 'webmail.example.org',
    protocol: 'HTTPS',
    encryption: 'encrypted',
    at: '2026-11-24T08:14:00.000Z',
  },
  'internationalised mail': {
    value:
      'from почта.example (mx.example [203.0.113.5]) by mx.example.net with UTF8SMTPSA id 1; Tue, 24 Nov 2026 08:14:00 +0000',
    from: 'почта.example',
    fromName: 'mx.example',
    address: '203.0.113.5',
    by: 'mx.example.net',
    protocol: 'UTF8SMTPSA',
    encryption: 'encrypted',
    at: '2026-11-24T08:14:00.000Z',
  },
};

for (const [name, { value, encryption, at, ...rest }] of Object.entries(samples)) {
  test(`a Received field of ${name} is understood`, () => {
    const hop = parseReceived(value);
    assert.equal(hop.encryption, encryption);
    assert.equal(hop.at?.toISOString(), at);
    assert.equal(hop.from, rest.from);
    assert.equal(hop.fromName, rest.fromName);
    assert.equal(hop.fromAddress, rest.address);
    assert.equal(hop.by, rest.by);
    assert.equal(hop.protocol, rest.protocol);
    assert.equal(hop.tls, rest.tls);
  });
}

test('nonsense is an unknown hop and never an exception', () => {
  for (const value of [
    '',
    '(((',
    '"',
    ';',
    'from',
    'by ; ;',
    'with with with',
    '\\(',
    ')'.repeat(50),
  ]) {
    const hop = parseReceived(value);
    assert.equal(hop.at, undefined, value);
    assert.notEqual(hop.encryption, 'encrypted', value);
  }
});

test('private networks are told from public ones', () => {
  for (const inside of [
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.9.9',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.1.1',
    '::1',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
  ]) {
    assert.equal(isPrivateAddress(inside), true, inside);
  }
  for (const outside of [
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '203.0.113.1',
    '2001:db8::1',
    '192.169.0.1',
  ]) {
    assert.equal(isPrivateAddress(outside), false, outside);
  }
});
