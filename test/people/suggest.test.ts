import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddressDto, MailboxRole } from '../../app/contract/index.ts';
import { silentLogger } from '../../app/log.ts';
import { Contacts } from '../../app/people/contacts.ts';
import { PeopleIndex } from '../../app/people/people-index.ts';
import { suggest } from '../../app/people/suggest.ts';
import { openMailStore } from '../../app/store/mail-store.ts';
import type { MessageHeader } from '../../app/store/mail-types.ts';

const roles: readonly MailboxRole[] = ['inbox', 'sent', 'junk', 'trash', 'drafts'];
const me = 'ada@example.test';
const dayMs = 86_400_000;
const today = Date.UTC(2026, 4, 3);

function open() {
  const store = openMailStore(':memory:');
  const contacts = new Contacts({ path: ':memory:' });
  const listed = roles.map((role) => ({
    path: role,
    name: role,
    depth: 0,
    role,
    selectable: true,
  }));
  for (const accountId of ['a', 'b']) store.writer.mailboxes.replace(accountId, listed);
  const index = new PeopleIndex({
    table: store.people,
    logger: silentLogger,
    ownAddresses: () => [me],
    now: () => today,
  });
  let uid = 0;
  const id = (role: MailboxRole, accountId = 'a') =>
    store.reader.mailboxByRole(accountId, role)?.mailboxId ?? 0;
  const message = (role: MailboxRole, more: Partial<MessageHeader>, accountId = 'a') => {
    uid += 1;
    const header: MessageHeader = {
      uid,
      receivedAt: today - dayMs,
      to: [],
      subject: '',
      seen: true,
      flagged: false,
      answered: false,
      hasAttachment: false,
      sizeBytes: 1,
      ...more,
    };
    store.writer.upsertMessages(id(role, accountId), [header]);
    return uid;
  };
  const count = () => {
    while (index.step());
  };
  const ask = (text: string, accountId?: string) =>
    suggest(store.people, contacts, {
      text,
      limit: 10,
      ...(accountId === undefined ? {} : { accountId }),
    });
  const addresses = (text: string, accountId?: string) =>
    ask(text, accountId).map(({ address }) => address);
  return { store, contacts, id, message, count, ask, addresses };
}

const bob: AddressDto = { name: 'Bob Müller', address: 'bob@example.test' };
const bea: AddressDto = { name: 'Béatrice Martin', address: 'b.martin@office.test' };

test('who was written to comes before who wrote, however often that was', () => {
  const { message, count, addresses } = open();
  for (let turn = 0; turn < 60; turn += 1) message('inbox', { from: bea });
  message('sent', { to: [bob], from: { name: '', address: me }, receivedAt: today - 900 * dayMs });
  count();
  assert.deepEqual(addresses('b'), [bob.address, bea.address]);
});

test('among those written to, often and lately count', () => {
  const { message, count, addresses } = open();
  const people = ['often', 'lately', 'once'].map((name) => ({ name, address: `${name}@p.test` }));
  const [often, lately, once] = people;
  assert.ok(often && lately && once);
  for (let turn = 0; turn < 12; turn += 1) {
    message('sent', { to: [often], receivedAt: today - (30 + turn) * dayMs });
  }
  message('sent', { to: [lately], receivedAt: today - dayMs });
  message('sent', { to: [once], receivedAt: today - 800 * dayMs });
  count();
  assert.deepEqual(addresses('p.test'), [often.address, lately.address, once.address]);
  assert.deepEqual(addresses(''), [often.address, lately.address, once.address]);
});

test('found by beginnings of any name word, the address and the domain, without diacritics', () => {
  const { message, count, addresses } = open();
  message('inbox', { from: bea });
  message('inbox', { from: bob });
  count();
  for (const text of [
    'beat',
    'BÉAT',
    'mart',
    'b.mar',
    'martin b',
    'off',
    'b.martin@office.test',
    'x<b.mar'.slice(1),
  ]) {
    assert.deepEqual(addresses(text), [bea.address], text);
  }
  assert.deepEqual(addresses('mull'), [bob.address]);
  assert.deepEqual(addresses('müll'), [bob.address]);
  for (const text of ['artin', 'bob martin', '%', '_', 'zz']) assert.deepEqual(addresses(text), []);
});

test('machines come last, and junk with them; drafts and trash do not count', () => {
  const { message, count, addresses, id, store } = open();
  for (const local of ['no-reply', 'donotreply', 'shop.noreply', 'newsletter', 'bounce+9']) {
    message('inbox', { from: { name: 'Zed', address: `${local}@shop.test` } });
  }
  message('inbox', {
    from: { name: 'Zoe', address: 'zoe@shop.test' },
    receivedAt: today - 400 * dayMs,
  });
  message('junk', { from: { name: 'Zap', address: 'zap@shop.test' } });
  message('trash', { from: { name: 'Zip', address: 'zip@shop.test' } });
  message('drafts', { to: [{ name: 'Zac', address: 'zac@shop.test' }] });
  count();
  const found = addresses('z');
  assert.equal(found[0], 'zoe@shop.test');
  assert.equal(found.length, 7);
  assert.ok(!found.includes('zip@shop.test') && !found.includes('zac@shop.test'));
  const uid = message('inbox', { from: { name: 'Zola', address: 'zola@shop.test' } });
  count();
  assert.equal(addresses('z')[0], 'zola@shop.test');
  store.placement.show(id('inbox'), [uid], id('junk'));
  count();
  assert.equal(addresses('z')[0], 'zoe@shop.test');
});

test('the account that one writes from counts for more, and one address comes once', () => {
  const { message, count, addresses } = open();
  message('inbox', { from: bob }, 'a');
  message('inbox', { from: bob, receivedAt: today - 2 * dayMs }, 'b');
  message('inbox', { from: bea, receivedAt: today - 60 * dayMs }, 'b');
  count();
  assert.deepEqual(addresses('b'), [bob.address, bea.address]);
  assert.deepEqual(addresses('bea', 'b'), [bea.address]);
  const { message: other, count: all, addresses: of } = open();
  other('inbox', { from: bob }, 'a');
  other('inbox', { from: bea, receivedAt: today - 60 * dayMs }, 'b');
  all();
  assert.deepEqual(of('b', 'b'), [bea.address, bob.address]);
});

test('the book stands between, gives its own names, and is found by its words', () => {
  const { message, count, ask, contacts } = open();
  message('inbox', { from: { name: 'bobby1970', address: bob.address } });
  message('inbox', { from: { name: 'Bo Peep', address: 'bo@sheep.test' } });
  message('sent', { to: [{ name: 'Bonny', address: 'bonny@sea.test' }] });
  count();
  const kept = contacts.save({
    name: 'Robert Müller',
    organization: 'Boathouse',
    emails: [
      { address: bob.address, kind: 'home' },
      { address: 'r.mueller@work.test', kind: 'work' },
    ],
    phones: [],
  });
  assert.deepEqual(
    ask('bo').map(({ name, address, source }) => [name, address, source]),
    [
      ['Bonny', 'bonny@sea.test', 'mail'],
      ['Robert Müller', bob.address, 'book'],
      ['Robert Müller', 'r.mueller@work.test', 'book'],
      ['Bo Peep', 'bo@sheep.test', 'mail'],
    ],
  );
  assert.equal(ask('rob')[0]?.contactId, kept.contactId);
});

test('a newer name replaces an older one, and an account’s people go with it', () => {
  const { message, count, ask, store } = open();
  message('inbox', { from: { name: 'Bea Meyer', address: bea.address }, receivedAt: today });
  message('inbox', { from: bea, receivedAt: today - 100 * dayMs });
  count();
  assert.equal(ask('bea')[0]?.name, 'Bea Meyer');
  assert.deepEqual(ask('martin').length, 1);
  assert.deepEqual(ask('beatr'), []);
  store.people.forget('a');
  assert.deepEqual(ask('bea'), []);
});

test('what a stranger calls himself does no harm', () => {
  const { message, count, addresses } = open();
  message('inbox', { from: { name: `${'x '.repeat(5_000)}`, address: 'many@x.test' } });
  message('inbox', { from: { name: '', address: 'no address' } });
  message('inbox', { from: { name: "'; DROP TABLE person; --", address: 'sql@x.test' } });
  message('inbox', { from: { name: 'Late', address: 'late@x.test' }, receivedAt: today * 1.2 });
  count();
  assert.equal(addresses('x.test').length, 3);
  assert.deepEqual(addresses('drop'), ['sql@x.test']);
});
