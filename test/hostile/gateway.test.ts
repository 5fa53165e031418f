/** A hostile client or network before the real gateway: what the backend hears, and how it ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from '../../app/leg/types.ts';
import { imapScript, smtpScript } from '../gateway/support/backend.ts';
import type { Peer } from '../gateway/support/peer.ts';
import { type Rig, type RigOptions, startRig } from '../gateway/support/rig.ts';
import { SealClient } from '../gateway/support/seal-client.ts';
import { search } from '../support/capture/search.ts';
import { certificate, services } from '../support/leg-trial.ts';
import { flipped } from './support/attacks.ts';
import { nonCanonicalPoints, weakPoints } from './support/points.ts';
import { password, userName } from './support/sign-in.ts';

const refusal: Record<Service, RegExp> = {
  imap: /^(s (NO|BAD) .*\r\n)?\* BYE Refused\r\n$|^s NO .*\r\n(\* BYE .*\r\n)?$/,
  submission: /^554 5\.7\.0 Refused\r\n$/,
};

async function withRig(
  service: Service,
  options: Partial<RigOptions>,
  run: (rig: Rig) => Promise<void>,
): Promise<void> {
  const script = service === 'imap' ? imapScript() : smtpScript();
  const rig = await startRig({ service, script, ...options });
  try {
    await run(rig);
  } finally {
    await rig.stop();
  }
}

/** Greeted, with the card fetched: ready to send XSEAL. */
async function ready(rig: Rig, service: Service) {
  const peer = await rig.connect();
  const client = new SealClient(peer, service);
  await client.greet();
  const { words, finish } = client.prepare(await client.fetchCard());
  const line = `${service === 'imap' ? 's ' : ''}XSEAL ${words}\r\n`;
  return { peer, words, line, finish };
}

const injected: Record<Service, string> = {
  imap: `x LOGIN ${userName} "${password}"\r\n`,
  submission: 'MAIL FROM:<mallory@test>\r\n',
};

/** Every length of the tail with the line, and every split of both into two segments. */
async function everySplit(
  line: string,
  tail: string,
  attempt: (...parts: string[]) => Promise<void>,
) {
  for (let length = 1; length <= tail.length; length += 1)
    await attempt(line + tail.slice(0, length));
  for (let split = 1; split <= tail.length; split += 1)
    await attempt(line + tail.slice(0, split), tail.slice(split));
}

test('GATE-1: clear octets with XSEAL, at every length and split, are never a command', async () => {
  for (const service of services)
    await withRig(service, {}, async (rig) => {
      await everySplit('', injected[service], async (...parts) => {
        const { peer, line } = await ready(rig, service);
        peer.send(line + parts[0]);
        if (parts[1]) peer.send(parts[1]);
        assert.match(await peer.rest(), refusal[service]);
      });
      assert.doesNotMatch(rig.backend.heard(), /LOGIN|MAIL/);
    });
});

test('GATE-2: clear octets with STARTTLS, at every length and split, are never a command', async () => {
  for (const service of services)
    await withRig(service, { tls: certificate }, async (rig) => {
      const line = service === 'imap' ? 's STARTTLS\r\n' : 'STARTTLS\r\n';
      await everySplit(line, injected[service], async (...parts) => {
        const peer = await rig.connect();
        await peer.line();
        for (const part of parts) peer.send(part);
        assert.match(await peer.rest(), refusal[service]);
      });
      assert.doesNotMatch(rig.backend.heard(), /LOGIN|MAIL/);
    });
});

test('GATE-3: names, passwords and mail in clear are refused, whatever the form', async () => {
  const plain = Buffer.from(`\0${userName}\0${password}`).toString('base64');
  const forms: Record<Service, string[]> = {
    submission: [
      `AUTH PLAIN ${plain}`,
      'AUTH LOGIN',
      `auth plain ${plain}`,
      ` AUTH PLAIN ${plain}`,
      `MAIL FROM:<${userName}> AUTH=<>`,
      'RCPT TO:<bob@example.test>',
      'DATA',
    ],
    imap: [
      `x LOGIN ${userName} "${password}"`,
      `x login "${userName}" "${password}"`,
      `x AUTHENTICATE PLAIN ${plain}`,
      'x AUTHENTICATE PLAIN',
      'x SELECT INBOX',
      'x APPEND Drafts {5+}\r\nhello',
    ],
  };
  for (const service of services)
    await withRig(service, {}, async (rig) => {
      for (const form of forms[service]) {
        const peer = await rig.connect();
        await peer.line();
        peer.send(`${form}\r\n`);
        const answer = await peer.line();
        assert.match(answer, service === 'imap' ? /^(x (NO|BAD)|\* BYE)/ : /^5\d\d /, form);
      }
      assert.deepEqual(search(Buffer.from(rig.backend.heard()), password, [userName]), []);
      assert.doesNotMatch(rig.backend.heard(), /AUTH|LOGIN|MAIL|RCPT|DATA|SELECT|APPEND/i);
      const log = rig.log.map(({ line }) => line).join('\n');
      assert.deepEqual(search(Buffer.from(log), password, [userName]), []);
    });
});

test('GATE-4: inside the seal neither XPUBKEY, XSEAL nor STARTTLS is offered or taken', async () => {
  for (const service of services)
    await withRig(service, { tls: certificate }, async (rig) => {
      const inside = await new SealClient(await rig.connect(), service).seal();
      const offers =
        service === 'imap'
          ? (await inside.line()) + (await inside.command('b', 'CAPABILITY'))
          : (await inside.reply()) + (await inside.ask('EHLO x'));
      assert.doesNotMatch(offers, /XPUBKEY|XSEAL|STARTTLS/i);
      for (const line of ['XPUBKEY', 'STARTTLS', 'XSEAL a b c d']) {
        const answer =
          service === 'imap' ? await inside.command('c', line) : await inside.ask(line);
        assert.match(answer, /^(5\d\d |c (BAD|NO))/, line);
      }
      assert.doesNotMatch(rig.backend.heard(), /XPUBKEY|XSEAL|STARTTLS/i);
    });
});

/** XSEAL with these octets as message 1. */
async function sealWith(rig: Rig, service: Service, change: (message1: Buffer) => Buffer) {
  const { peer, words } = await ready(rig, service);
  const [suite = '', keyId = '', name = '', text = ''] = words.split(' ');
  const changed = change(Buffer.from(text, 'base64')).toString('base64');
  peer.send(`${service === 'imap' ? 's ' : ''}XSEAL ${suite} ${keyId} ${name} ${changed}\r\n`);
  return peer;
}

test('GATE-5: an ephemeral key that is zero, of low order or not canonical: refused like any other', async () => {
  for (const service of services)
    await withRig(service, {}, async (rig) => {
      const answers = new Set<string>();
      for (const point of [...weakPoints.x25519, ...nonCanonicalPoints]) {
        const peer = await sealWith(rig, service, (message1) =>
          Buffer.concat([point, message1.subarray(32)]),
        );
        answers.add(await peer.rest());
      }
      assert.equal(answers.size, 1);
      assert.match([...answers][0] ?? '', refusal[service]);
      // One backend connection each, from before XSEAL; none for a seal that failed.
      assert.equal(
        rig.backend.connections.length,
        weakPoints.x25519.length + nonCanonicalPoints.length,
      );
    });
});

test('GATE-6: message 1 changed anywhere: one answer for all, and no backend connection', async () => {
  for (const service of services)
    await withRig(service, {}, async (rig) => {
      const answers = new Set<string>();
      for (let bit = 0; bit < 48 * 8; bit += 37) {
        const peer = await sealWith(rig, service, (message1) => flipped(message1, bit));
        answers.add(await peer.rest());
      }
      for (const at of [40, 500, 1_200]) {
        const peer = await sealWith(rig, service, (message1) => flipped(message1, at * 8));
        answers.add(await peer.rest());
      }
      assert.equal(answers.size, 1, [...answers].join());
      assert.match([...answers][0] ?? '', refusal[service]);
      assert.doesNotMatch(rig.backend.heard(), /EHLO|LOGIN/);
    });
});

test('GATE-7: a handshake made for IMAP, relayed to SMTP, and the other way round', async () => {
  for (const [made, used] of [
    ['imap', 'submission'],
    ['submission', 'imap'],
  ] as const)
    await withRig(used, {}, async (rig) => {
      const peer = await rig.connect();
      const client = new SealClient(peer, used);
      await client.greet();
      const card = await client.fetchCard();
      // All octets as they were: only the service word of the prologue differs.
      Object.defineProperty(client, 'service', { value: made });
      const { words } = client.prepare(card);
      peer.send(`${used === 'imap' ? 's ' : ''}XSEAL ${words}\r\n`);
      assert.match(await peer.rest(), refusal[used]);
    });
});

test('GATE-8: message 1 of a recorded session, again and again', async () => {
  for (const service of services)
    await withRig(service, {}, async (rig) => {
      const { peer, line, finish } = await ready(rig, service);
      peer.send(line);
      const text = /(?:^220 |\[XSEAL )([A-Za-z0-9+/=]+)/.exec(await peer.line())?.[1] ?? '';
      await finish(text).line();
      for (let time = 0; time < 20; time += 1) {
        const again = await ready(rig, service);
        again.peer.send(line);
        assert.match(await again.peer.rest(), refusal[service]);
      }
    });
});

test('GATE-9: octets that are no record, or not ours, end the sealed session unheard', async () => {
  const wrong: [string, (record: Buffer) => Buffer][] = [
    ['empty', () => Buffer.of(0, 0)],
    ['16 octets', () => Buffer.concat([Buffer.of(0, 16), Buffer.alloc(16)])],
    ['noise', () => Buffer.concat([Buffer.of(0, 32), Buffer.alloc(32, 7)])],
    ['oversized', () => Buffer.alloc(70_000, 0xff)],
    ['clear text', () => Buffer.from('\0\x20MAIL FROM:<mallory@test>\r\nxxxxxxxx')],
    ['a bit flipped', (record) => flipped(record, 150)],
    ['twice', (record) => Buffer.concat([record, record])],
  ];
  for (const service of services)
    await withRig(service, {}, async (rig) => {
      for (const [name, change] of wrong) {
        const { peer, line, finish } = await ready(rig, service);
        peer.send(line);
        const text = /(?:^220 |\[XSEAL )([A-Za-z0-9+/=]+)/.exec(await peer.line())?.[1] ?? '';
        const { socket } = peer;
        const inside = finish(text);
        await inside.line();
        // The record that our side would have sent, changed before it reaches the wire.
        const written = socket.write.bind(socket);
        let first = true;
        socket.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
          const own = first && typeof chunk !== 'string' ? change(Buffer.from(chunk)) : chunk;
          first = false;
          return Reflect.apply(written, socket, [own, ...rest]) === true;
        };
        inside.send(service === 'imap' ? 'z NOOP\r\n' : 'NOOP\r\n');
        await inside.rest();
        assert.equal(inside.ended, 'cut', name);
      }
      assert.doesNotMatch(rig.backend.heard(), /mallory/);
    });
});

test('GATE-10: the end after any octet of XSEAL: no handshake, no new backend connection', async () => {
  for (const service of services)
    await withRig(service, { limits: { connectionsPerAddress: 10_000 } }, async (rig) => {
      let count = 0;
      for (let octets = 0; octets < 150; octets += 7) {
        const { peer, line } = await ready(rig, service);
        peer.stream.end(Buffer.from(line.slice(0, octets), 'latin1'));
        await peer.rest();
        count += 1;
      }
      await rig.ended(count);
      assert.equal(rig.backend.connections.length, count);
    });
});

test('GATE-11: silence at every stage is ended by a deadline', async () => {
  const limits = {
    lineMs: 80,
    idleBeforeLoginMs: 80,
    loginMs: 400,
    tlsMs: 80,
    backendConnectMs: 1_000,
  };
  for (const service of services)
    await withRig(service, { tls: certificate, limits }, async (rig) => {
      const tag = service === 'imap' ? 's ' : '';
      const stages: ((peer: Peer) => Promise<void>)[] = [
        async () => undefined,
        async (peer) => peer.send(`${tag}XSE`),
        async (peer) => peer.send(`${tag}XPUBKEY\r\n`),
        async (peer) => peer.send(`${tag}STARTTLS\r\n`),
      ];
      for (const stage of stages) {
        const peer = await rig.connect();
        await peer.line();
        await stage(peer);
        await peer.rest();
      }
      for (const octets of [
        Buffer.alloc(0),
        Buffer.of(0),
        Buffer.of(0, 99),
        Buffer.of(0, 99, 1, 2, 3),
      ]) {
        const { peer, line } = await ready(rig, service);
        peer.send(line);
        await peer.line();
        peer.send(octets);
        await peer.rest();
      }
      const sessions = await rig.ended(stages.length + 4);
      assert.ok(
        sessions.every(({ fields }) => /timeout|tls-failed|client/.test(String(fields.end))),
      );
    });
});

test('GATE-12: a line, a literal or a card request without end is cut off', async () => {
  const floods: Record<Service, string[]> = {
    submission: ['XSEAL ', 'EHLO ', 'AUTH PLAIN '],
    imap: ['s XSEAL ', 's LOGIN ', 's ID ("x" "'],
  };
  for (const service of services)
    await withRig(service, {}, async (rig) => {
      for (const begin of floods[service]) {
        const peer = await rig.connect();
        await peer.line();
        peer.send(begin);
        let sent = 0;
        while (peer.ended === undefined && sent < 50_000_000) {
          peer.send('x'.repeat(65_536));
          sent += 65_536;
          await delay(1);
        }
        assert.ok(sent < 20_000_000, `${begin}: ${sent}`);
      }
      if (service === 'imap') {
        const peer = await rig.connect();
        await peer.line();
        peer.send('s LOGIN {900000000}\r\n');
        assert.match(await peer.line(), /^(s (NO|BAD)|\* BYE)/);
      }
      assert.doesNotMatch(rig.backend.heard(), /xxx/);
    });
});
