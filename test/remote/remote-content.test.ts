import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { StateStore } from '../../app/accounts/state-store.ts';
import type { AddressDto, MessageBody } from '../../app/contract/index.ts';
import { namesReader } from '../../app/remote/personal-url.ts';
import { RemoteContent } from '../../app/remote/remote-content.ts';

const ref = { accountId: 'a', mailboxId: 1, uidValidity: 1, uid: 1 };
const shop = { name: 'Shop', address: 'News@Shop.example' };
const picture = 'https://cdn.shop.example/hero.png';

function create(
  t: { after(run: () => void): void },
  from: AddressDto[] = [shop],
  doubtful = false,
) {
  const state = new StateStore(':memory:');
  t.after(() => state.close());
  const body: MessageBody = {
    ref,
    from,
    replyTo: [],
    to: [{ name: 'Mira', address: 'mira@example.org' }],
    cc: [],
    bcc: [],
    subject: '',
    receivedAt: '2026-11-24T08:00:00.000Z',
    references: [],
    truncated: false,
    parts: [],
    seen: true,
    flagged: false,
  };
  return new RemoteContent({
    senders: {
      isAllowed: (address) => state.isRemoteSender(address),
      allow: (address) => state.allowRemoteSender(address),
      list: () => state.remoteSenders(),
      forget: (address) => state.forgetRemoteSender(address),
    },
    open: (asked) => Promise.resolve({ ...body, ref: asked }),
    ownAddress: () => 'mira.l@example.org',
    isDoubtful: () => Promise.resolve(doubtful),
    logger: { log: () => undefined },
  });
}

test('nothing is loaded until somebody said so, for this message only', async (t) => {
  const remote = create(t);
  const before = await remote.resolve(ref, [picture]);
  assert.deepEqual(before, { allowed: 'no', canRemember: true, personal: [], links: [] });
  await remote.allow(ref, false);
  const after = await remote.resolve(ref, [picture, picture]);
  assert.equal(after.allowed, 'once');
  assert.equal(after.links.length, 1);
  assert.match(after.links[0]?.path ?? '', /^\/remote\/[0-9a-f]{32}$/);
  assert.equal((await remote.resolve({ ...ref, uid: 2 }, [picture])).allowed, 'no');
});

test('a sender who is allowed is remembered, whatever the case, and can be forgotten', async (t) => {
  const remote = create(t);
  await remote.allow(ref, true);
  assert.equal((await remote.resolve({ ...ref, uid: 2 }, [picture])).allowed, 'sender');
  assert.deepEqual(
    remote.senders().map(({ address }) => address),
    ['news@shop.example'],
  );
  const { links } = await remote.resolve(ref, ['https://10.0.0.1/never-asked.png']);
  remote.forget('news@shop.example');
  assert.equal(await remote.read(links[0]?.path ?? ''), undefined);
  assert.deepEqual(remote.senders(), []);
  assert.equal((await remote.resolve({ ...ref, uid: 2 }, [picture])).allowed, 'no');
});

test('a doubtful sender, or several, are neither remembered nor taken for a remembered one', async (t) => {
  for (const remote of [
    create(t, [shop], true),
    create(t, [shop, { name: '', address: 'x@y.example' }]),
    create(t, []),
  ]) {
    assert.equal((await remote.resolve(ref, [picture])).canRemember, false);
    await assert.rejects(remote.allow(ref, true), { code: 'remote.not-rememberable' });
    assert.deepEqual(remote.senders(), []);
    await remote.allow(ref, false);
    assert.equal((await remote.resolve(ref, [picture])).allowed, 'once');
  }
});

test('an address that names the reader is never given a path', async (t) => {
  const remote = create(t);
  await remote.allow(ref, true);
  const named = `${picture}?u=mira%40example.org`;
  const answer = await remote.resolve(ref, [picture, named]);
  assert.deepEqual(answer.personal, [named]);
  assert.deepEqual(
    answer.links.map(({ url }) => url),
    [picture],
  );
});

test('a path that nobody gave out leads nowhere', async (t) => {
  assert.equal(await create(t).read('/remote/00'), undefined);
});

test('the reader is recognised in every usual spelling', () => {
  const names = namesReader(['Mira@example.org', 'not an address']);
  const md5 = createHash('md5').update('mira@example.org').digest('hex');
  const sha256 = createHash('sha256').update('mira@example.org').digest('hex');
  for (const value of [
    'mira@example.org',
    'MIRA%40EXAMPLE.ORG',
    'mira%2540example.org',
    'bounce-mira=example.org',
    Buffer.from('mira@example.org').toString('base64'),
    Buffer.from('Mira@example.org').toString('base64url'),
    Buffer.from('mira@example.org').toString('hex').toUpperCase(),
    md5,
    sha256.toUpperCase(),
  ]) {
    assert.equal(names(`https://t.example/o/${value}.gif`), true, value);
  }
  assert.equal(names('https://t.example/mira/example.org/a.png'), false);
  assert.equal(names('https://t.example/%E0%A4%A.png'), false);
});
