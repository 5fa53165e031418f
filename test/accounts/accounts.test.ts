import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Accounts, type NewAccountInput } from '../../app/accounts/accounts.ts';
import { Legs } from '../../app/accounts/legs.ts';
import { encodePin } from '../../app/accounts/pin-json.ts';
import { stateMigrations } from '../../app/accounts/state-schema.ts';
import { StateStore } from '../../app/accounts/state-store.ts';
import { AuthError, LegError, MailError } from '../../app/errors.ts';
import type { LogFields } from '../../app/log.ts';
import { describeError } from '../../app/log.ts';
import { openDatabase } from '../../app/store/database.ts';
import { createStandIn, key1, key2, type StandIn } from './leg-stand-in.ts';

const password = 'correct horse battery';
let dir: string;
let store: StateStore;
let standIn: StandIn;
let legs: Legs;
let accounts: Accounts;
let signIns: string[];
let refuse: { imap?: MailError; submission?: MailError };
let log: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'accounts-'));
  store = new StateStore(join(dir, 'state.db'));
  standIn = createStandIn();
  signIns = [];
  refuse = {};
  log = [];
  compose();
});
afterEach(() => {
  legs.dispose();
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

const offer = { requireTls: true, maxMessageBytes: 10_000_000 };
const noOffer = () => Promise.resolve(undefined);

function compose(): void {
  const logger = {
    log: (_level: string, event: string, fields?: LogFields) => {
      log.push(`${event} ${JSON.stringify(fields)}`);
    },
  };
  const { openLeg } = standIn;
  legs = new Legs({ store, openLeg, logger, version: '0.0.0' });
  const signIn =
    (service: 'imap' | 'submission') => async (leg: { stream: { destroy(): void } }) => {
      await Promise.resolve();
      signIns.push(service);
      leg.stream.destroy();
      const error = refuse[service];
      if (error) throw error;
      return service === 'submission' ? offer : undefined;
    };
  accounts = new Accounts({
    store,
    legs,
    openLeg,
    signIn: { imap: signIn('imap'), submission: signIn('submission') },
    host: {
      sealSecret: (secret) => Promise.resolve(Buffer.from(secret.split('').reverse().join(''))),
      openSecret: (sealed) =>
        Promise.resolve(Buffer.from(sealed).toString().split('').reverse().join('')),
      logger,
    },
    onChanged: () => undefined,
  });
}

function input(patch: Partial<NewAccountInput> = {}): NewAccountInput {
  return {
    address: 'ada@example.test',
    displayName: 'Ada',
    userName: 'ada',
    password,
    imap: { host: 'mail.example.test', port: 143, transport: 'clear' },
    submission: { host: 'mail.example.test', port: 587, transport: 'clear' },
    acceptedIdentities: [],
    allowClear: false,
    ...patch,
  };
}

test('keeps an account with pins and floors after both sign-ins worked', async () => {
  const { accountId } = await accounts.add(input());
  assert.deepEqual(signIns, ['imap', 'submission']);
  assert.equal(await accounts.password(accountId), password);
  for (const service of ['imap', 'submission'] as const) {
    const leg = store.leg(accountId, service);
    assert.equal(leg?.floor, 'confirmed');
    assert.deepEqual(leg?.pin?.identity, key1);
    assert.equal(leg?.pin?.vouchedBy, 'tls');
  }
});

test('what was kept is there after a restart', async () => {
  const { accountId } = await accounts.add(input());
  const [before] = accounts.list();
  store.close();
  store = new StateStore(join(dir, 'state.db'));
  compose();
  assert.deepEqual(accounts.list(), [before]);
  assert.equal(store.leg(accountId, 'imap')?.floor, 'confirmed');
});

for (const service of ['imap', 'submission'] as const) {
  test(`keeps nothing when ${service} refuses the password, and says so`, async () => {
    refuse[service] = new AuthError('auth.failed');
    await assert.rejects(accounts.add(input()), { code: 'auth.failed', params: { service } });
    assert.deepEqual(accounts.list(), []);
    assert.equal(store.serverMemory({ service, ...input()[service] }), undefined);
    await settled();
    for (const peer of standIn.peers) assert.ok(peer.destroyed);
  });

  test(`shows the password to nobody when the ${service} leg is not accepted`, async () => {
    standIn.offers[service] = { tls: false };
    await assert.rejects(accounts.add(input()), {
      code: 'leg.no-encryption',
      params: { host: 'mail.example.test', service },
    });
    assert.deepEqual(signIns, []);
    assert.deepEqual(accounts.list(), []);
    await settled();
    for (const peer of standIn.peers) assert.ok(peer.destroyed);
  });
}

test('a first-use key is taken only when its fingerprint was accepted at set-up', async () => {
  standIn.offers.imap = { tls: false, identity: key1 };
  standIn.offers.submission = { tls: false, identity: key1 };
  await assert.rejects(accounts.add(input()), { code: 'leg.first-use' });
  assert.deepEqual(signIns, []);
  const acceptedIdentities = [Buffer.from(key1).toString('base64')];
  const { accountId } = await accounts.add(input({ acceptedIdentities }));
  assert.equal(store.leg(accountId, 'imap')?.floor, 'unconfirmed');
});

test('clear text only by choice, and never for a server that was better before', async () => {
  standIn.offers.imap = { tls: false };
  standIn.offers.submission = { tls: false };
  const { accountId } = await accounts.add(input({ allowClear: true }));
  assert.equal(store.leg(accountId, 'imap')?.floor, 'clear');
  accounts.remove(accountId);
  standIn.offers.imap = { tls: true };
  standIn.offers.submission = { tls: true };
  accounts.remove((await accounts.add(input())).accountId);
  standIn.offers.imap = { tls: false };
  standIn.offers.submission = { tls: false };
  signIns.length = 0;
  await assert.rejects(accounts.add(input({ allowClear: true })), { code: 'leg.below-floor' });
  assert.deepEqual(signIns, []);
});

test('removing and adding again keeps pin and floor', async () => {
  const first = await accounts.add(input());
  accounts.remove(first.accountId);
  assert.deepEqual(accounts.list(), []);
  assert.equal(store.sealedPassword(first.accountId), undefined);
  standIn.offers.imap = { tls: true, identity: key2 };
  await assert.rejects(accounts.add(input()), { code: 'leg.key-changed' });
  standIn.offers.imap = { tls: true };
  await assert.rejects(
    accounts.add(input({ imap: { ...input().imap, host: 'MAIL.example.test.' } })),
    { code: 'leg.below-floor' },
  );
  standIn.offers.imap = { tls: true, identity: key1 };
  assert.equal(store.leg((await accounts.add(input())).accountId, 'imap')?.floor, 'confirmed');
});

test('removing an account leaves host and key in the file, and nothing of the person', async () => {
  const { accountId } = await accounts.add(input({ displayName: 'Ada Lovelace' }));
  accounts.remove(accountId);
  const read = () =>
    ['state.db', 'state.db-wal']
      .map((name) => join(dir, name))
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path, 'latin1'))
      .join('');
  const running = read();
  store.close();
  const rest = read();
  assert.ok(!running.includes('ada@example.test'));
  for (const gone of ['ada@example.test', 'Lovelace', password.split('').reverse().join('')]) {
    assert.ok(!rest.includes(gone), gone);
  }
  assert.ok(rest.includes('mail.example.test'));
  store = new StateStore(join(dir, 'state.db'));
});

test('one address, one account', async () => {
  await accounts.add(input());
  await assert.rejects(accounts.add(input({ address: 'ADA@Example.test' })), {
    code: 'account.exists',
  });
  await Promise.allSettled([
    accounts.add(input({ address: 'eve@example.test' })),
    accounts.add(input({ address: 'eve@example.test' })),
  ]);
  assert.equal(accounts.list().length, 2);
});

test('an address that is none is refused before anything is opened', async () => {
  await assert.rejects(accounts.add(input({ address: 'ada@' })), { code: 'address.invalid' });
  assert.deepEqual(standIn.opened, []);
});

test('a new password replaces the old one only after both sign-ins', async () => {
  const { accountId } = await accounts.add(input());
  refuse.submission = new AuthError('auth.failed');
  await assert.rejects(accounts.setPassword(accountId, 'other'), {
    code: 'auth.failed',
    params: { service: 'submission' },
  });
  assert.equal(await accounts.password(accountId), password);
  refuse = {};
  await accounts.setPassword(accountId, 'other');
  assert.equal(await accounts.password(accountId), 'other');
});

test('a floor falls only by the person’s act, and rises again with what is reached', async () => {
  const { accountId } = await accounts.add(input());
  standIn.offers.imap = { tls: true };
  await assert.rejects(legs.open(accountId, 'imap'), { code: 'leg.below-floor' });
  accounts.setFloor(accountId, 'imap', 'encrypted');
  assert.equal((await legs.open(accountId, 'imap')).protection.level, 'encrypted');
  standIn.offers.imap = { tls: true, identity: key1 };
  await legs.open(accountId, 'imap');
  assert.equal(store.leg(accountId, 'imap')?.floor, 'confirmed');
});

test('confirming the pinned key vouches for it and raises the floor', async () => {
  const identity = Buffer.from(key1).toString('base64');
  standIn.offers.imap = { tls: false, identity: key1 };
  standIn.offers.submission = { tls: false, identity: key1 };
  const { accountId } = await accounts.add(input({ acceptedIdentities: [identity] }));
  await legs.open(accountId, 'imap');
  await legs.open(accountId, 'submission');
  assert.equal(legs.lock(accountId, 0).state, 'unconfirmed');
  accounts.confirmKey(accountId, 'imap', identity);
  accounts.confirmKey(accountId, 'submission', identity);
  assert.equal(legs.lock(accountId, 0).state, 'confirmed');
  assert.equal(store.leg(accountId, 'imap')?.pin?.vouchedBy, 'fingerprint');
  assert.equal(store.leg(accountId, 'imap')?.floor, 'confirmed');
  await legs.open(accountId, 'imap');
  assert.equal(store.leg(accountId, 'imap')?.pin?.vouchedBy, 'fingerprint');
});

test('one comparison confirms the same key on both services, and no other key', async () => {
  const identity = Buffer.from(key1).toString('base64');
  const accepted = [identity, Buffer.from(key2).toString('base64')];
  standIn.offers.imap = { tls: false, identity: key1 };
  standIn.offers.submission = { tls: false, identity: key1 };
  const same = await accounts.add(input({ acceptedIdentities: accepted }));
  await legs.open(same.accountId, 'imap');
  await legs.open(same.accountId, 'submission');
  accounts.confirmKey(same.accountId, 'submission', identity);
  for (const service of ['imap', 'submission'] as const) {
    assert.equal(store.leg(same.accountId, service)?.pin?.vouchedBy, 'fingerprint');
    assert.equal(store.leg(same.accountId, service)?.floor, 'confirmed');
  }
  assert.equal(legs.lock(same.accountId, 0).state, 'confirmed');

  standIn.offers.submission = { tls: false, identity: key2 };
  const submission = { host: 'smtp.other.test', port: 587, transport: 'clear' } as const;
  const imap = { host: 'imap.other.test', port: 143, transport: 'clear' } as const;
  const others = { address: 'eve@example.test', imap, submission };
  const mixed = await accounts.add(input({ ...others, acceptedIdentities: accepted }));
  accounts.confirmKey(mixed.accountId, 'imap', identity);
  assert.equal(store.leg(mixed.accountId, 'submission')?.pin?.vouchedBy, 'first-use');
  assert.equal(store.leg(mixed.accountId, 'submission')?.floor, 'unconfirmed');
});

test('one comparison accepts the same new key for both services that met it', async () => {
  const { accountId } = await accounts.add(input());
  standIn.offers.imap = { tls: true, identity: key2 };
  standIn.offers.submission = { tls: true, identity: key2 };
  await assert.rejects(legs.open(accountId, 'imap'), { code: 'leg.key-changed' });
  accounts.confirmKey(accountId, 'imap', Buffer.from(key2).toString('base64'));
  assert.deepEqual(store.leg(accountId, 'submission')?.pin?.identity, key1, 'not met there yet');
  await assert.rejects(legs.open(accountId, 'submission'), { code: 'leg.key-changed' });
  accounts.confirmKey(accountId, 'imap', Buffer.from(key2).toString('base64'));
  assert.deepEqual(store.leg(accountId, 'submission')?.pin?.identity, key2);
});

test('a stopped or offline leg says since when, from the first failure on', async () => {
  const { accountId } = await accounts.add(input());
  let time = new Date('2026-11-23T10:00:00Z');
  legs.dispose();
  legs = new Legs({
    store,
    openLeg: standIn.openLeg,
    logger: { log: () => undefined },
    version: '0.0.0',
    now: () => time,
  });
  standIn.offers.imap = { tls: true, error: new LegError('leg.tls-untrusted') };
  await legs.open(accountId, 'imap').catch(() => undefined);
  time = new Date('2026-11-23T11:00:00Z');
  await legs.open(accountId, 'imap').catch(() => undefined);
  const [stopped] = legs.lock(accountId, 0).legs;
  assert.equal(stopped?.state, 'stopped');
  assert.equal(stopped?.since, '2026-11-23T10:00:00.000Z');
  standIn.offers.imap = { tls: true, error: new LegError('leg.unreachable') };
  await legs.open(accountId, 'imap').catch(() => undefined);
  const [offline] = legs.lock(accountId, 0).legs;
  assert.equal(offline?.state, 'offline');
  assert.equal(offline?.since, '2026-11-23T11:00:00.000Z');
});

test('a remembered server is forgotten only by the person’s act, and not while in use', async () => {
  const server = { service: 'imap', host: 'mail.example.test', port: 143 } as const;
  const sibling = { service: 'submission', host: 'mail.example.test', port: 587 } as const;
  assert.deepEqual(accounts.remembered([server, sibling]), []);
  const { accountId } = await accounts.add(input());
  assert.deepEqual(
    accounts.remembered([server]).map(({ level, inUse }) => ({ level, inUse })),
    [{ level: 'confirmed', inUse: true }],
  );
  assert.throws(() => accounts.forgetServer({ ...server, host: 'MAIL.example.test.' }), {
    code: 'server.in-use',
  });
  accounts.remove(accountId);
  standIn.offers.imap = { tls: true };
  standIn.offers.submission = { tls: true };
  await assert.rejects(accounts.add(input()), { code: 'leg.below-floor' });
  const [known] = accounts.remembered([{ ...server, host: 'Mail.Example.test' }]);
  assert.equal(known?.inUse, false);
  assert.ok(known?.since);
  accounts.forgetServer(server);
  assert.deepEqual(accounts.remembered([server]), []);
  assert.equal(accounts.remembered([sibling]).length, 1, 'each service is forgotten by itself');
  await assert.rejects(accounts.add(input()), { code: 'leg.below-floor' });
  accounts.forgetServer(sibling);
  const again = await accounts.add(input());
  assert.equal(store.leg(again.accountId, 'imap')?.floor, 'encrypted');
});

test('a memory that an older version wrote is kept, and its day comes from its key', () => {
  const path = join(dir, 'old.db');
  const old = openDatabase(path, stateMigrations.slice(0, 1), { synchronous: 'FULL' });
  const firstSeenAt = new Date('2026-05-03T09:00:00Z');
  const pin = encodePin({ identity: key1, firstSeenAt, vouchedBy: 'tls', sealKeys: [] });
  const insert = old.prepare('INSERT INTO server_memory VALUES (?, ?, ?, ?, ?)');
  insert.run('imap', 'mail.example.test', 143, 'confirmed', pin);
  insert.run('submission', 'mail.example.test', 587, 'encrypted', null);
  old.close();
  store.close();
  store = new StateStore(path);
  compose();
  const imap = { service: 'imap', host: 'mail.example.test', port: 143 } as const;
  const submission = { service: 'submission', host: 'mail.example.test', port: 587 } as const;
  assert.deepEqual(accounts.remembered([imap, submission]), [
    { ...imap, level: 'confirmed', since: '2026-05-03T09:00:00.000Z', inUse: false },
    { ...submission, level: 'encrypted', inUse: false },
  ]);
});

test('the memory says since when its level stands', async () => {
  let time = new Date('2026-05-03T09:00:00Z');
  store.close();
  store = new StateStore(join(dir, 'state.db'), () => time);
  compose();
  const server = { service: 'imap', host: 'mail.example.test', port: 143 } as const;
  standIn.offers.imap = { tls: true };
  const { accountId } = await accounts.add(input());
  time = new Date('2026-06-01T09:00:00Z');
  await legs.open(accountId, 'imap');
  assert.equal(accounts.remembered([server])[0]?.since, '2026-05-03T09:00:00.000Z');
  standIn.offers.imap = { tls: true, identity: key1 };
  await legs.open(accountId, 'imap');
  assert.deepEqual(accounts.remembered([server]), [
    { ...server, level: 'confirmed', since: '2026-06-01T09:00:00.000Z', inUse: true },
  ]);
});

test('a changed key is believed only after the person compared that very key', async () => {
  const { accountId } = await accounts.add(input());
  const other = Buffer.from(key2).toString('base64');
  assert.throws(() => accounts.confirmKey(accountId, 'imap', other), { code: 'leg.key-changed' });
  standIn.offers.imap = { tls: true, identity: key2 };
  await assert.rejects(legs.open(accountId, 'imap'), { code: 'leg.key-changed' });
  assert.deepEqual(store.leg(accountId, 'imap')?.pin?.identity, key1);
  accounts.confirmKey(accountId, 'imap', other);
  await legs.open(accountId, 'imap');
  assert.deepEqual(store.leg(accountId, 'imap')?.pin?.identity, key2);
});

test('a damaged pin is an error, never "no pin"', async () => {
  const { accountId } = await accounts.add(input());
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(join(dir, 'state.db'));
  db.exec(`UPDATE server_memory SET pin = '{"identity":"AAAA"}'`);
  db.close();
  await assert.rejects(legs.open(accountId, 'imap'), { code: 'storage.failed' });
});

test('a password that cannot be opened any more is said to be so', async () => {
  const { accountId } = await accounts.add(input());
  store.setSealedPassword(accountId, Buffer.from('x'));
  const broken = new Accounts({
    store,
    legs,
    openLeg: standIn.openLeg,
    signIn: { imap: noOffer, submission: noOffer },
    host: {
      sealSecret: () => Promise.reject(new Error('no')),
      openSecret: () => Promise.reject(new Error('no')),
      logger: { log: () => undefined },
    },
    onChanged: () => undefined,
  });
  await assert.rejects(broken.password(accountId), { code: 'secret.unavailable' });
});

test('no log line, error or report holds the password or the user name', async () => {
  const { accountId } = await accounts.add(input({ userName: 'secret-user' }));
  refuse.imap = new AuthError('auth.failed', { text: 'no' });
  const error: unknown = await accounts.setPassword(accountId, password).catch((e: unknown) => e);
  await settled();
  standIn.offers.imap = { tls: false, error: new LegError('leg.unreachable') };
  await legs.open(accountId, 'imap').catch(() => undefined);
  assert.ok(error instanceof MailError);
  const all = [...log, describeError(error), JSON.stringify(error), legs.report(accountId)].join(
    '\n',
  );
  for (const secret of [password, 'secret-user', 'ada@']) assert.ok(!all.includes(secret), secret);
  assert.match(legs.report(accountId), /leg\.unreachable/);
});

test('what the submission server offers is remembered from the first sign-in', async () => {
  const { accountId } = await accounts.add(input());
  assert.deepEqual(store.submissionOffer(accountId), offer);
  assert.equal(store.setSubmissionOffer(accountId, offer), false);
  assert.equal(store.setSubmissionOffer(accountId, { requireTls: false }), true);
  assert.deepEqual(store.submissionOffer(accountId), { requireTls: false });
  store.removeAccount(accountId);
  assert.equal(store.submissionOffer(accountId), undefined);
  assert.equal(store.setSubmissionOffer(accountId, offer), false);
});
