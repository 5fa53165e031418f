/** Records of an open leg, changed by someone without keys, under the whole engine. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { both, broken, flipped } from './support/attacks.ts';
import type { Attack } from './support/network.ts';
import { codeOf, World } from './support/world.ts';

let world: World;
before(async () => {
  world = await World.start();
  await world.addAccount();
});
after(() => world.stop());

type RecordAttack = NonNullable<Attack['serverRecord']>;

const fromServer = (serverRecord: RecordAttack) =>
  world.withstand(both({ serverRecord }), { submission: broken });

test('RECORD-1: clear octets after the reply to XSEAL', () =>
  fromServer((record, at) => (at === 0 ? [Buffer.from('\0\x05250 x'), record] : [record])));

test('RECORD-2: one bit of a record flipped, in text or tag', async () => {
  for (const bit of [16, 47, 100, 8 * 30 + 3]) {
    await fromServer((record, at) => [at === 0 ? flipped(record, bit) : record]);
  }
});

test('RECORD-3: a record twice', () =>
  fromServer((record, at) => (at === 0 ? [record, record] : [record])));

test('RECORD-4: a record that nobody sealed, before the real one', () => {
  const noise = Buffer.concat([Buffer.of(0, 20), Buffer.alloc(20)]);
  return fromServer((record, at) => (at === 0 ? [noise, record] : [record]));
});

test('RECORD-5: a record of an older session', async () => {
  const old: Buffer[] = [];
  world.attack(
    both({
      serverRecord: (record) => {
        old.push(record);
        return [record];
      },
    }),
  );
  await world.retry();
  await world.until('records to be recorded', () => old.length > 4);
  await fromServer((record, at) => [at === 0 ? (old[0] ?? record) : record]);
});

test('RECORD-6: our own record sent back', () => {
  const own: Buffer[] = [];
  return world.withstand(
    both({
      clientRecord: (record) => {
        own.push(record);
        return [record];
      },
      serverRecord: (record, at) => (at === 1 ? [own.at(-1) ?? record, record] : [record]),
    }),
    { submission: broken },
  );
});

test('RECORD-7: records of length 0, 1 and 16', async () => {
  for (const length of [0, 1, 16]) {
    const tooShort = Buffer.concat([Buffer.of(0, length), Buffer.alloc(length)]);
    await fromServer((record, at) => (at === 1 ? [tooShort, record] : [record]));
  }
});

test('RECORD-8: a record cut in half, then the end', () =>
  fromServer((record, at) => (at === 1 ? 'cut' : [record])));

test('RECORD-9: the client’s own records flipped, doubled or put in: the gateway ends it', async () => {
  const changes: RecordAttack[] = [
    (record, at) => [at === 0 ? flipped(record, 200) : record],
    (record, at) => [at === 1 ? flipped(record, 17) : record],
    (record, at) => (at === 0 ? [record, record] : [record]),
    (record, at) => (at === 0 ? [Buffer.from('EHLO mallory\r\n'.repeat(2_000)), record] : [record]),
  ];
  for (const clientRecord of changes)
    await world.withstand(both({ clientRecord }), { submission: broken });
  assert.ok(world.smtp.commands.every((line) => !/mallory/.test(line)));
});

test('CUT-1: the end after any octet: sent means accepted once, waiting means not accepted', async () => {
  const states = new Set<string>();
  for (let octets = 0; octets < 700; octets += 23) {
    world.attack({ submission: { cutAfter: octets } });
    const { outboxId, subject } = await world.submit();
    const settled = () => {
      const { state, error } = world.item(outboxId) ?? {};
      return (
        state === 'sent' || state === 'unknown' || (state === 'waiting' && error !== undefined)
      );
    };
    await world.retry();
    await world.until('an outcome', settled);
    const state = world.item(outboxId)?.state ?? 'gone';
    states.add(state);
    const accepted = world.accepted(subject);
    if (state === 'sent') assert.equal(accepted, 1, `sent after ${octets} octets`);
    if (state === 'waiting') assert.equal(accepted, 0, `waiting after ${octets} octets`);
    assert.ok(accepted <= 1);
    world.assertNothingReadable(subject);
    if (state === 'waiting') await world.behave(outboxId, subject);
    else if (state === 'unknown') await world.engine.handlers['outbox.discard']({ outboxId });
    assert.ok(world.accepted(subject) <= 1);
  }
  // All three were met on the way, or the test has missed the point.
  assert.deepEqual([...states].sort(), ['sent', 'unknown', 'waiting']);
});

test('CUT-2: the end inside a literal: no part of a message is taken for the whole', async () => {
  world.attack({});
  await world.recover();
  const text = `${'A long line of an ordinary letter, again and again.\r\n'.repeat(8_000)}THE-END`;
  const raw = `From: Ada <ada@example.test>\r\nTo: mia@example.test\r\nSubject: long\r\nMessage-ID: <long@example.test>\r\n\r\n${text}\r\n`;
  await world.dovecot.deliver('mia@example.test', raw);
  const handlers = world.engine.handlers;
  const rows = async () => {
    const [inbox] = await handlers['mailbox.list']({ accountId: world.accountId });
    assert.ok(inbox);
    await handlers['mailbox.sync']({ mailboxId: inbox.mailboxId });
    return (await handlers['message.list']({ mailboxId: inbox.mailboxId, offset: 0, limit: 9 }))
      .rows;
  };
  const row = (await rows()).find(({ subject }) => subject === 'long');
  assert.ok(row);
  for (const cutAfter of [5_000, 100_000, 300_000, 400_000]) {
    world.attack({ imap: { cutAfter } });
    const code = await codeOf(Promise.resolve(handlers['message.open']({ ref: row.ref })));
    assert.match(code, /^(leg\.(truncated|unreachable)|imap\.failed|offline)$/);
  }
  world.attack({});
  await world.recover();
  const body = await handlers['message.open']({ ref: row.ref });
  assert.match(JSON.stringify(body), /THE-END/);
});
