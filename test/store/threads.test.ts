/** Threads: any order of arrival gives the same ones; hostile headers stay bounded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMailStore } from '../../app/store/mail-store.ts';
import type { MessageHeader } from '../../app/store/mail-types.ts';
import { messagesPerThread } from '../../app/store/thread-index.ts';
import { comparedSubject } from '../../app/store/thread-subject.ts';

const day = 86_400_000;

function header(uid: number, more: Partial<MessageHeader> = {}): MessageHeader {
  return {
    uid,
    receivedAt: 1_700_000_000_000 + uid * 1_000,
    to: [],
    subject: '',
    messageId: `<${uid}@x>`,
    seen: false,
    flagged: false,
    answered: false,
    hasAttachment: false,
    sizeBytes: 1,
    ...more,
  };
}

function openWithInbox(accountId = 'a') {
  const store = openMailStore(':memory:');
  const inbox = {
    path: 'INBOX',
    name: 'INBOX',
    depth: 0,
    role: 'inbox',
    selectable: true,
  } as const;
  store.writer.mailboxes.replace(accountId, [inbox]);
  const id = store.reader.mailboxByRole(accountId, 'inbox')?.mailboxId ?? 0;
  const threadOf = (uid: number) => store.reader.message(id, uid)?.threadId;
  return { store, id, inbox, threadOf };
}

/** The uids of each thread, in an order that does not depend on the threads' numbers. */
function partition(headers: readonly MessageHeader[], batch: number): string {
  const { store, id } = openWithInbox();
  for (let at = 0; at < headers.length; at += batch) {
    store.writer.upsertMessages(id, headers.slice(at, at + batch));
  }
  const threads = new Map<number, number[]>();
  for (const { uid } of headers) {
    const threadId = store.reader.message(id, uid)?.threadId ?? 0;
    threads.set(threadId, [...(threads.get(threadId) ?? []), uid]);
  }
  const { conversations, total } = store.views.conversations(
    { kind: 'mailbox', mailboxId: id },
    0,
    500,
  );
  assert.equal(total, threads.size);
  for (const { threadId, count, newest, unseen } of conversations) {
    const uids = threads.get(threadId) ?? [];
    assert.deepEqual([count, unseen], [uids.length, uids.length]);
    assert.equal(newest.uid, Math.max(...uids));
  }
  store.close();
  return [...threads.values()]
    .map((uids) => uids.sort((a, b) => a - b).join(','))
    .sort()
    .join(' | ');
}

/** Small, seeded, the same on every machine. */
function random(seed: number) {
  let state = seed;
  return (most: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

test('any order of arrival gives the same threads, also where two turn out to be one', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const next = random(seed);
    const ids = () => Array.from({ length: next(4) }, () => `<${1 + next(60)}@x>`);
    const headers = Array.from({ length: 40 }, (_, index) => {
      const references = ids();
      return header(index + 1, {
        ...(next(3) === 0 ? { references } : {}),
        ...(next(4) === 0 ? { inReplyTo: `<${1 + next(60)}@x>` } : {}),
        ...(next(9) === 0 ? { messageId: `<${1 + next(60)}@x>` } : {}),
      });
    });
    const expected = partition(headers, 40);
    for (let time = 0; time < 4; time++) {
      const shuffled = headers
        .map((one) => ({ one, at: next(1_000_000) }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one);
      assert.equal(partition(shuffled, 1 + next(12)), expected, `seed ${seed}`);
    }
  }
});

test('accounts have threads of their own', () => {
  const { store, id, inbox } = openWithInbox();
  store.writer.mailboxes.replace('b', [inbox]);
  const other = store.reader.mailboxByRole('b', 'inbox')?.mailboxId ?? 0;
  store.writer.upsertMessages(id, [header(1)]);
  store.writer.upsertMessages(other, [header(1)]);
  const threadId = store.reader.message(id, 1)?.threadId ?? 0;
  assert.notEqual(store.reader.message(other, 1)?.threadId, threadId);
  assert.equal(store.views.thread('a', threadId).length, 1);
  assert.deepEqual(store.views.thread('b', threadId), []);
  while (store.writer.removeSomeOfAccount('a'));
  assert.deepEqual(store.views.thread('a', threadId), []);
});

test('an answer without references joins by subject, person and time, in either order', () => {
  const ada = { name: 'Ada', address: 'ada@x' };
  const ben = { name: 'Ben', address: 'BEN@x' };
  const first = header(1, { subject: 'The boat', from: ada, to: [{ name: '', address: 'ben@x' }] });
  const answer = header(2, { subject: 'AW: The  boat', from: ben, to: [ada] });
  for (const order of [
    [first, answer],
    [answer, first],
  ]) {
    const { store, id, threadOf } = openWithInbox();
    for (const one of order) store.writer.upsertMessages(id, [one]);
    assert.equal(threadOf(1), threadOf(2));
  }
  const apart: [string, Partial<MessageHeader>][] = [
    ['no answer', { subject: 'The boat' }],
    ['another subject', { subject: 'Re: A boat' }],
    ['a stranger', { from: { name: '', address: 'eve@x' }, to: [] }],
    ['too late', { receivedAt: first.receivedAt + 40 * day }],
    ['it names another message', { inReplyTo: '<elsewhere@x>' }],
  ];
  for (const [why, more] of apart) {
    const { store, id, threadOf } = openWithInbox();
    store.writer.upsertMessages(id, [first]);
    store.writer.upsertMessages(id, [{ ...answer, ...more }]);
    assert.notEqual(threadOf(1), threadOf(2), why);
  }
});

test('prefixes of many languages are passed over, words that look like them are not', () => {
  for (const prefix of [
    'Re: ',
    'AW:',
    'Fwd: Re[2]: ',
    'SV : ',
    '回复：',
    'Odp: WG: ',
    'RE: re: ',
  ]) {
    assert.deepEqual(comparedSubject(`${prefix}Lunch  TODAY `), {
      text: 'lunch today',
      answers: true,
    });
  }
  for (const subject of ['Reading: a list', 'Award: you', 'Lunch re: today']) {
    assert.equal(comparedSubject(subject).answers, false);
  }
  assert.equal(comparedSubject('Re: '.repeat(100_000)).answers, true);
});

test('a thread is bounded: what is more goes on as another', () => {
  const { store, id } = openWithInbox();
  const sizes = new Map<number, number>();
  for (let from = 1; from <= 1_200; from += 200) {
    const same = { messageId: '<same@x>', references: ['<same@x>', '<root@x>'] };
    const batch = Array.from({ length: 200 }, (_, index) => header(from + index, same));
    store.writer.upsertMessages(id, batch);
  }
  for (let uid = 1; uid <= 1_200; uid++) {
    const threadId = store.reader.message(id, uid)?.threadId ?? 0;
    sizes.set(threadId, (sizes.get(threadId) ?? 0) + 1);
  }
  assert.ok(Math.max(...sizes.values()) <= messagesPerThread);
});

test('ten thousand references, and messages that answer each other, do no harm', () => {
  const { store, id, threadOf } = openWithInbox();
  const references = Array.from({ length: 10_000 }, (_, index) => `<ref${index}@x>`);
  store.writer.upsertMessages(id, [
    header(1, { references }),
    header(2, { inReplyTo: '<3@x>', references: ['<2@x>'] }),
    header(3, { inReplyTo: '<2@x>' }),
    header(4, { references: ['<ref0@x>', '<ref9999@x>'] }),
  ]);
  assert.equal(threadOf(2), threadOf(3));
  assert.equal(threadOf(1), threadOf(4));
});

test('a batch that failed leaves nothing half-known', () => {
  const { store, id, threadOf } = openWithInbox();
  assert.throws(() => store.writer.upsertMessages(id, [header(1), JSON.parse('{"uid":2}')]));
  store.writer.upsertMessages(id, [header(1), header(3, { references: ['<1@x>'] })]);
  assert.equal(threadOf(1), threadOf(3));
  assert.ok((threadOf(1) ?? 0) > 0);
});
