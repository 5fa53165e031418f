/** Octets put into the clear phase: before, with and after STARTTLS and XSEAL, at every split. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from '../../app/leg/types.ts';
import type { Script } from '../gateway/support/backend.ts';
import type { Peer } from '../gateway/support/peer.ts';
import { certificate, services } from '../support/leg-trial.ts';
import { createPeerKeys, pinOf, type Stage } from '../support/scripted-peer.ts';
import { attackedBy, attackedByScript, type Demand } from './support/sign-in.ts';

const keys = createPeerKeys();
const pin = pinOf(keys);
const injected: Record<Service, string> = {
  imap: '* OK [ALERT] call 555\r\n',
  submission: '250 AUTH PLAIN\r\n',
};

/** Greets, offers STARTTLS, then says `last` in place of a reply. */
function untilStartTls(service: Service, last: (peer: Peer) => Promise<void>): Script {
  return async (peer) => {
    peer.send(service === 'imap' ? '* OK hi\r\n' : '220 hi\r\n');
    await peer.line();
    const offers = {
      imap: '* CAPABILITY STARTTLS\r\nL1 OK x\r\n',
      submission: '250-x\r\n250 STARTTLS\r\n',
    };
    peer.send(offers[service]);
    await peer.line();
    await last(peer);
  };
}

const goAhead: Record<Service, string> = { imap: 'L2 OK go\r\n', submission: '220 go\r\n' };

test('INJECT-1: clear octets in the segment of the reply to STARTTLS, cut off at every length', async () => {
  for (const service of services) {
    const tail = injected[service];
    for (let length = 1; length <= tail.length; length += 1) {
      const script = untilStartTls(service, async (peer) => {
        peer.send(goAhead[service] + tail.slice(0, length));
      });
      const { code, heard } = await attackedByScript(service, script);
      assert.equal(code, 'leg.protocol', `${service} ${length}`);
      assert.ok(!heard.includes('\x16\x03'), 'no TLS handshake is begun');
    }
  }
});

test('INJECT-2: the same in two segments, split at every octet: never read as TLS or as words', async () => {
  for (const service of services) {
    const whole = goAhead[service] + injected[service];
    for (let split = 1; split < whole.length; split += 1) {
      const script = untilStartTls(service, async (peer) => {
        peer.send(whole.slice(0, split));
        await delay(2);
        peer.send(whole.slice(split));
      });
      const { code, at } = await attackedByScript(service, script);
      assert.match(code, /^leg\.(protocol|tls-failed)$/, `${service} ${split}`);
      assert.equal(at, 'leg');
    }
  }
});

test('INJECT-3: clear octets after greeting, offers or card end the attempt', async () => {
  const demand: Demand = { accepted: keys.identity.publicKey };
  const stages: Stage[] = ['greeting', 'probe', 'fetch'];
  for (const service of services)
    for (const stage of stages)
      for (const tail of [injected[service], 'x', '\r\n', '\0', injected[service].repeat(3)]) {
        const { code, at } = await attackedBy({ service, keys, add: { [stage]: tail } }, demand);
        assert.deepEqual([code, at], ['leg.protocol', 'leg'], `${service} ${stage}`);
      }
});

test('INJECT-4: a line before the reply to XSEAL ends the attempt', async () => {
  const lines = {
    imap: ['* OK x\r\n', '* 9 EXISTS\r\n', '* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n', '\r\n', 'x'],
    submission: ['250-x\r\n', '220-x\r\n', '250 x\r\n', '\r\n', 'x'],
  };
  for (const service of services)
    for (const line of lines[service]) {
      const { code, at } = await attackedBy({ service, keys, before: { seal: line } }, { pin });
      assert.match(code, /^leg\.(protocol|seal-failed)$/, `${service} ${JSON.stringify(line)}`);
      assert.equal(at, 'leg');
    }
});

test('INJECT-5: clear octets after the reply to XSEAL are records: nobody signs in', async () => {
  const greetings = { imap: '* PREAUTH hi\r\n', submission: '220 hi\r\n250 AUTH PLAIN\r\n' };
  for (const service of services) {
    const tail = greetings[service];
    const outcomes = Array.from(tail, (_octet, at) =>
      attackedBy({ service, keys, add: { seal: tail.slice(0, at + 1) } }, { pin, signInMs: 300 }),
    );
    for (const { code, at } of await Promise.all(outcomes)) {
      // Fewer octets than a record promises leave it unfinished: the sign-in's own wait ends it.
      assert.notEqual(code, 'signed-in');
      assert.equal(at, 'sign-in');
    }
  }
});

test('INJECT-6: untagged data and codes in clear are not kept: the seal starts from nothing', async () => {
  const data = [
    '* 99 EXISTS\r\n* LIST () "/" Evil\r\n* FLAGS (\\Evil)\r\n',
    '* SEARCH 1 2\r\n* STATUS INBOX (MESSAGES 9)\r\n* 1 EXPUNGE\r\n',
    '* LSUB () "/" Evil\r\n* 1 FETCH (FLAGS (\\Seen))\r\n',
  ];
  for (const before of data) {
    // The peer's own transcript lacks these lines: the handshake itself shows them.
    const { code, at } = await attackedBy(
      { service: 'imap', keys, before: { probe: before } },
      { pin },
    );
    assert.deepEqual([code, at], ['leg.seal-failed', 'leg']);
    const { code: card } = await attackedBy(
      { service: 'imap', keys, before: { fetch: before } },
      { accepted: keys.identity.publicKey },
    );
    assert.equal(card, 'leg.seal-failed');
  }
});

test('INJECT-7: any octet of the clear phase changed on the way makes the handshake fail', async () => {
  const greetings: Record<Service, string> = {
    imap: '* OK real greeting\r\n',
    submission: '220 real greeting\r\n',
  };
  for (const service of services) {
    const real = greetings[service];
    for (let at = 4; at < real.length - 2; at += 1) {
      const changed = `${real.slice(0, at)}~${real.slice(at + 1)}`;
      const { code } = await attackedBy({ service, keys, say: { greeting: changed } }, { pin });
      assert.match(code, /^leg\.(seal-failed|protocol)$/, changed);
    }
  }
});

test('SLOW-1: an octet at a time, all of the clear phase, is only slow', async () => {
  const routes = services.flatMap((service) =>
    [{ keys }, { keys, certificate }].map((route) => ({ service, slow: true, ...route })),
  );
  const outcomes = routes.map((options) => attackedBy(options, { pin }));
  for (const { at, level } of await Promise.all(outcomes)) {
    assert.deepEqual([at, level], ['sign-in', 'confirmed']);
  }
});
