import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Legs } from '../../app/accounts/legs.ts';
import { StateStore } from '../../app/accounts/state-store.ts';
import { LegError } from '../../app/errors.ts';
import { openLeg } from '../../app/leg/open-leg.ts';
import type { Pin, Service } from '../../app/leg/types.ts';
import { silentLogger } from '../../app/log.ts';
import { KeyRing } from '../../gateway/key-ring.ts';
import { readKeys, updateKeys } from '../../gateway/key-store.ts';
import {
  imapScript,
  type ScriptedBackend,
  smtpScript,
  startBackend,
} from '../gateway/support/backend.ts';
import { Peer } from '../gateway/support/peer.ts';
import { SealClient } from '../gateway/support/seal-client.ts';
import { createTestCa, type IssuedCertificate, type TestCa } from '../support/certificates.ts';
import { type GatewayProcess, startGateway } from '../support/servers/gateway.ts';

const dayMs = 86_400_000;
const daysFromNow = (days: number): Date => new Date(Date.now() + days * dayMs);
const program = join(import.meta.dirname, '../../gateway/main.ts');
const run = promisify(execFile);
const password = 'hunter2-of-ada';

/** The client's own legs and store against a gateway that is a process of its own. */
describe('clients follow the keys of a gateway', () => {
  let root = '';
  let ca: TestCa;
  let tls: IssuedCertificate;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'll-rotation-'));
    ca = createTestCa(root);
    tls = ca.issue({ names: ['localhost'] });
  });
  after(() => rm(root, { recursive: true, force: true }));

  let dir = '';
  let stateDir = '';
  let backends: Record<Service, ScriptedBackend>;
  let gateways: GatewayProcess[] = [];
  let store: StateStore;
  let legs: Legs;

  beforeEach(async () => {
    dir = await mkdtemp(join(root, 'case-'));
    stateDir = join(dir, 'state');
    backends = {
      imap: await startBackend(imapScript()),
      submission: await startBackend(smtpScript()),
    };
    store = new StateStore(':memory:');
    legs = new Legs({
      store,
      openLeg,
      logger: silentLogger,
      version: '0.0.0',
      trustAnchors: [ca.caPem],
    });
  });
  afterEach(async () => {
    legs.dispose();
    store.close();
    for (const gateway of gateways) await gateway.stop();
    gateways = [];
    await backends.imap.stop();
    await backends.submission.stop();
  });

  /** On the ports of the one before, when there was one. */
  async function startOne(previous?: GatewayProcess): Promise<GatewayProcess> {
    const listener = (kind: Service) => ({
      kind,
      backendPort: backends[kind].port,
      ...(previous && { port: previous.port(kind) }),
    });
    const gateway = await startGateway({
      stateDir,
      tls,
      listeners: [listener('imap'), listener('submission')],
    });
    gateways.push(gateway);
    return gateway;
  }

  function addAccount(gateway: GatewayProcess): void {
    const endpoint = { host: 'localhost', transport: 'clear' } as const;
    const unknown = { pin: undefined, floor: 'unconfirmed' } as const;
    store.addAccount(
      {
        accountId: 'a1',
        address: 'ada@example.test',
        displayName: '',
        userName: 'ada',
        imap: { ...endpoint, service: 'imap', port: gateway.port('imap') },
        submission: { ...endpoint, service: 'submission', port: gateway.port('submission') },
        sealedPassword: new Uint8Array(1),
        legs: { imap: unknown, submission: unknown },
        allowClear: false,
      },
      new Date(),
    );
  }

  interface SignedIn {
    readonly inside: Peer;
    readonly keyId: string;
    readonly throughTls: boolean;
  }

  /** As the engine does: the password goes out only on a leg that was given. */
  async function signIn(service: Service): Promise<SignedIn> {
    const { stream, protection } = await legs.open('a1', service);
    assert.equal(protection.level, 'confirmed');
    const inside = new Peer(stream);
    if (service === 'imap') {
      await inside.line();
      assert.match(await inside.command('a', `LOGIN ada ${password}`), /^a OK/);
    } else {
      await inside.reply();
      const plain = Buffer.from(`\0ada\0${password}`).toString('base64');
      assert.match(await inside.ask(`AUTH PLAIN ${plain}`), /^235/);
    }
    return {
      inside,
      keyId: protection.seal?.keyId ?? '',
      throughTls: protection.tls !== undefined,
    };
  }

  async function assertAlive({ inside }: SignedIn, service: Service): Promise<void> {
    if (service === 'imap') assert.match(await inside.command('n', 'NOOP'), /^n OK/);
    else assert.match(await inside.ask('NOOP'), /^250/);
  }

  function pinOf(service: Service): Pin {
    const pin = store.leg('a1', service)?.pin;
    assert.ok(pin);
    return pin;
  }

  /** SIGHUP, until the gateway says that it has read the keys. */
  async function reload(gateway: GatewayProcess): Promise<void> {
    const count = () => gateway.logText().split(' info reloaded').length;
    const before = count();
    process.kill(gateway.pid, 'SIGHUP');
    for (const until = Date.now() + 10_000; count() === before; await sleep(20)) {
      assert.ok(Date.now() < until, gateway.logText());
    }
  }

  const keysCommand = (...args: string[]) =>
    run(process.execPath, [program, 'keys', ...args, '--state-dir', stateDir]);

  /** As if a client had been away until every seal key that it knows was erased. */
  const eraseSealKeys = () => updateKeys(stateDir, (keys) => ({ ...keys, sealKeys: [] }));

  const identityNow = async () => Buffer.from((await readKeys(stateDir))?.identity.publicKey ?? []);

  for (const service of ['imap', 'submission'] as const) {
    it(`through new seal keys, connected or not, without being cut off (${service})`, async () => {
      await KeyRing.open({ stateDir, now: () => daysFromNow(-10) });
      const gateway = await startOne();
      addAccount(gateway);
      const first = await signIn(service);
      assert.ok(first.throughTls);
      const connected = await signIn(service);
      assert.ok(!connected.throughTls, 'the pinned key is enough');
      const before = pinOf(service);

      await KeyRing.open({ stateDir, rotation: { sealKeyDays: 5, overlapDays: 15 } });
      await reload(gateway);
      await assertAlive(connected, service);
      const overlapping = await signIn(service);
      assert.equal(overlapping.keyId, first.keyId, 'the old key is still taken');

      const rotation = { sealKeyDays: 30, overlapDays: 1 };
      await KeyRing.open({ stateDir, rotation, now: () => daysFromNow(16.5) });
      await reload(gateway);
      await assertAlive(connected, service);
      const later = await signIn(service);
      assert.notEqual(later.keyId, first.keyId);
      assert.ok(!later.throughTls);
      const { sealKeys: _old, ...kept } = before;
      const { sealKeys, ...now } = pinOf(service);
      assert.deepEqual(now, kept, 'same identity, first seen and vouching');
      assert.ok(sealKeys.some((key) => key.keyId === later.keyId));
    });

    it(`to a successor, silently, with its vouching (${service})`, async () => {
      const gateway = await startOne();
      addAccount(gateway);
      const connected = await signIn(service);
      const before = pinOf(service);
      assert.match((await keysCommand('rotate')).stdout, /next identity is announced/);
      await reload(gateway);
      await signIn(service);
      assert.deepEqual(pinOf(service), before, 'an announcement changes nothing');
      assert.match((await keysCommand('rotate', '--now')).stdout, /identity has changed/);
      await eraseSealKeys();
      await reload(gateway);
      await assertAlive(connected, service);
      const movedAt = Date.now();
      await signIn(service);
      const pin = pinOf(service);
      assert.deepEqual(Buffer.from(pin.identity), await identityNow());
      assert.notDeepEqual(pin.identity, before.identity);
      assert.equal(pin.vouchedBy, before.vouchedBy);
      assert.ok(pin.firstSeenAt.getTime() >= movedAt, 'this key was first seen now');
      assert.equal(legs.lock('a1', 0).legs.find((leg) => leg.service === service)?.state, 'up');
    });
  }

  it('over three changes that they slept through, and stop after five', async () => {
    const gateway = await startOne();
    addAccount(gateway);
    await signIn('imap');
    await signIn('submission');
    for (let turn = 0; turn < 3; turn += 1) await keysCommand('rotate', '--now');
    await eraseSealKeys();
    await reload(gateway);
    await signIn('imap');
    assert.deepEqual(Buffer.from(pinOf('imap').identity), await identityNow());
    for (let turn = 0; turn < 2; turn += 1) await keysCommand('rotate', '--now');
    await eraseSealKeys();
    await reload(gateway);
    await signIn('imap');
    await assert.rejects(signIn('submission'), { code: 'leg.key-changed' });
  });

  it('not to another identity: the pin stays and no password is sent', async () => {
    const old = await startOne();
    addAccount(old);
    (await signIn('imap')).inside.close();
    const pin = pinOf('imap');
    await old.stop();
    await rm(stateDir, { recursive: true });
    await startOne(old);
    const heard = backends.imap.heard();
    const stranger = (await identityNow()).toString('base64');
    await assert.rejects(signIn('imap'), (error) => {
      assert.ok(error instanceof LegError);
      assert.equal(error.code, 'leg.key-changed');
      assert.equal(error.params.identity, stranger);
      return true;
    });
    assert.ok(heard.includes(password), 'the backend hears what is sent');
    assert.ok(!backends.imap.heard().slice(heard.length).includes(password));
    assert.deepEqual(pinOf('imap'), pin);
    assert.equal(legs.lock('a1', 0).state, 'stopped');
    assert.equal(legs.refusedIdentity('a1', 'imap'), stranger, 'a person can still accept it');
  });

  it('and notice nothing when the keys come back from a backup', async () => {
    const gateway = await startOne();
    addAccount(gateway);
    const before = await signIn('imap');
    before.inside.close();
    const pin = pinOf('imap');
    const secret = join(dir, 'passphrase');
    const file = join(dir, 'backup');
    await writeFile(secret, 'correct horse battery staple\n', { mode: 0o600 });
    await keysCommand('backup', '--to', file, '--passphrase-file', secret);
    await gateway.stop();
    await rm(stateDir, { recursive: true });
    await keysCommand('restore', '--from', file, '--passphrase-file', secret);
    await startOne(gateway);
    const again = await signIn('imap');
    assert.equal(again.keyId, before.keyId);
    assert.ok(!again.throughTls);
    assert.deepEqual(pinOf('imap'), pin);
  });

  it('whichever of two gateways on one folder they meet', async () => {
    const [one, two] = [await startOne(), await startOne()];
    await eraseSealKeys();
    await Promise.all([reload(one), reload(two)]);
    await Promise.all([reload(one), reload(two)]);
    const cards = [];
    for (const gateway of [one, two]) {
      const client = new SealClient(await Peer.connect(gateway.port('imap')), 'imap');
      await client.greet();
      cards.push(await client.fetchCard());
      client.peer.close();
    }
    assert.deepEqual(cards[0], cards[1]);
  });
});
