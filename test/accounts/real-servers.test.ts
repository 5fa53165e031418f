/** Accounts, legs and outbox against a real Dovecot and Postfix with TLS from a test authority. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Accounts, type NewAccountInput } from '../../app/accounts/accounts.ts';
import { Legs } from '../../app/accounts/legs.ts';
import { StateStore } from '../../app/accounts/state-store.ts';
import type { OutboxItem } from '../../app/contract/index.ts';
import { checkImapSignIn } from '../../app/imap/connect.ts';
import { openLeg } from '../../app/leg/open-leg.ts';
import { silentLogger } from '../../app/log.ts';
import { checkSubmissionSignIn } from '../../app/submission/check-sign-in.ts';
import { Drafts } from '../../app/submission/drafts.ts';
import { Outbox } from '../../app/submission/outbox.ts';
import { OutboxStore } from '../../app/submission/outbox-store.ts';
import { createTestCa } from '../support/certificates.ts';
import { type Dovecot, startDovecot } from '../support/servers/dovecot.ts';
import { type Postfix, startPostfix } from '../support/servers/postfix.ts';
import { isRoot } from '../support/servers/processes.ts';

const skip = isRoot() ? false : 'Postfix needs root';
const user = 'mia@example.test';
const password = 'correct horse battery';
let dir: string;
let dovecot: Dovecot;
let postfix: Postfix;
let caPem: string;
let store: StateStore;
let legs: Legs;
let accounts: Accounts;
let outboxStore: OutboxStore;

before(async () => {
  if (skip) return;
  dir = mkdtempSync(join(tmpdir(), 'accounts-real-'));
  const ca = createTestCa(dir);
  caPem = ca.caPem;
  const tls = ca.issue({ names: ['localhost', '127.0.0.1'] });
  dovecot = await startDovecot({ dir, users: [{ user, password }], tls });
  postfix = await startPostfix({ dir, domain: 'example.test', users: [user], dovecot, tls });
  store = new StateStore(':memory:');
  const shared = { store, openLeg, trustAnchors: [caPem] };
  legs = new Legs({ ...shared, logger: silentLogger, version: '0.0.0' });
  accounts = new Accounts({
    ...shared,
    legs,
    signIn: { imap: checkImapSignIn, submission: checkSubmissionSignIn },
    host: {
      sealSecret: (secret) => Promise.resolve(Buffer.from(secret)),
      openSecret: (sealed) => Promise.resolve(Buffer.from(sealed).toString()),
      logger: silentLogger,
    },
    onChanged: () => undefined,
  });
  outboxStore = new OutboxStore(dir);
});
after(async () => {
  if (skip) return;
  legs.dispose();
  store.close();
  outboxStore.close();
  await postfix.stop();
  await dovecot.stop();
  rmSync(dir, { recursive: true, force: true });
});

function input(patch: Partial<NewAccountInput> = {}): NewAccountInput {
  return {
    address: user,
    displayName: 'Mia',
    userName: user,
    password,
    imap: { host: '127.0.0.1', port: dovecot.imapPort, transport: 'clear' },
    submission: { host: '127.0.0.1', port: postfix.submissionPort, transport: 'clear' },
    acceptedIdentities: [],
    allowClear: false,
    ...patch,
  };
}

test('a wrong password is told apart by service and keeps nothing', { skip }, async () => {
  await assert.rejects(accounts.add(input({ password: 'wrong' })), (error) => {
    assert.ok(error instanceof Error && 'code' in error && 'params' in error);
    assert.equal(error.code, 'auth.failed');
    assert.ok(!JSON.stringify(error.params).includes('wrong'));
    return true;
  });
  assert.deepEqual(accounts.list(), []);
});

test('adds, probes, sends a message and shows an encrypted lock', { skip }, async () => {
  const { accountId } = await accounts.add(input());
  assert.equal(store.leg(accountId, 'imap')?.floor, 'encrypted');
  const imap = await legs.open(accountId, 'imap');
  await legs.probe(accountId);
  const lock = legs.lock(accountId, 0);
  assert.equal(lock.state, 'encrypted', JSON.stringify(lock));
  assert.match(legs.report(accountId), /TLSv1\.3, issued by .*Letterlock Test Authority/);

  const drafts = new Drafts({ store: outboxStore, onChanged: () => undefined });
  const changed: (() => void)[] = [];
  const outbox = new Outbox({
    store: outboxStore,
    drafts,
    access: {
      openLeg: (id, signal) => legs.open(id, 'submission', signal),
      allows: () => true,
      credentials: async (id) => ({ userName: user, password: await accounts.password(id) }),
      sender: () => ({ name: 'Mia', address: user }),
    },
    sentCopy: { append: () => Promise.resolve(), findByMessageId: () => Promise.resolve('absent') },
    answered: { mark: () => undefined },
    undoMs: () => 0,
    logger: silentLogger,
    onChanged: () => {
      for (const listener of changed) listener();
    },
  });
  outbox.start();
  const settled = new Promise<OutboxItem>((resolve) => {
    changed.push(() => {
      const [item] = outbox.list();
      if (item && item.state !== 'waiting' && item.state !== 'sending') resolve(item);
    });
  });
  const { draftId } = drafts.create({
    accountId,
    to: `Mia <${user}>, nobody@example.test`,
    cc: '',
    bcc: '',
    subject: 'Hello',
    text: '.\nHi\n',
  });
  const bytes = Buffer.alloc(3_000_000, 'attachment ');
  drafts.attachBytes(draftId, { fileName: 'a.bin', mimeType: 'application/x-a', bytes });
  await outbox.submit(draftId);
  const item = await settled;
  assert.equal(item.state, 'refused', JSON.stringify(item));
  assert.deepEqual(item.recipients, ['nobody@example.test']);
  assert.equal(item.error?.params.replyCode, 550);
  await outbox.stop();
  imap.stream.destroy();
  const found = async () =>
    dovecot.doveadm(['search', '-u', user, 'mailbox', 'INBOX', 'subject', 'Hello']);
  for (let turn = 0; turn < 100 && (await found()).trim() === ''; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal((await found()).trim().split('\n').length, 1);
});

test('a certificate that nobody vouches for stops the account before the password', {
  skip,
}, async () => {
  const [account] = accounts.list();
  assert.ok(account);
  const strangers = new Legs({ store, openLeg, logger: silentLogger, version: '0.0.0' });
  await assert.rejects(strangers.open(account.accountId, 'imap'), { code: 'leg.tls-untrusted' });
  await strangers.probe(account.accountId);
  assert.equal(strangers.lock(account.accountId, 1).state, 'stopped');
});
