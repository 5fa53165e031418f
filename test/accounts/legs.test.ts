import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Legs } from '../../app/accounts/legs.ts';
import { StateStore } from '../../app/accounts/state-store.ts';
import { LegError } from '../../app/errors.ts';
import type { OpenLeg } from '../../app/leg/types.ts';
import { silentLogger } from '../../app/log.ts';
import { createStandIn, key1, key2, type StandIn } from './leg-stand-in.ts';

let store: StateStore;
let standIn: StandIn;
let legs: Legs;
let changes: number;

beforeEach(() => {
  store = new StateStore(':memory:');
  standIn = createStandIn();
  legs = create(standIn.openLeg);
  const endpoint = { host: 'mail.example.test', transport: 'implicit-tls' } as const;
  store.addAccount(
    {
      accountId: 'a1',
      address: 'ada@example.test',
      displayName: '',
      userName: 'ada',
      imap: { ...endpoint, service: 'imap', port: 993 },
      submission: { ...endpoint, host: 'smtp.example.test', service: 'submission', port: 465 },
      sealedPassword: new Uint8Array(1),
      legs: {
        imap: { pin: undefined, floor: 'encrypted' },
        submission: { pin: undefined, floor: 'encrypted' },
      },
      allowClear: false,
    },
    new Date(),
  );
  changes = 0;
});
afterEach(() => {
  legs.dispose();
  store.close();
});

function create(openLeg: OpenLeg): Legs {
  const created = new Legs({ store, openLeg, logger: silentLogger, version: '0.0.0' });
  created.onLockChanged(() => {
    changes += 1;
  });
  return created;
}

const state = () => legs.lock('a1', 0).state;
const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

/** Greets and answers QUIT on every submission leg. */
function serveSubmission(): string[] {
  const heard: string[] = [];
  const { openLeg } = standIn;
  legs.dispose();
  legs = create(async (endpoint, policy, options) => {
    const leg = await openLeg(endpoint, policy, options);
    const peer = standIn.peers.at(-1);
    if (endpoint.service === 'submission' && peer) {
      peer.write('220 hello\r\n');
      peer.on('data', (chunk: Buffer) => {
        heard.push(chunk.toString());
        peer.end('221 bye\r\n');
      });
    }
    return leg;
  });
  return heard;
}

test('nothing is claimed before both legs were opened', async () => {
  assert.equal(state(), 'connecting');
  await legs.open('a1', 'imap');
  assert.equal(state(), 'connecting');
  await legs.open('a1', 'submission');
  assert.equal(state(), 'confirmed');
  assert.ok(changes >= 2);
});

test('a probe says nothing but QUIT, leaves, and its result counts', async () => {
  const heard = serveSubmission();
  await legs.open('a1', 'imap');
  await legs.probe('a1');
  assert.deepEqual(heard, ['QUIT\r\n']);
  assert.equal(state(), 'confirmed');
});

test('while IMAP is stopped, whether mail could leave is asked once', async () => {
  serveSubmission();
  standIn.offers.imap = { tls: true, error: new LegError('leg.tls-untrusted') };
  const submissionState = () => legs.lock('a1', 0).legs[1]?.state;
  const asked = () => standIn.opened.filter(({ service }) => service === 'submission').length;
  await legs.probeWayOut('a1');
  assert.equal(asked(), 0, 'IMAP will say');
  await assert.rejects(legs.open('a1', 'imap'));
  await legs.probeWayOut('a1');
  assert.equal(state(), 'stopped');
  assert.equal(submissionState(), 'up');
  assert.equal(asked(), 1);
  await assert.rejects(legs.open('a1', 'imap'));
  await legs.probeWayOut('a1');
  assert.equal(asked(), 1, 'it is known');
});

test('a probe never throws; its failure is in the lock', async () => {
  await legs.open('a1', 'imap');
  standIn.offers.submission = { tls: true, error: new LegError('leg.tls-untrusted') };
  await legs.probe('a1');
  const lock = legs.lock('a1', 2);
  assert.equal(lock.state, 'stopped');
  assert.equal(lock.host, 'smtp.example.test');
  assert.equal(lock.waiting, 2);
  assert.equal(lock.legs[1]?.error?.code, 'leg.tls-untrusted');
});

test('what an opening taught is stored before the leg is handed out', async () => {
  const leg = await legs.open('a1', 'imap');
  assert.equal(store.leg('a1', 'imap')?.floor, 'confirmed');
  assert.deepEqual(store.leg('a1', 'imap')?.pin?.identity, key1);
  assert.equal(leg.protection.level, 'confirmed');
});

test('a leg whose lesson cannot be stored is cut and not handed out', async () => {
  store.saveProtection = () => {
    throw new Error('disk full');
  };
  await assert.rejects(legs.open('a1', 'imap'), { code: 'internal' });
  await settled();
  assert.ok(standIn.peers[0]?.destroyed);
  assert.equal(state(), 'connecting');
});

test('without a live IMAP leg the claim of the submission leg is void', async () => {
  const { stream } = await legs.open('a1', 'imap');
  (await legs.open('a1', 'submission')).stream.destroy();
  await settled();
  assert.equal(state(), 'confirmed');
  stream.destroy();
  await settled();
  assert.equal(state(), 'connecting');
  await legs.open('a1', 'imap');
  assert.equal(state(), 'connecting');
});

test('an unreachable server is offline; a stop stays a stop until the leg is good again', async () => {
  standIn.offers.imap = { tls: true, error: new LegError('leg.timeout') };
  await legs.open('a1', 'imap').catch(() => undefined);
  assert.equal(state(), 'offline');
  standIn.offers.imap = { tls: false };
  await legs.open('a1', 'imap').catch(() => undefined);
  assert.equal(state(), 'stopped');
  standIn.offers.imap = { tls: true, identity: key1 };
  await legs.open('a1', 'imap');
  await legs.open('a1', 'submission');
  assert.equal(state(), 'confirmed');
});

test('a further connection that times out says nothing against the live one; a stopped one does', async () => {
  await legs.open('a1', 'imap');
  await legs.open('a1', 'submission');
  standIn.offers.imap = { tls: true, error: new LegError('leg.timeout') };
  await legs.open('a1', 'imap').catch(() => undefined);
  assert.equal(state(), 'confirmed');
  standIn.offers.imap = { tls: true, identity: key2 };
  await assert.rejects(legs.open('a1', 'imap'), { code: 'leg.key-changed' });
  assert.equal(state(), 'stopped');
});

test('the worst of several live legs counts', async () => {
  standIn.offers.imap = { tls: true };
  await legs.open('a1', 'imap');
  await legs.open('a1', 'submission');
  standIn.offers.imap = { tls: true, identity: key1 };
  await legs.open('a1', 'imap');
  assert.equal(state(), 'encrypted');
});

test('openings that overlap never lower a floor that one of them raised', async () => {
  const { openLeg } = standIn;
  const slow = Promise.withResolvers<void>();
  let first = true;
  legs = create(async (endpoint, policy, options) => {
    if (!first) return openLeg(endpoint, policy, options);
    first = false;
    standIn.offers.imap = { tls: true };
    const leg = await openLeg(endpoint, policy, options);
    await slow.promise;
    return leg;
  });
  const late = legs.open('a1', 'imap');
  await settled();
  standIn.offers.imap = { tls: true, identity: key1 };
  await legs.open('a1', 'imap');
  slow.resolve();
  await assert.rejects(late, { code: 'leg.below-floor' });
  assert.equal(store.leg('a1', 'imap')?.floor, 'confirmed');
});

/** An opening that is held after it was judged, until `go` is called. */
function holdFirst(): { go: () => void } {
  const { openLeg } = standIn;
  const slow = Promise.withResolvers<void>();
  let first = true;
  legs = create(async (endpoint, policy, options) => {
    const held = first;
    first = false;
    const leg = await openLeg(endpoint, policy, options);
    if (held) await slow.promise;
    return leg;
  });
  return { go: () => slow.resolve() };
}

test('of two first openings with different keys only one is believed', async () => {
  const { go } = holdFirst();
  standIn.offers.imap = { tls: true, identity: key2 };
  const late = legs.open('a1', 'imap');
  await settled();
  standIn.offers.imap = { tls: true, identity: key1 };
  await legs.open('a1', 'imap');
  go();
  await assert.rejects(late, { code: 'leg.key-changed' });
  assert.deepEqual(store.leg('a1', 'imap')?.pin?.identity, key1);
});

test('an opening that began before the person vouched for the key does not undo that', async () => {
  await legs.open('a1', 'imap');
  const { go } = holdFirst();
  const late = legs.open('a1', 'imap');
  await settled();
  const pin = store.leg('a1', 'imap')?.pin;
  assert.ok(pin);
  const compared = { ...pin, vouchedBy: 'fingerprint' as const };
  store.saveProtection('a1', 'imap', { pin: compared, floor: 'confirmed' });
  go();
  await late;
  assert.equal(store.leg('a1', 'imap')?.pin?.vouchedBy, 'fingerprint');
});

test('what is remembered of a server falls only by the person’s act', () => {
  const endpoint = store.leg('a1', 'imap')?.endpoint;
  assert.ok(endpoint);
  store.saveProtection('a1', 'imap', { pin: undefined, floor: 'confirmed' });
  store.saveProtection('a1', 'imap', { pin: undefined, floor: 'encrypted' });
  assert.equal(store.serverMemory(endpoint)?.floor, 'confirmed');
  store.setFloor('a1', 'imap', 'clear');
  assert.equal(store.serverMemory(endpoint)?.floor, 'clear');
  assert.equal(store.leg('a1', 'imap')?.allowClear, true);
});

test('a leg of an account that was removed meanwhile is cut', async () => {
  const opening = legs.open('a1', 'imap');
  store.removeAccount('a1');
  await assert.rejects(opening, { code: 'account.not-found' });
  await settled();
  assert.ok(standIn.peers[0]?.destroyed);
});

test('the lock names key, words and since when', async () => {
  await legs.open('a1', 'imap');
  const [detail] = legs.lock('a1', 0).legs;
  assert.equal(detail?.key?.identity, Buffer.from(key1).toString('base64'));
  assert.equal(detail?.key?.words.split(' ').length, 8);
  assert.equal(detail?.key?.vouchedBy, 'tls');
  assert.match(legs.report('a1'), new RegExp(detail?.key?.words ?? '-'));
});
