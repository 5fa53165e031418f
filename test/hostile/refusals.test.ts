/** What is refused before protection: stripped offers, odd answers, PREAUTH, spoofed capabilities. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service } from '../../app/leg/types.ts';
import type { Script } from '../gateway/support/backend.ts';
import { certificate, services, succeed } from '../support/leg-trial.ts';
import { createPeerKeys, type PeerOptions, pinOf } from '../support/scripted-peer.ts';
import { attackedBy, attackedByScript, type Demand } from './support/sign-in.ts';

const keys = createPeerKeys();
const pin = pinOf(keys);
const anything: Demand = { floor: 'clear', allowClear: true };
const suite = 'nk-25519-aesgcm-sha256';

/** EHLO or CAPABILITY replies that offer exactly these words. */
function offer(service: Service, words: readonly string[]): string {
  if (service === 'imap') return `* CAPABILITY IMAP4rev1 ${words.join(' ')}\r\nL1 OK done\r\n`;
  const lines = ['peer', ...words];
  return lines.map((line, at) => `250${at < words.length ? '-' : ' '}${line}\r\n`).join('');
}

async function expect(options: PeerOptions, demand: Demand, code: string): Promise<string> {
  const outcome = await attackedBy(options, demand);
  assert.deepEqual([outcome.code, outcome.at], [code, 'leg']);
  return outcome.heard;
}

test('STRIP-1: neither offer nor STARTTLS at first use: no encryption, no password', async () => {
  for (const service of services) await expect({ service }, {}, 'leg.no-encryption');
});

test('STRIP-2: the offer is stripped from a pinned server on a clear port', async () => {
  for (const service of services)
    await expect({ service }, { pin, ...anything }, 'leg.below-floor');
});

test('STRIP-3: the offer is stripped inside verified TLS below a floor of confirmed', async () => {
  for (const service of services)
    for (const implicitTls of [false, true])
      await expect(
        { service, certificate, implicitTls },
        { pin, floor: 'confirmed' },
        'leg.below-floor',
      );
});

test('STRIP-4: STARTTLS is stripped below a floor of encrypted', async () => {
  for (const service of services)
    await expect({ service }, { floor: 'encrypted', allowClear: true }, 'leg.below-floor');
});

test('STRIP-5: EHLO or CAPABILITY is refused, so that nothing is offered', async () => {
  for (const words of ['502 what\r\n', '550-x\r\n550-STARTTLS\r\n550 XPUBKEY x\r\n'])
    for (const [demand, code] of [
      [{}, 'leg.no-encryption'],
      [{ pin, ...anything }, 'leg.below-floor'],
    ] as const)
      await expect({ service: 'submission', say: { probe: words } }, demand, code);
  for (const words of ['L1 NO what\r\n', 'L1 BAD what\r\n', '* X\r\nL1 OK\r\n'])
    await expect({ service: 'imap', say: { probe: words } }, anything, 'leg.protocol');
});

test('STRIP-6: a garbled STARTTLS or XPUBKEY keyword is no offer', async () => {
  for (const service of services)
    for (const word of ['XSTARTTLS', 'STARTTLSX', 'STARTTLS=1', `XXPUBKEY=${suite}`, 'XPUBKEY='])
      await expect({ service, say: { probe: offer(service, [word]) } }, {}, 'leg.no-encryption');
});

const smtpRefusals = [
  '502 no',
  '454 later',
  '354 go on',
  '250 fine',
  '503 no',
  '221 bye',
  '421 bye',
];
const imapRefusals = ['NO no', 'BAD no', 'no', 'PREAUTH x', 'OKAY x', 'BYE'];

test('ANSWER-1: STARTTLS is answered with anything but yes', async () => {
  for (const words of smtpRefusals) {
    const say = { starttls: `${words}\r\n` };
    await expect({ service: 'submission', certificate, say }, anything, 'leg.tls-failed');
  }
  for (const words of imapRefusals) {
    const say = { starttls: `L2 ${words}\r\n` };
    await expect({ service: 'imap', certificate, say }, anything, 'leg.tls-failed');
  }
});

test('ANSWER-2: STARTTLS is answered with a continuation, an unknown tag or no reply at all', async () => {
  for (const words of ['+ go on', 'L1 OK stale', 'L9 OK other', 'A OK x', 'OK', '']) {
    const say = { starttls: `${words}\r\n` };
    await expect({ service: 'imap', certificate, say }, anything, 'leg.protocol');
  }
  for (const words of ['', '99 x', '220x', '2200 x', '220-a\r\n250 b', 'L2 OK go']) {
    const say = { starttls: `${words}\r\n` };
    await expect({ service: 'submission', certificate, say }, anything, 'leg.protocol');
  }
});

test('ANSWER-3: XSEAL is answered with anything but yes', async () => {
  for (const words of smtpRefusals.filter((line) => !line.startsWith('250'))) {
    const say = { seal: `${words}\r\n` };
    await expect({ service: 'submission', keys, say }, { pin, ...anything }, 'leg.seal-failed');
  }
  for (const words of imapRefusals) {
    const say = { seal: `L2 ${words}\r\n` };
    await expect({ service: 'imap', keys, say }, { pin, ...anything }, 'leg.seal-failed');
  }
});

test('ANSWER-4: XSEAL is answered with a continuation, an unknown tag or a yes without message 2', async () => {
  for (const words of [
    '+ go',
    'L1 OK stale',
    'L9 OK [XSEAL AAAA] x',
    'L2 OK sealed',
    'L2 OK [XSEAL ] x',
  ])
    await expect({ service: 'imap', keys, say: { seal: `${words}\r\n` } }, { pin }, 'leg.protocol');
  for (const words of ['220', '220 ok', '220-AAAA\r\n220 AAAA', 'x'])
    await expect(
      { service: 'submission', keys, say: { seal: `${words}\r\n` } },
      { pin },
      'leg.protocol',
    );
});

test('ANSWER-5: XPUBKEY is answered with anything but a card', async () => {
  const demand: Demand = { accepted: keys.identity.publicKey };
  for (const words of ['502 no', '354 go', '220 x', '250 x', '250-x\r\n250 y'])
    await expect(
      { service: 'submission', keys, say: { fetch: `${words}\r\n` } },
      demand,
      'leg.card-invalid',
    );
  for (const words of ['L2 NO x', 'L2 BAD x', 'L2 OK nothing', '* XPUBKEY x\r\nL2 OK x'])
    await expect(
      { service: 'imap', keys, say: { fetch: `${words}\r\n` } },
      demand,
      'leg.card-invalid',
    );
  for (const words of ['+ x', 'L9 OK x', 'L1 OK x'])
    await expect({ service: 'imap', keys, say: { fetch: `${words}\r\n` } }, demand, 'leg.protocol');
});

test('ANSWER-6: XSEAL is answered with BYE: a failed seal, not a server that is merely away', async () => {
  for (const words of ['* BYE Refused', '* bye', '* BYE [ALERT] call 555']) {
    const say = { seal: `${words}\r\n` };
    const { code, error } = await attackedBy({ service: 'imap', keys, say }, { pin });
    assert.equal(code, 'leg.seal-failed');
    assert.doesNotMatch(JSON.stringify(error), /call 555/);
  }
});

test('PREAUTH-1: six forms of PREAUTH end the attempt before a command is sent', async () => {
  const forms = [
    '* PREAUTH',
    '* PREAUTH welcome back',
    '* preauth [CAPABILITY IMAP4rev1] welcome',
    '* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome',
    '* PREAUTH [ALERT] your account is at risk',
    '* PREAUTH [REFERRAL imap://mallory.test/] elsewhere',
  ];
  for (const form of forms)
    for (const options of [{}, { certificate }, { keys }])
      assert.equal(
        await expect(
          { service: 'imap', say: { greeting: `${form}\r\n` }, ...options },
          { pin, ...anything },
          'leg.protocol',
        ),
        '',
      );
});

test('PREAUTH-2: PREAUTH inside TLS signs nobody in either', async () => {
  const say = { greeting: '* PREAUTH welcome\r\n' };
  const peer: PeerOptions = {
    service: 'imap',
    certificate,
    implicitTls: true,
    say,
    sayInTls: true,
  };
  assert.equal(await expect(peer, {}, 'leg.protocol'), '');
});

test('SPOOF-1: the offer is there, XPUBKEY is not', async () => {
  for (const service of services) {
    const say = {
      probe: offer(service, [service === 'imap' ? `XPUBKEY=${suite}` : `XPUBKEY ${suite}`]),
    };
    const heard = await expect(
      { service, say },
      { accepted: keys.identity.publicKey },
      'leg.card-invalid',
    );
    assert.doesNotMatch(heard, /XSEAL/);
  }
});

test('SPOOF-2: an offer of unknown suites alone is no offer', async () => {
  for (const service of services) {
    const word = service === 'imap' ? 'XPUBKEY=NULL XPUBKEY=NN-25519' : 'XPUBKEY null nn-25519';
    const say = { probe: offer(service, [word]) };
    await expect({ service, keys, say }, {}, 'leg.no-encryption');
    await expect({ service, keys, say }, { pin, ...anything }, 'leg.below-floor');
  }
});

test('SPOOF-3: the offer is changed, doubled or made longer: the handshake fails', async () => {
  const real = { imap: `XPUBKEY=${suite.toUpperCase()}`, submission: `XPUBKEY ${suite}` };
  for (const service of services) {
    const word = real[service];
    const other = service === 'imap' ? `${word} XPUBKEY=NULL` : `${word} null`;
    for (const words of [[other], [word, word], [word, 'AUTH=PLAIN']]) {
      const heard = await expect(
        { service, keys, say: { probe: offer(service, words) } },
        { pin },
        'leg.seal-failed',
      );
      assert.match(heard, /XSEAL/);
    }
  }
});

test('SPOOF-4: keywords hidden in the greeting or in the first line of a reply are no offer', async () => {
  for (const service of services) {
    const greeting = {
      imap: '* OK [CAPABILITY IMAP4rev1 STARTTLS] x\r\n',
      submission: '220 STARTTLS\r\n',
    };
    const probe = {
      imap: '* CAPABILITY IMAP4rev1\r\nL1 OK [CAPABILITY STARTTLS] x\r\n',
      submission: '250 STARTTLS\r\n',
    };
    const say = { greeting: greeting[service], probe: probe[service] };
    const heard = await expect({ service, certificate, say }, {}, 'leg.no-encryption');
    assert.doesNotMatch(heard, /^(L\d )?STARTTLS/m);
  }
});

test('SPOOF-5: STARTTLS offered inside TLS is not taken', async () => {
  for (const service of services) {
    const say = { probe: offer(service, ['STARTTLS', 'LOGINDISABLED']) };
    const peer: PeerOptions = { service, certificate, implicitTls: true, say, sayInTls: true };
    const { at, level, heard } = await attackedBy(peer, { signInMs: 300 });
    assert.deepEqual([at, level], ['sign-in', 'encrypted']);
    assert.doesNotMatch(heard, /STARTTLS/);
  }
});

test('CROSS-1: a server of the other protocol is hung up on after its greeting', async () => {
  const smtp: Script = (peer) => peer.send('220 mail.test ESMTP\r\n');
  const imap: Script = (peer) => peer.send('* OK [CAPABILITY IMAP4rev1] hello\r\n');
  const http: Script = (peer) => peer.send('HTTP/1.1 200 OK\r\n\r\n');
  for (const [service, script] of [
    ['imap', smtp],
    ['submission', imap],
    ['imap', http],
    ['submission', http],
  ] as const) {
    const outcome = await attackedByScript(service, script, anything);
    assert.deepEqual([outcome.code, outcome.heard], ['leg.protocol', '']);
  }
});

test('CLAIM-1: what is claimed of a leg is what was verified, and no more', async () => {
  for (const service of services) {
    const sealed = (await succeed({ service, keys }, { pin })).protection;
    assert.deepEqual([sealed.level, sealed.seal?.identity], ['confirmed', keys.identity.publicKey]);
    assert.ok(!('tls' in sealed));
    const tls = (await succeed({ service, certificate })).protection;
    assert.equal(tls.level, 'encrypted');
    assert.ok(!('seal' in tls) && !('pin' in tls));
    assert.match(tls.tls?.version ?? '', /^TLSv1\.[23]$/);
    const first = (await succeed({ service, keys }, { accepted: keys.identity.publicKey }))
      .protection;
    assert.deepEqual([first.level, first.pin?.vouchedBy], ['unconfirmed', 'first-use']);
    const inside = (await succeed({ service, certificate, keys })).protection;
    assert.deepEqual([inside.level, inside.pin?.vouchedBy], ['confirmed', 'tls']);
    assert.match(inside.tls?.version ?? '', /^TLSv1\.[23]$/);
  }
});

test('CLAIM-2: the server’s name is asked for in TLS, an address is not sent as one', async () => {
  const silent: Script = () => undefined;
  const hello = async (host: string) =>
    (await attackedByScript('imap', silent, { implicitTls: true, hasty: true, host })).heard;
  assert.match(await hello('localhost'), /localhost/);
  assert.doesNotMatch(await hello('127.0.0.1'), /127\.0\.0\.1/);
});
