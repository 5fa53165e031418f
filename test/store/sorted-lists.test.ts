/** Lists by sender, subject and size: over mailboxes, filters and conversations, while mail comes and goes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListOrder, MailboxRole, ViewDto } from '../../app/contract/index.ts';
import { openMailStore } from '../../app/store/mail-store.ts';
import type { MessageHeader } from '../../app/store/mail-types.ts';
import type { ListChoice } from '../../app/store/view-reader.ts';

let lastUid = 0;
function header(more: Partial<MessageHeader> & { who?: string } = {}): MessageHeader {
  lastUid += 1;
  const { who = 'Anna', ...rest } = more;
  return {
    uid: lastUid,
    receivedAt: 1_700_000_000_000 + lastUid * 1_000,
    to: [],
    subject: 'a',
    messageId: `<${lastUid}@x>`,
    from: { name: who, address: `${lastUid}@x` },
    seen: true,
    flagged: false,
    answered: false,
    hasAttachment: false,
    sizeBytes: 1,
    ...rest,
  };
}

const roles: readonly MailboxRole[] = ['inbox', 'sent', 'archive'];

function open() {
  const store = openMailStore(':memory:');
  for (const account of ['a', 'b']) {
    store.writer.mailboxes.replace(
      account,
      roles.map((role) => ({ path: role, name: role, depth: 0, role, selectable: true })),
    );
  }
  const id = (role: MailboxRole, account = 'a') =>
    store.reader.mailboxByRole(account, role)?.mailboxId ?? 0;
  const inbox: ViewDto = { kind: 'mailbox', mailboxId: id('inbox') };
  const list = (
    order: ListOrder,
    { filter, ...choice }: ListChoice = {},
    view: ViewDto = inbox,
  ) => {
    const { total, messages } = store.views.list(view, filter, 0, 100, { ...choice, order });
    assert.equal(total, messages.length);
    return messages;
  };
  const senders = (choice?: ListChoice, view?: ViewDto) =>
    list('sender', choice, view).map(({ from }) => from?.name);
  const subjects = (choice?: ListChoice, view?: ViewDto) =>
    list('subject', choice, view).map(({ subject }) => subject);
  const add = (...headers: MessageHeader[]) => store.writer.upsertMessages(id('inbox'), headers);
  return { store, id, inbox, list, senders, subjects, add };
}

test('senders stand in the order of the language, whatever their case and marks', () => {
  const { senders, add } = open();
  add(
    ...['zoe', 'Émile', 'Örjan', 'anna', 'emile', 'Olga', 'Ångström'].map((who) => header({ who })),
  );
  assert.deepEqual(senders({ language: 'de' }), [
    'Ångström',
    'anna',
    // The later of the two first: they are one sender to this list.
    'emile',
    'Émile',
    'Olga',
    'Örjan',
    'zoe',
  ]);
  // In Swedish these are letters of their own, behind z.
  assert.deepEqual(senders({ language: 'sv' }).slice(-3), ['zoe', 'Ångström', 'Örjan']);
});

test('a sender without a name stands by the address, one who poses as another does too, nobody comes last', () => {
  const { list, add } = open();
  const { from: _nobody, ...nobody } = header();
  add(
    nobody,
    header({ from: { name: '', address: 'clara@x' } }),
    header({ from: { name: 'anna@bank.example', address: 'zz@x' } }),
    header({ from: { name: '"Bruno"', address: 'b@x' } }),
  );
  assert.deepEqual(
    list('sender').map(({ from }) => from?.address),
    ['b@x', 'clara@x', 'zz@x', undefined],
  );
});

test('subjects are compared without the marks of answers; of those alike the newest comes first', () => {
  const { subjects, add } = open();
  add(
    header({ subject: 'Boat' }),
    header({ subject: 'Re: Boat' }),
    header({ subject: 'AW: WG: apples' }),
    header({ subject: 'Fwd: Re[2]: choir' }),
    header({ subject: '' }),
    header({ subject: 'Reading: a list' }),
  );
  assert.deepEqual(subjects(), [
    'AW: WG: apples',
    'Re: Boat',
    'Boat',
    'Fwd: Re[2]: choir',
    'Reading: a list',
    '',
  ]);
});

test('the largest comes first', () => {
  const { list, add } = open();
  add(...[20, 3_000_000, 500].map((sizeBytes) => header({ sizeBytes })));
  assert.deepEqual(
    list('size').map(({ sizeBytes }) => sizeBytes),
    [3_000_000, 500, 20],
  );
});

test('all inboxes together are one order, and a filter passes what it passes', () => {
  const { store, id, senders, add } = open();
  add(header({ who: 'Clara' }), header({ who: 'Anna', seen: false, flagged: true }));
  store.writer.upsertMessages(id('inbox', 'b'), [
    header({ who: 'Bruno', seen: false, hasAttachment: true }),
  ]);
  store.writer.upsertMessages(id('archive'), [header({ who: 'Aaron', seen: false })]);
  const inboxes: ViewDto = { kind: 'unified', role: 'inbox' };
  assert.deepEqual(senders({}, inboxes), ['Anna', 'Bruno', 'Clara']);
  assert.deepEqual(senders({ filter: 'unread' }, inboxes), ['Anna', 'Bruno']);
  assert.deepEqual(senders({ filter: 'starred' }, inboxes), ['Anna']);
  assert.deepEqual(senders({ filter: 'attachments' }, inboxes), ['Bruno']);
  assert.deepEqual(senders({}, { kind: 'unread' }), ['Aaron', 'Anna', 'Bruno']);
});

test('what one sent is in the order of those it went to', () => {
  const { store, id, list } = open();
  const to = (name: string) => [{ name, address: `${name.toLowerCase()}@x` }];
  store.writer.upsertMessages(id('sent'), [
    header({ to: to('Zoe') }),
    header({ to: to('Bruno') }),
    header({ to: [{ name: '', address: 'clara@x' }] }),
  ]);
  const sent: ViewDto = { kind: 'mailbox', mailboxId: id('sent') };
  assert.deepEqual(
    list('sender', {}, sent).map((one) => one.to[0]?.address),
    ['bruno@x', 'clara@x', 'zoe@x'],
  );
});

test('mail that comes lands in its place, mail that goes leaves no gap, and a mark moves nothing', () => {
  const { store, id, senders, add } = open();
  add(header({ who: 'Clara' }), header({ who: 'Anna' }));
  assert.deepEqual(senders(), ['Anna', 'Clara']);
  add(header({ who: 'Bruno' }));
  const bruno = lastUid;
  assert.deepEqual(senders(), ['Anna', 'Bruno', 'Clara']);
  store.writer.upsertMessages(id('archive'), [header({ who: 'Aaron' })]);
  assert.deepEqual(senders(), ['Anna', 'Bruno', 'Clara']);
  store.writer.removeMessages(id('inbox'), [bruno]);
  assert.deepEqual(senders(), ['Anna', 'Clara']);
  // A message from before all others: not only at the end of what is known.
  add(header({ who: 'Berta', receivedAt: 1_000_000 }));
  assert.deepEqual(senders(), ['Anna', 'Berta', 'Clara']);
});

test('a conversation stands by its newest message in the view, or the newest that the filter passes', () => {
  const { store, inbox, add } = open();
  const first = header({ who: 'Zoe', subject: 'Boat', sizeBytes: 900, flagged: true });
  add(
    first,
    header({ who: 'Mia', subject: 'Choir', sizeBytes: 50 }),
    header({ who: 'Anna', subject: 'Re: Boat', sizeBytes: 10, inReplyTo: first.messageId ?? '' }),
  );
  const by = (order: ListOrder, choice: ListChoice = {}) => {
    const { total, conversations } = store.views.conversations(inbox, 0, 10, { ...choice, order });
    assert.equal(total, conversations.length);
    return conversations.map(({ newest, count }) => `${newest.from?.name} ${count}`);
  };
  assert.deepEqual(by('sender'), ['Anna 2', 'Mia 1']);
  assert.deepEqual(by('subject'), ['Anna 2', 'Mia 1']);
  assert.deepEqual(by('size'), ['Mia 1', 'Anna 2']);
  assert.deepEqual(by('sender', { filter: 'starred' }), ['Zoe 2']);
});

test('pages of a long list follow each other without a gap, also when thousands come at once', () => {
  const { store, inbox, add } = open();
  const pages = (order: ListOrder, of: number) => {
    const got = [];
    for (let offset = 0; offset < of; offset += 500) {
      got.push(...store.views.list(inbox, undefined, offset, 500, { order }).messages);
    }
    return got.map(({ subject }) => Number(subject));
  };
  const some = (count: number) =>
    Array.from({ length: count }, () => {
      const one = header();
      return { ...one, subject: String(10_000 + ((one.uid * 7_919) % 50_000)) };
    });
  add(...some(6_000));
  const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b);
  const before = pages('subject', 6_000);
  assert.deepEqual(before, sorted(before));
  assert.equal(before.length, 6_000);
  add(...some(6_000));
  const after = pages('subject', 12_000);
  assert.deepEqual(after, sorted(after));
  assert.equal(after.length, 12_000);
});
