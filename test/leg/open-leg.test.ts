import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { LegError } from '../../app/errors.ts';
import { fingerprintWords } from '../../app/leg/fingerprint.ts';
import { encodeBase64, signSuccessor } from '../../app/leg/key-card.ts';
import { generateIdentity } from '../../app/leg/keys.ts';
import { createOpenLeg } from '../../app/leg/open-leg.ts';
import type { LegDecision, LegFacts, LegPolicy, Level } from '../../app/leg/types.ts';
import {
  ca,
  certificate,
  type Demand,
  hasty,
  openLeg,
  refuse,
  services,
  succeed,
  tryOpen,
} from '../support/leg-trial.ts';
import {
  createPeerKeys,
  createScriptedPeer,
  type PeerOptions,
  pinOf,
  type Stage,
} from '../support/scripted-peer.ts';

for (const service of services) {
  describe(`${service}: routes`, () => {
    const keys = createPeerKeys();
    const sealedGreeting =
      service === 'imap' ? '* OK sealed greeting\r\n' : '220 sealed greeting\r\n';

    test('implicit TLS without the key offer replays the real greeting', async () => {
      const result = await succeed({ service, implicitTls: true, certificate });
      assert.match(result.greeting, /real greeting/);
      assert.equal(result.protection.level, 'encrypted');
      assert.match(result.protection.tls?.version ?? '', /^TLSv1\.[23]$/);
      assert.equal(result.protection.tls?.issuer, 'Letterlock Test Authority');
    });

    test('implicit TLS with the key offer is sealed inside and vouched for', async () => {
      const result = await succeed({ service, implicitTls: true, certificate, keys });
      assert.equal(result.greeting, sealedGreeting);
      assert.equal(result.protection.level, 'confirmed');
      assert.equal(result.protection.pin?.vouchedBy, 'tls');
      assert.deepEqual(result.protection.pin?.sealKeys, keys.card.sealKeys);
      assert.equal(result.sealed, 'SECRET\r\n');
      assert.doesNotMatch(result.outside, /SECRET/);
    });

    test('an unpinned clear port goes through STARTTLS, then seals inside', async () => {
      const result = await succeed({ service, certificate, keys });
      assert.equal(result.protection.level, 'confirmed');
      assert.equal(result.greeting, sealedGreeting);
      assert.match(result.outside, /STARTTLS[\s\S]*XPUBKEY[\s\S]*XSEAL/);
    });

    test('STARTTLS without the key offer gives a fresh greeting of our own', async () => {
      const result = await succeed({ service, certificate });
      assert.equal(result.protection.level, 'encrypted');
      assert.doesNotMatch(result.greeting, /real/);
      assert.match(result.greeting, service === 'imap' ? /^\* OK / : /^220 /);
    });

    test('a pinned clear port is sealed at once, without TLS and without a fetch', async () => {
      const result = await succeed({ service, certificate, keys }, { pin: pinOf(keys) });
      assert.equal(result.protection.level, 'confirmed');
      assert.equal(result.protection.tls, undefined);
      assert.doesNotMatch(result.outside, /STARTTLS|XPUBKEY|SECRET/);
      assert.equal(result.sealed, 'SECRET\r\n');
    });

    test('a pinned seal key that was rotated away is fetched anew under the same pin', async () => {
      const rotated = createPeerKeys({}, keys.identity);
      const result = await succeed({ service, keys: rotated }, { pin: pinOf(keys) });
      assert.equal(result.protection.level, 'confirmed');
      assert.deepEqual(result.protection.pin?.sealKeys, rotated.card.sealKeys);
      assert.match(result.outside, /XSEAL[\s\S]*XPUBKEY[\s\S]*XSEAL/);
    });

    test('first use in clear needs an accepted identity and is unconfirmed', async () => {
      const { code, params } = await refuse({ service, keys });
      assert.equal(code, 'leg.first-use');
      assert.equal(params.words, fingerprintWords(keys.identity.publicKey));
      assert.equal(params.identity, Buffer.from(keys.identity.publicKey).toString('base64'));
      const result = await succeed({ service, keys }, { accepted: keys.identity.publicKey });
      assert.equal(result.protection.level, 'unconfirmed');
      assert.equal(result.protection.pin?.vouchedBy, 'first-use');
    });

    test('a first-use pin rises inside verified TLS', async () => {
      const demand: Demand = { pin: pinOf(keys, 'first-use'), floor: 'confirmed' };
      const result = await succeed({ service, certificate, keys }, demand);
      assert.equal(result.protection.level, 'confirmed');
      assert.equal(result.protection.pin?.vouchedBy, 'tls');
    });

    test('a successor signed by the pinned identity moves the pin', async () => {
      const next = generateIdentity();
      const signature = signSuccessor(keys.identity.secretKey, next.publicKey);
      const predecessor = { identity: keys.identity.publicKey, signature };
      const moved = createPeerKeys({ predecessors: [predecessor] }, next);
      const result = await succeed({ service, keys: moved }, { pin: pinOf(keys) });
      assert.equal(result.protection.level, 'confirmed');
      assert.deepEqual(result.protection.pin?.identity, next.publicKey);
    });

    test('clear text only when allowed at floor clear', async () => {
      const { code } = await refuse({ service });
      assert.equal(code, 'leg.no-encryption');
      const result = await succeed({ service }, { floor: 'clear', allowClear: true });
      assert.equal(result.protection.level, 'clear');
      assert.match(result.greeting, /real greeting/);
    });

    test('everything an octet at a time', async () => {
      const result = await succeed({ service, certificate, keys, slow: true });
      assert.equal(result.protection.level, 'confirmed');
      assert.equal(result.greeting, sealedGreeting);
    });
  });

  describe(`${service}: a hostile server or network`, () => {
    const keys = createPeerKeys();
    const untagged = service === 'imap' ? '* OK [ALERT] call 555\r\n' : '250 injected\r\n';

    test('octets in clear after the reply to STARTTLS are refused', async () => {
      const { code } = await refuse({ service, certificate, add: { starttls: untagged } });
      assert.equal(code, 'leg.protocol');
    });

    test('octets in clear after the offers are refused', async () => {
      const { code } = await refuse({ service, certificate, keys, add: { probe: untagged } });
      assert.equal(code, 'leg.protocol');
    });

    test('octets in clear after the key card are refused', async () => {
      const { code } = await refuse(
        { service, keys, add: { fetch: untagged } },
        { accepted: keys.identity.publicKey },
      );
      assert.equal(code, 'leg.protocol');
    });

    test('octets put after the reply to XSEAL end the leg as a forged record', async () => {
      const forged = Buffer.concat([Buffer.of(0, 32), Buffer.alloc(32, 'x')]);
      const options: PeerOptions = { service, keys, add: { seal: forged } };
      const peer = await createScriptedPeer(options);
      const leg = await tryOpen(peer, options, { pin: pinOf(keys) });
      const failed = once(leg.stream, 'error');
      const got: string[] = [];
      leg.stream.on('data', (chunk) => got.push(chunk.toString()));
      leg.stream.write('SECRET\r\n');
      const [error] = await failed;
      assert.ok(error instanceof LegError);
      assert.equal(error.code, 'leg.protocol');
      assert.deepEqual(got, []);
      await peer.close();
    });

    test('a line put before the reply to XSEAL is refused', async () => {
      const lines =
        service === 'imap' ? ['* OK injected\r\n', 'junk\r\n'] : ['220-x\r\n', '250-x\r\n'];
      for (const line of lines) {
        const { code } = await refuse(
          { service, keys, before: { seal: line } },
          { pin: pinOf(keys) },
        );
        assert.equal(code, 'leg.protocol');
      }
    });

    test('octets in clear after the offers are refused when the leg stays clear, too', async () => {
      const demand: Demand = { floor: 'clear', allowClear: true };
      const { code } = await refuse({ service, add: { probe: untagged } }, demand);
      assert.equal(code, 'leg.protocol');
    });

    test('a changed greeting makes the handshake fail', async () => {
      const say = { greeting: service === 'imap' ? '* OK other\r\n' : '220 other\r\n' };
      const { code, params } = await refuse({ service, keys, say }, { pin: pinOf(keys) });
      assert.equal(code, 'leg.seal-failed');
      assert.equal(params.host, 'localhost');
    });

    test('an offer stripped from a pinned server is refused', async () => {
      const { code } = await refuse({ service }, { pin: pinOf(keys), floor: 'confirmed' });
      assert.equal(code, 'leg.below-floor');
    });

    test('an offer stripped inside verified TLS is refused at floor confirmed', async () => {
      const demand: Demand = { pin: pinOf(keys), floor: 'confirmed' };
      const { code } = await refuse({ service, certificate }, demand);
      assert.equal(code, 'leg.below-floor');
    });

    test('STARTTLS stripped from a server that once had it is refused', async () => {
      const { code, params } = await refuse({ service }, { floor: 'encrypted', allowClear: true });
      assert.equal(code, 'leg.below-floor');
      assert.equal(params.floor, 'encrypted');
    });

    test('another identity is refused on every route, with both fingerprints', async () => {
      const pin = pinOf(createPeerKeys());
      for (const route of [{}, { certificate }, { certificate, implicitTls: true }]) {
        const { code, params } = await refuse({ service, keys, ...route }, { pin });
        assert.equal(code, 'leg.key-changed');
        assert.equal(params.words, fingerprintWords(keys.identity.publicKey));
        assert.equal(params.pinnedWords, fingerprintWords(pin.identity));
        assert.equal(params.identity, encodeBase64(keys.identity.publicKey));
      }
    });

    test('a server with the pinned key id but not the key is refused', async () => {
      const pin = pinOf(keys);
      const impostor = { ...createPeerKeys(), keyId: keys.keyId };
      const { code } = await refuse({ service, keys: impostor }, { pin });
      assert.equal(code, 'leg.seal-failed');
    });

    test('a forged message 2 is refused', async () => {
      const forged = Buffer.alloc(48, 9).toString('base64');
      const say = {
        seal: service === 'imap' ? `L2 OK [XSEAL ${forged}] sealed\r\n` : `220 ${forged}\r\n`,
      };
      const { code } = await refuse({ service, keys, say }, { pin: pinOf(keys) });
      assert.equal(code, 'leg.seal-failed');
    });

    test('a reply to XSEAL without a message 2 of 48 octets is refused', async () => {
      for (const text of ['', 'AAAA', `${'A'.repeat(62)}==`, '!'.repeat(64)]) {
        const seal = service === 'imap' ? `L2 OK [XSEAL ${text}] sealed\r\n` : `220 ${text}\r\n`;
        const { code } = await refuse({ service, keys, say: { seal } }, { pin: pinOf(keys) });
        assert.equal(code, 'leg.protocol');
      }
    });

    test('a server that never knows the key is asked twice and no more', async () => {
      const rotated = createPeerKeys({}, keys.identity);
      const lying = { ...rotated, keyId: 'never' };
      const { code, received } = await refuse({ service, keys: lying }, { pin: pinOf(keys) });
      assert.equal(code, 'leg.seal-failed');
      assert.equal(received.match(/XSEAL/g)?.length, 2);
    });

    test('a card of another host is refused', async () => {
      const other = createPeerKeys({ names: ['mail.example.org'] });
      const { code } = await refuse(
        { service, keys: other },
        { accepted: other.identity.publicKey },
      );
      assert.equal(code, 'leg.card-invalid');
    });

    test('a card whose seal keys have all expired is refused', async () => {
      const old = createPeerKeys().card.sealKeys.map((key) => ({
        ...key,
        validFrom: new Date('2026-01-01T00:00:00Z'),
        validUntil: new Date('2026-02-01T00:00:00Z'),
      }));
      const expired = createPeerKeys({ sealKeys: old });
      const { code } = await refuse(
        { service, keys: expired },
        { accepted: expired.identity.publicKey },
      );
      assert.equal(code, 'leg.card-invalid');
    });

    test('STARTTLS offered and then refused stops, and names the cause', async () => {
      const say = { starttls: service === 'imap' ? 'L2 NO later\r\n' : '454 later\r\n' };
      const { code } = await refuse(
        { service, certificate, say },
        { allowClear: true, floor: 'clear' },
      );
      assert.equal(code, 'leg.tls-failed');
    });

    test('an endless line is refused', async () => {
      const { code } = await refuse({ service, keys, say: { greeting: 'x'.repeat(9_000) } });
      assert.equal(code, 'leg.protocol');
    });

    test('an endless reply is refused', async () => {
      const line = service === 'imap' ? '* OK x\r\n' : '250-x\r\n';
      const { code } = await refuse({ service, keys, say: { probe: line.repeat(129) } });
      assert.equal(code, 'leg.protocol');
    });

    test('a line that ends in a bare LF is refused', async () => {
      const say = { greeting: service === 'imap' ? '* OK hi\n' : '220 hi\n' };
      assert.equal((await refuse({ service, keys, say })).code, 'leg.protocol');
    });

    test('words of a refusal in clear never reach the person, inside TLS they do', async () => {
      const bye = service === 'imap' ? '* BYE call 555\r\n' : '554 call 555\r\n';
      const { code, params } = await refuse({ service, say: { greeting: bye } });
      assert.equal(code, 'leg.unreachable');
      assert.equal(params.text, undefined);
      const inside: PeerOptions = { service, certificate, implicitTls: true, sayInTls: true };
      const authentic = await refuse({ ...inside, say: { greeting: bye } });
      assert.equal(authentic.code, 'leg.unreachable');
      assert.equal(authentic.params.text, 'call 555');
    });

    for (const stage of ['greeting', 'probe', 'fetch', 'seal'] as const) {
      test(`a cut instead of the ${stage} is unreachable`, async () => {
        const accepted = keys.identity.publicKey;
        const { code } = await refuse({ service, keys, cutAt: stage }, { accepted });
        assert.equal(code, 'leg.unreachable');
      });
    }

    test('a cut right after the seal is a truncation', async () => {
      const options: PeerOptions = { service, keys, cutAt: 'sealed-greeting' };
      const peer = await createScriptedPeer(options);
      const outcome = await tryOpen(peer, options, { pin: pinOf(keys) }).then(
        async (leg) => {
          leg.stream.resume();
          const [error] = await once(leg.stream, 'error');
          return error;
        },
        (error: unknown) => error,
      );
      assert.ok(outcome instanceof LegError);
      assert.match(outcome.code, /^leg\.(truncated|unreachable)$/);
      await peer.close();
    });

    const stages: Stage[] = ['greeting', 'probe', 'starttls', 'fetch', 'seal'];
    for (const stage of stages) {
      test(`silence instead of the ${stage} is a timeout`, async () => {
        const route = stage === 'starttls' ? { certificate } : { keys };
        const { code } = await refuse(
          { service, ...route, silentAt: stage },
          { accepted: keys.identity.publicKey, open: hasty },
        );
        assert.equal(code, 'leg.timeout');
      });
    }
  });
}

test('imap: PREAUTH before TLS or seal is refused', async () => {
  const say = { greeting: '* PREAUTH welcome\r\n' };
  const keys = createPeerKeys();
  for (const options of [{ certificate }, { keys }, {}]) {
    const { code, received } = await refuse(
      { service: 'imap', say, ...options },
      { pin: pinOf(keys), floor: 'clear', allowClear: true },
    );
    assert.equal(code, 'leg.protocol');
    assert.equal(received, '');
  }
});

test('imap: a literal before the seal is refused', async () => {
  const say = { probe: '* CAPABILITY IMAP4rev1\r\n* X {3}\r\n* y\r\nL1 OK done\r\n' };
  assert.equal((await refuse({ service: 'imap', say })).code, 'leg.protocol');
});

describe('whatever policy says', () => {
  /** A policy that decides `step` at every turn. */
  async function obey(
    options: PeerOptions,
    step: LegDecision,
    floor: Level,
    seen: LegFacts[] = [],
  ) {
    const peer = await createScriptedPeer(options);
    const policy: LegPolicy = {
      pin: undefined,
      floor,
      next: (facts) => {
        seen.push(facts);
        return step;
      },
      judgeCertificate: () => ({ accept: true }),
      judgeIdentity: () => ({ accept: false, code: 'leg.first-use' }),
    };
    const transport = options.implicitTls ? 'implicit-tls' : 'clear';
    const endpoint = {
      service: options.service,
      host: 'localhost',
      port: peer.port,
      transport,
    } as const;
    try {
      return await openLeg(endpoint, policy, { trustAnchors: [ca.caPem] }).then(
        (leg) => {
          leg.stream.destroy();
          return leg.protection.level;
        },
        (error: unknown) => error,
      );
    } finally {
      await peer.close();
    }
  }
  const service = 'imap';

  test('a leg below the floor is not handed on', async () => {
    const step = { step: 'use-as-is', level: 'encrypted' } as const;
    const options: PeerOptions = { service, certificate, implicitTls: true };
    const error = await obey(options, step, 'confirmed');
    assert.ok(error instanceof LegError);
    assert.equal(error.code, 'leg.below-floor');
    assert.equal(error.params.level, 'encrypted');
    assert.equal(error.params.floor, 'confirmed');
    assert.equal(await obey(options, step, 'encrypted'), 'encrypted');
  });

  test('a clear leg is not called encrypted', async () => {
    const error = await obey({ service }, { step: 'use-as-is', level: 'encrypted' }, 'clear');
    assert.ok(error instanceof LegError);
    assert.equal(error.code, 'leg.protocol');
  });

  test('STARTTLS inside TLS is neither shown to policy nor done', async () => {
    const seen: LegFacts[] = [];
    const options: PeerOptions = {
      service,
      certificate,
      implicitTls: true,
      sayInTls: true,
      say: { probe: '* CAPABILITY IMAP4rev1 STARTTLS\r\nL1 OK done\r\n' },
    };
    await obey(options, { step: 'use-as-is', level: 'encrypted' }, 'clear', seen);
    assert.deepEqual(
      seen.map((facts) => [facts.tlsUp, facts.offersStartTls]),
      [[true, false]],
    );
    const error = await obey({ service, certificate }, { step: 'starttls' }, 'clear');
    assert.ok(error instanceof LegError);
    assert.equal(error.code, 'leg.protocol');
  });
});

test('a port where nobody listens is unreachable', async () => {
  const peer = await createScriptedPeer({ service: 'imap' });
  await peer.close();
  await assert.rejects(tryOpen(peer, { service: 'imap' }, {}), { code: 'leg.unreachable' });
});

test('a host that is no host name is unreachable without a connection', async () => {
  const peer = await createScriptedPeer({ service: 'imap' });
  for (const host of ['', 'a b', 'x\r\nEHLO y', '-x', 'a'.repeat(300)]) {
    await assert.rejects(tryOpen(peer, { service: 'imap' }, { host }), { code: 'leg.unreachable' });
  }
  assert.equal(peer.connections(), 0);
  await peer.close();
});

test('a signal cancels at any time', async () => {
  const options: PeerOptions = { service: 'imap', silentAt: 'probe' };
  const { code } = await refuse(options, { signal: AbortSignal.abort() });
  assert.equal(code, 'cancelled');
  const later = await refuse(options, { signal: AbortSignal.timeout(50) });
  assert.equal(later.code, 'cancelled');
});

test('the whole attempt has one deadline, however lively each step is', async () => {
  const open = createOpenLeg({ openMs: 60 });
  const { code } = await refuse(
    { service: 'imap', certificate, slow: true, silentAt: 'starttls' },
    { open },
  );
  assert.equal(code, 'leg.timeout');
});
