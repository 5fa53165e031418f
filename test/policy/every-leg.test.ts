/**
 * Every way in which opening a leg can go, played through policy alone: what is offered × what is
 * pinned × which key is shown × floor × port × certificate result. No sockets, no keys, no clock.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type AuthorityName,
  type CertificateResult,
  type LegFacts,
  type Level,
  levels,
  meetsFloor,
  type Pin,
  type SealKey,
  type TlsDistrust,
  type VouchedBy,
} from '../../app/leg/types.ts';
import { createLegPolicy } from '../../app/policy/leg-policy.ts';

const suite = 'nk-25519-aesgcm-sha256';
const now = new Date('2026-11-23T12:00:00Z');
const own = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);
const avast: AuthorityName = {
  commonName: 'Avast Web/Mail Shield Root',
  organisation: 'Avast Web/Mail Shield',
  unit: '',
};
const publicRoot: AuthorityName = { commonName: 'Root X', organisation: 'Harbour', unit: '' };

const distrusts: readonly TlsDistrust[] = [
  'expired',
  'not-yet-valid',
  'self-signed',
  'unknown-issuer',
  'wrong-name',
  'other',
];
const certificates: readonly CertificateResult[] = [
  { verified: true, authorities: [publicRoot] },
  { verified: true, authorities: [avast] },
  ...distrusts.flatMap((reason) =>
    [publicRoot, avast].map((root) => ({ verified: false, reason, authorities: [root] }) as const),
  ),
];

const sealKey = (validUntil: string): SealKey => ({
  suite,
  keyId: 'k',
  publicKey: Buffer.alloc(32, 9),
  validFrom: new Date('2026-11-01T00:00:00Z'),
  validUntil: new Date(validUntil),
});
const sealKeySets = {
  valid: [sealKey('2026-12-08T00:00:00Z')],
  expired: [sealKey('2026-11-20T00:00:00Z')],
  none: [],
};
const pins: readonly (Pin | undefined)[] = [
  undefined,
  ...(['first-use', 'tls', 'fingerprint'] as const).flatMap((vouchedBy: VouchedBy) =>
    Object.values(sealKeySets).map((sealKeys) => ({
      identity: own,
      firstSeenAt: new Date('2026-05-03T00:00:00Z'),
      vouchedBy,
      sealKeys,
    })),
  ),
];

/** `own` is the pinned key, or with no pin one that the person accepted at set-up. */
type Shown = 'own' | 'successor' | 'other';

interface Case {
  readonly transport: LegFacts['transport'];
  readonly startTls: boolean;
  readonly sealsInClear: boolean;
  readonly sealsInTls: boolean;
  readonly certificate: CertificateResult;
  readonly pin: Pin | undefined;
  readonly shown: Shown;
  readonly floor: Level;
  readonly allowClear: boolean;
}

type Port = Pick<Case, 'transport' | 'startTls' | 'sealsInClear' | 'sealsInTls'>;

const yesNo = [false, true];
const ports: readonly Port[] = yesNo.flatMap((sealsInTls) => [
  { transport: 'implicit-tls', startTls: false, sealsInClear: false, sealsInTls } as const,
  ...yesNo.flatMap((startTls) =>
    yesNo.map(
      (sealsInClear) => ({ transport: 'clear', startTls, sealsInClear, sealsInTls }) as const,
    ),
  ),
]);

function* everyCase(): Generator<Case> {
  for (const port of ports) {
    for (const certificate of certificates) {
      for (const pin of pins) {
        for (const shown of ['own', 'successor', 'other'] as const) {
          for (const floor of levels) {
            for (const allowClear of yesNo) {
              yield { ...port, certificate, pin, shown, floor, allowClear };
            }
          }
        }
      }
    }
  }
}

interface Outcome {
  readonly level?: Level;
  readonly refused?: string;
  readonly reason?: TlsDistrust;
  readonly interceptor?: string;
  readonly askedCertificate: boolean;
  readonly judgedKey: boolean;
  readonly pin?: Pin;
}

/** Does what app/leg does with policy's answers. */
function play(item: Case): Outcome {
  const policy = createLegPolicy({
    pin: item.pin,
    floor: item.floor,
    allowClear: item.allowClear,
    acceptedIdentities: [own.toString('base64')],
    now,
  });
  const clear = { transport: item.transport, tlsUp: false } as const;
  if (item.transport === 'clear') {
    const facts: LegFacts = {
      ...clear,
      offersStartTls: item.startTls,
      sealSuites: item.sealsInClear ? [suite] : [],
    };
    const decision = policy.next(facts);
    if (decision.step !== 'starttls') return end(item, policy, facts, decision);
    assert.ok(item.startTls, 'STARTTLS that nobody offered');
  }
  const verdict = policy.judgeCertificate(item.certificate);
  const interceptor = verdict.interceptor?.name;
  const named = interceptor ? { interceptor } : {};
  const asked = { askedCertificate: true, judgedKey: false, ...named };
  if (!verdict.accept) return { refused: verdict.code, reason: verdict.reason, ...asked };
  const facts: LegFacts = {
    transport: item.transport,
    tlsUp: true,
    offersStartTls: false,
    sealSuites: item.sealsInTls ? [suite] : [],
    ...(verdict.interceptor && { interceptor: verdict.interceptor }),
  };
  const decision = policy.next(facts);
  assert.notEqual(decision.step, 'starttls', 'STARTTLS inside TLS');
  return { ...end(item, policy, facts, decision), askedCertificate: true, ...named };
}

type Policy = ReturnType<typeof createLegPolicy>;

function end(
  item: Case,
  policy: Policy,
  facts: LegFacts,
  decision: ReturnType<Policy['next']>,
): Outcome {
  const asked = { askedCertificate: false, judgedKey: false };
  switch (decision.step) {
    case 'refuse':
      return { refused: decision.code, ...asked };
    case 'use-as-is':
      return { level: decision.level, ...asked };
    case 'seal-pinned':
      assert.ok(item.pin, 'sealed without a pin');
      assert.ok(item.pin.sealKeys.some((key) => now < key.validUntil));
      // A server with another key does not know the pinned one: its card is judged then.
      if (item.shown !== 'own') return judged(item, policy, facts);
      return { level: worth(item.pin), pin: item.pin, ...asked };
    case 'fetch-and-seal':
      return judged(item, policy, facts);
    case 'starttls':
      return assert.fail('STARTTLS at the end');
  }
}

function judged(item: Case, policy: Policy, facts: LegFacts): Outcome {
  assert.equal(facts.sealSuites.length, 1, 'a seal that nobody offered');
  const verdict = policy.judgeIdentity(item.shown === 'own' ? own : other, {
    tlsUp: facts.tlsUp,
    ...(facts.interceptor && { interceptor: facts.interceptor }),
    successorOf: item.pin !== undefined && item.shown === 'successor',
  });
  const asked = { askedCertificate: false, judgedKey: true };
  if (!verdict.accept) return { refused: verdict.code, ...asked };
  return { level: worth(verdict.pin), pin: verdict.pin, ...asked };
}

const worth = (pin: Pin): Level => (pin.vouchedBy === 'first-use' ? 'unconfirmed' : 'confirmed');
const isVouched = (pin: Pin | undefined) => pin !== undefined && pin.vouchedBy !== 'first-use';

describe('every way to open a leg', () => {
  const all = [...everyCase()].map((item) => ({ item, outcome: play(item) }));
  const check = (
    where: (item: Case, outcome: Outcome) => boolean,
    rule: (outcome: Outcome, item: Case) => void,
  ) => {
    const cases = all.filter(({ item, outcome }) => where(item, outcome));
    assert.ok(cases.length > 0, 'no such case');
    for (const { item, outcome } of cases) {
      try {
        rule(outcome, item);
      } catch (error) {
        throw new Error(JSON.stringify({ item, outcome }), { cause: error });
      }
    }
  };
  const intercepted = (outcome: Outcome) => outcome.interceptor !== undefined;

  test('is in the table: ports × certificates × pins × keys × floors × choice', () => {
    assert.equal(all.length, 10 * 14 * 10 * 3 * 4 * 2);
  });

  test('ends in a level or in a reason, and each of them occurs', () => {
    const ends = new Set<string>();
    check(
      () => true,
      ({ level, refused }) => {
        assert.notEqual(level === undefined, refused === undefined);
        ends.add(level ?? refused ?? '');
      },
    );
    assert.deepEqual(
      [...ends].sort(),
      [
        ...levels,
        'leg.below-floor',
        'leg.first-use',
        'leg.key-changed',
        'leg.no-encryption',
        'leg.tls-untrusted',
      ].sort(),
    );
  });

  test('never ends below the floor', () => {
    check(
      (_item, { level }) => level !== undefined,
      ({ level }, { floor }) => assert.ok(level && meetsFloor(level, floor)),
    );
  });

  test('with a certificate that does not verify is refused whatever is pinned, offered or chosen', () => {
    check(
      ({ certificate }, { askedCertificate }) => askedCertificate && !certificate.verified,
      ({ refused, reason, interceptor }, { certificate }) => {
        assert.equal(refused, 'leg.tls-untrusted');
        assert.equal(reason, certificate.verified || certificate.reason);
        const isNamed = certificate.authorities[0] === avast;
        assert.equal(interceptor, isNamed ? 'Avast Mail Shield' : undefined);
      },
    );
  });

  test('asks for the certificate on every implicit-TLS port', () => {
    check(
      ({ transport }) => transport === 'implicit-tls',
      ({ askedCertificate }) => assert.ok(askedCertificate),
    );
  });

  test('is encrypted only by a verified certificate of nobody known to intercept', () => {
    check(
      (_item, { level }) => level === 'encrypted',
      (outcome, { certificate }) => {
        assert.ok(outcome.askedCertificate && certificate.verified && !intercepted(outcome));
      },
    );
  });

  test('is confirmed only by a key that is vouched for, or that verified TLS vouches for now', () => {
    check(
      (_item, { level }) => level === 'confirmed',
      (outcome, { pin, certificate }) => {
        const byTls = outcome.askedCertificate && certificate.verified && !intercepted(outcome);
        assert.ok(isVouched(pin) || byTls);
        assert.ok(isVouched(outcome.pin));
      },
    );
  });

  test('through an interceptor without a key vouched for elsewhere is unconfirmed at best', () => {
    check(
      ({ pin }, outcome) => intercepted(outcome) && !isVouched(pin) && outcome.level !== undefined,
      ({ level }) => assert.equal(level, 'unconfirmed'),
    );
  });

  test('through an interceptor never vouches for a key', () => {
    check(
      (_item, outcome) => intercepted(outcome) && outcome.pin !== undefined,
      (outcome, { pin }) => {
        const before = pin?.vouchedBy ?? 'first-use';
        assert.equal(outcome.pin?.vouchedBy, before);
      },
    );
  });

  test('through an interceptor with a vouched key and the offer is confirmed all the same', () => {
    check(
      ({ pin, shown, sealsInTls, transport, certificate }) =>
        transport === 'implicit-tls' &&
        certificate.verified &&
        certificate.authorities[0] === avast &&
        sealsInTls &&
        shown !== 'other' &&
        isVouched(pin),
      ({ level }) => assert.equal(level, 'confirmed'),
    );
  });

  test('through an interceptor that hides the offer of a first-use key is refused', () => {
    check(
      ({ pin, sealsInTls }, outcome) =>
        intercepted(outcome) && !sealsInTls && pin?.vouchedBy === 'first-use',
      ({ refused }, { certificate }) => {
        assert.equal(refused, certificate.verified ? 'leg.below-floor' : 'leg.tls-untrusted');
      },
    );
  });

  test('with another key than the pinned one is refused wherever the key is judged', () => {
    check(
      ({ pin, shown }, { judgedKey }) => pin !== undefined && shown === 'other' && judgedKey,
      ({ refused }) => assert.equal(refused, 'leg.key-changed'),
    );
  });

  test('with a successor keeps how the key was vouched for, or rises by TLS', () => {
    check(
      ({ pin, shown }, outcome) =>
        pin !== undefined && shown === 'successor' && outcome.pin !== undefined,
      (outcome, { pin, certificate }) => {
        assert.deepEqual(outcome.pin?.identity, other);
        const byTls = outcome.askedCertificate && certificate.verified && !intercepted(outcome);
        const rises = pin?.vouchedBy === 'first-use' && byTls;
        assert.equal(outcome.pin?.vouchedBy, rises ? 'tls' : pin?.vouchedBy);
      },
    );
  });

  test('with a new key that nobody accepted waits for the person unless TLS vouches', () => {
    check(
      ({ pin, shown }, { judgedKey }) => pin === undefined && shown !== 'own' && judgedKey,
      (outcome, { certificate }) => {
        const byTls = outcome.askedCertificate && certificate.verified && !intercepted(outcome);
        if (byTls) assert.equal(outcome.level, 'confirmed');
        else assert.equal(outcome.refused, 'leg.first-use');
      },
    );
  });

  test('is clear only by choice, at floor clear, unpinned, where nothing better is offered', () => {
    check(
      (item) => item.transport === 'clear',
      ({ level }, item) => {
        const mayBe =
          item.allowClear &&
          item.floor === 'clear' &&
          item.pin === undefined &&
          !item.startTls &&
          !item.sealsInClear;
        assert.equal(level === 'clear', mayBe);
      },
    );
  });
});
