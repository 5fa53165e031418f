import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type LegDecision,
  type LegFacts,
  type Level,
  levels,
  meetsFloor,
  type Pin,
  type SealKey,
  type VouchedBy,
} from '../../app/leg/types.ts';
import { createLegPolicy, floorAfter } from '../../app/policy/leg-policy.ts';

const suite = 'nk-25519-aesgcm-sha256';
const now = new Date('2026-11-23T12:00:00Z');
const identity = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);
const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');
const sealKey = (validUntil: string): SealKey => ({
  suite,
  keyId: 'k',
  publicKey: Buffer.alloc(32, 9),
  validFrom: new Date('2026-11-01T00:00:00Z'),
  validUntil: new Date(validUntil),
});
const pinned = (vouchedBy: VouchedBy, validUntil = '2026-12-08T00:00:00Z'): Pin => ({
  identity,
  firstSeenAt: new Date('2026-05-03T00:00:00Z'),
  vouchedBy,
  sealKeys: [sealKey(validUntil)],
});

interface Case {
  facts: LegFacts;
  pin: Pin | undefined;
  floor: Level;
  allowClear: boolean;
}

/** Every combination of what can be seen, pinned and demanded. */
function* everyCase(): Generator<Case> {
  const transports = [
    { transport: 'implicit-tls', tlsUp: true, offersStartTls: false },
    { transport: 'implicit-tls', tlsUp: false, offersStartTls: false },
    { transport: 'implicit-tls', tlsUp: false, offersStartTls: true },
    { transport: 'clear', tlsUp: true, offersStartTls: false },
    { transport: 'clear', tlsUp: false, offersStartTls: true },
    { transport: 'clear', tlsUp: false, offersStartTls: false },
  ] as const;
  const pins = [
    undefined,
    ...(['tls', 'fingerprint', 'first-use'] as const).flatMap((vouchedBy) => [
      pinned(vouchedBy),
      pinned(vouchedBy, '2026-11-20T00:00:00Z'),
    ]),
  ];
  for (const transport of transports) {
    for (const sealSuites of [[], [suite]]) {
      for (const pin of pins) {
        for (const floor of levels) {
          for (const allowClear of [false, true]) {
            yield { facts: { ...transport, sealSuites }, pin, floor, allowClear };
          }
        }
      }
    }
  }
}

const policyOf = (item: Omit<Case, 'facts'>, acceptedIdentities: string[] = []) =>
  createLegPolicy({ ...item, acceptedIdentities, now });

/** The level that a decision leads to, if the identity is the pinned one or new and accepted. */
function reached(item: Case, decision: LegDecision): Level | undefined {
  if (decision.step === 'use-as-is') return decision.level;
  if (decision.step === 'refuse' || decision.step === 'starttls') return undefined;
  const policy = policyOf(item, [base64(identity)]);
  const context = { tlsUp: item.facts.tlsUp, successorOf: false };
  let pin = item.pin;
  if (decision.step === 'fetch-and-seal') {
    const verdict = policy.judgeIdentity(identity, context);
    assert.ok(verdict.accept);
    pin = verdict.pin;
  }
  assert.ok(pin, 'sealed without a pin');
  return pin.vouchedBy === 'first-use' ? 'unconfirmed' : 'confirmed';
}

describe('leg policy, every combination', () => {
  const all = [...everyCase()].map((item) => ({ item, decision: policyOf(item).next(item.facts) }));
  const where = (test: (item: Case) => boolean) => all.filter(({ item }) => test(item));

  test('the table is complete', () => {
    assert.equal(all.length, 6 * 2 * 7 * 4 * 2);
    const steps = new Set(all.map(({ decision }) => decision.step));
    assert.deepEqual([...steps].sort(), [
      'fetch-and-seal',
      'refuse',
      'seal-pinned',
      'starttls',
      'use-as-is',
    ]);
  });

  test('no decision leads to a level below the floor', () => {
    for (const { item, decision } of all) {
      const level = reached(item, decision);
      if (level) assert.ok(meetsFloor(level, item.floor), JSON.stringify({ item, decision }));
    }
  });

  test('clear is used only when nothing else is offered, allowed, at floor clear, without pin', () => {
    for (const { item, decision } of all) {
      const { facts } = item;
      const isClear = decision.step === 'use-as-is' && decision.level === 'clear';
      const mayBeClear =
        facts.transport === 'clear' &&
        !facts.tlsUp &&
        !facts.offersStartTls &&
        facts.sealSuites.length === 0 &&
        item.pin === undefined &&
        item.floor === 'clear' &&
        item.allowClear;
      assert.equal(isClear, mayBeClear);
    }
  });

  test('encrypted is claimed only when verified TLS is up', () => {
    for (const { item, decision } of all) {
      if (decision.step === 'use-as-is' && decision.level === 'encrypted') {
        assert.ok(item.facts.tlsUp);
      }
    }
  });

  test('STARTTLS is asked for only when it is offered and TLS is not up', () => {
    for (const { item, decision } of all) {
      if (decision.step === 'starttls') assert.ok(item.facts.offersStartTls && !item.facts.tlsUp);
    }
  });

  test('the seal is asked for only when offered, and always used inside TLS when offered', () => {
    for (const { item, decision } of all) {
      const seals = decision.step === 'seal-pinned' || decision.step === 'fetch-and-seal';
      if (seals) assert.equal(decision.suite, item.facts.sealSuites[0]);
      if (item.facts.tlsUp && item.facts.sealSuites.length > 0) assert.ok(seals);
    }
  });

  test('a pinned seal key is used only while it is valid', () => {
    for (const { item, decision } of all) {
      if (decision.step !== 'seal-pinned') continue;
      assert.ok(item.pin?.sealKeys.some((key) => key.validUntil > now));
    }
  });

  test('a vouched pin with a valid key seals at once on a clear port', () => {
    const cases = where(
      ({ facts, pin }) =>
        facts.transport === 'clear' &&
        !facts.tlsUp &&
        facts.sealSuites.length > 0 &&
        pin !== undefined &&
        pin.vouchedBy !== 'first-use' &&
        pin.sealKeys.every((key) => key.validUntil > now),
    );
    assert.ok(cases.length > 0);
    for (const { decision } of cases) assert.equal(decision.step, 'seal-pinned');
  });

  test('an unpinned server on a clear port is asked for STARTTLS before its key is fetched', () => {
    const cases = where(
      ({ facts, pin }) => facts.transport === 'clear' && facts.offersStartTls && !pin,
    );
    assert.ok(cases.length > 0);
    for (const { decision } of cases) assert.deepEqual(decision, { step: 'starttls' });
  });

  test('a floor of confirmed refuses TLS without the key offer', () => {
    const cases = where(
      ({ facts, floor }) => facts.tlsUp && facts.sealSuites.length === 0 && floor === 'confirmed',
    );
    assert.ok(cases.length > 0);
    for (const { decision } of cases) {
      assert.deepEqual(decision, { step: 'refuse', code: 'leg.below-floor' });
    }
  });

  test('a pinned server that offers nothing on a clear port is refused at every floor', () => {
    const cases = where(
      ({ facts, pin }) =>
        facts.transport === 'clear' &&
        !facts.tlsUp &&
        !facts.offersStartTls &&
        facts.sealSuites.length === 0 &&
        pin !== undefined,
    );
    assert.ok(cases.length > 0);
    for (const { decision } of cases) {
      assert.deepEqual(decision, { step: 'refuse', code: 'leg.below-floor' });
    }
  });

  test('no-encryption is said only where nothing was ever pinned or reached', () => {
    for (const { item, decision } of all) {
      if (decision.step !== 'refuse' || decision.code !== 'leg.no-encryption') continue;
      assert.ok(!item.pin && meetsFloor('unconfirmed', item.floor));
    }
  });

  test('an implicit-TLS leg without TLS is refused', () => {
    const cases = where(({ facts }) => facts.transport === 'implicit-tls' && !facts.tlsUp);
    assert.ok(cases.length > 0);
    for (const { decision } of cases) assert.equal(decision.step, 'refuse');
  });
});

describe('TLS through a known interceptor', () => {
  const inside = (sealSuites: string[]): LegFacts => ({
    transport: 'implicit-tls',
    tlsUp: true,
    interceptor: { name: 'Avast Mail Shield', place: 'computer' },
    offersStartTls: false,
    sealSuites,
  });
  const next = (pin: Pin | undefined, floor: Level, suites: string[]) =>
    policyOf({ pin, floor, allowClear: false }).next(inside(suites));

  test('is used where the person lowered what the account demands, though a key is known', () => {
    for (const vouchedBy of ['tls', 'fingerprint'] as const) {
      const used = { step: 'use-as-is', level: 'unconfirmed' };
      assert.deepEqual(next(pinned(vouchedBy), 'unconfirmed', []), used);
      const refused = { step: 'refuse', code: 'leg.below-floor' };
      assert.deepEqual(next(pinned(vouchedBy), 'encrypted', []), refused);
    }
  });

  test('seals a first-use server with the pinned key: a fetch would teach nothing', () => {
    const step = { step: 'seal-pinned', suite };
    assert.deepEqual(next(pinned('first-use'), 'unconfirmed', [suite]), step);
  });
});

describe('a pinned seal key', () => {
  const facts: LegFacts = {
    transport: 'clear',
    tlsUp: false,
    offersStartTls: false,
    sealSuites: [suite],
  };
  const stepWith = (change: Partial<SealKey>) => {
    const key = { ...sealKey('2026-12-08T00:00:00Z'), ...change };
    const pin: Pin = { ...pinned('tls'), sealKeys: [key] };
    return policyOf({ pin, floor: 'confirmed', allowClear: false }).next(facts).step;
  };

  test('is used from its first moment to the last before its end', () => {
    assert.equal(stepWith({ validFrom: now }), 'seal-pinned');
    assert.equal(stepWith({ validFrom: new Date(now.getTime() + 1) }), 'fetch-and-seal');
    assert.equal(stepWith({ validUntil: new Date(now.getTime() + 1) }), 'seal-pinned');
    assert.equal(stepWith({ validUntil: now }), 'fetch-and-seal');
  });

  test('of another suite than the one agreed on is not used', () => {
    assert.equal(stepWith({ suite: 'another' }), 'fetch-and-seal');
  });
});

describe('an identity', () => {
  const clear = { tlsUp: false, successorOf: false };
  const tls = { tlsUp: true, successorOf: false };
  const judge = (
    pin: Pin | undefined,
    key: Uint8Array,
    context: { tlsUp: boolean; successorOf: boolean },
    accepted: string[] = [],
  ) => policyOf({ pin, floor: 'clear', allowClear: true }, accepted).judgeIdentity(key, context);

  test('that is new is vouched for by verified TLS', () => {
    const verdict = judge(undefined, identity, tls);
    assert.ok(verdict.accept);
    assert.deepEqual(verdict.pin, { identity, firstSeenAt: now, vouchedBy: 'tls', sealKeys: [] });
  });

  test('that is new without TLS waits for the person', () => {
    const refused = { accept: false, code: 'leg.first-use' };
    assert.deepEqual(judge(undefined, identity, clear), refused);
    assert.deepEqual(judge(undefined, identity, clear, [base64(other)]), refused);
  });

  test('that the person accepted is a first-use key', () => {
    const verdict = judge(undefined, identity, clear, [base64(identity)]);
    assert.equal(verdict.accept && verdict.pin.vouchedBy, 'first-use');
  });

  test('that differs from the pin is refused, in TLS or not, accepted at set-up or not', () => {
    const refused = { accept: false, code: 'leg.key-changed' };
    for (const vouchedBy of ['tls', 'fingerprint', 'first-use'] as const) {
      for (const context of [clear, tls]) {
        assert.deepEqual(judge(pinned(vouchedBy), other, context), refused);
        assert.deepEqual(judge(pinned(vouchedBy), other, context, [base64(other)]), refused);
      }
    }
  });

  test('that the pinned one named as successor moves the pin and keeps how it was vouched for', () => {
    for (const vouchedBy of ['tls', 'fingerprint', 'first-use'] as const) {
      const verdict = judge(pinned(vouchedBy), other, { tlsUp: false, successorOf: true });
      assert.ok(verdict.accept);
      assert.deepEqual(verdict.pin, { identity: other, firstSeenAt: now, vouchedBy, sealKeys: [] });
    }
  });

  test('that is pinned stays, and a first-use pin rises inside verified TLS only', () => {
    const rise = (vouchedBy: VouchedBy, context: typeof clear) => {
      const verdict = judge(pinned(vouchedBy), identity, context);
      assert.ok(verdict.accept);
      assert.deepEqual(verdict.pin.firstSeenAt, pinned(vouchedBy).firstSeenAt);
      return verdict.pin.vouchedBy;
    };
    assert.equal(rise('first-use', clear), 'first-use');
    assert.equal(rise('first-use', tls), 'tls');
    assert.equal(rise('fingerprint', tls), 'fingerprint');
    assert.equal(rise('tls', clear), 'tls');
  });
});

test('the floor only rises', () => {
  for (const current of levels) {
    for (const reachedLevel of levels) {
      const after = floorAfter(current, reachedLevel);
      assert.ok(meetsFloor(after, current));
      assert.ok(meetsFloor(after, reachedLevel));
      assert.ok(after === current || after === reachedLevel);
    }
  }
});
