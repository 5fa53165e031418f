/** What follows a submission: the copy in Sent, the mark on what was answered, the search for unknown ones. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { ImapError, LegError } from '../../app/errors.ts';
import { type Bench, content, createBench } from './outbox-bench.ts';
import { type ScriptedSmtp, startScriptedSmtp } from './scripted-smtp.ts';

let server: ScriptedSmtp;
let bench: Bench;
beforeEach(async () => {
  server = await startScriptedSmtp();
  bench = createBench(server, { followUpMs: [20, 40] });
});
afterEach(async () => {
  await bench.close();
  await server.stop();
});

function submit(patch: Parameters<typeof content>[0] = {}) {
  const { draftId } = bench.drafts.create(content(patch));
  return bench.outbox.submit(draftId);
}

const ref = { accountId: 'a1', mailboxId: 3, uidValidity: 7, uid: 42 };

test('a copy that failed is made by itself, and the message is not sent again', async () => {
  let failures = 3;
  bench.copy = {
    ...bench.copy,
    append: (_account, _path, messageId) => {
      failures -= 1;
      if (failures >= 0) return Promise.reject(new LegError('leg.unreachable'));
      bench.copies.push(messageId);
      return Promise.resolve();
    },
  };
  const { outboxId } = await submit();
  assert.equal((await bench.until('sent', outboxId)).copyPending, true);
  await bench.untilItem(outboxId, (item) => item.copyPending === undefined);
  assert.equal(bench.copies.length, 1);
  assert.equal(server.accepted.length, 1);
  assert.ok(!bench.store.hasMessage(outboxId));
});

test('a provider gets its time to keep a copy by itself; the mark does not wait for that', async () => {
  await bench.close();
  bench = createBench(server, { graceMs: 3_600_000 });
  const { outboxId } = await submit({ inReplyTo: ref });
  await bench.until('sent', outboxId);
  await bench.untilItem(outboxId, () => bench.marks.length > 0);
  assert.deepEqual(bench.marks, ['reply 42']);
  assert.deepEqual(bench.copies, []);
  await bench.outbox.reconcile('a1');
  assert.equal(bench.copies.length, 1);
});

test('a copy that the server refuses keeps no other copy back', async () => {
  let refused: string | undefined;
  bench.copy = {
    ...bench.copy,
    append: (_account, _path, messageId) => {
      refused ??= messageId;
      if (messageId === refused) return Promise.reject(new ImapError('imap.failed'));
      bench.copies.push(messageId);
      return Promise.resolve();
    },
  };
  const first = await submit();
  const second = await submit();
  await bench.until('sent', first.outboxId);
  await bench.until('sent', second.outboxId);
  await bench.untilItem(second.outboxId, (item) => item.copyPending === undefined);
  assert.equal(bench.outbox.list()[0]?.copyPending, true);
});

test('the next message is sent while the copy of the first is still under way', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  bench.copy = { ...bench.copy, append: () => promise };
  await bench.until('sent', (await submit()).outboxId);
  await bench.until('sent', (await submit()).outboxId);
  assert.equal(server.accepted.length, 2);
  resolve();
});

test('an unknown message is looked for again by itself until it is found', async () => {
  let looks = 0;
  bench.copy = {
    ...bench.copy,
    findByMessageId: () => {
      looks += 1;
      return Promise.resolve(looks < 3 ? 'absent' : 'found');
    },
  };
  server.setScript({ onDot: () => ({ cut: '' }) });
  const { outboxId } = await submit();
  await bench.until('unknown', outboxId);
  await bench.until('sent', outboxId);
  await bench.untilItem(outboxId, (item) => item.copyPending === undefined);
  assert.equal(looks, 3);
  assert.equal(bench.copies.length, 1);
  assert.equal(server.commands.filter((line) => line === 'DATA').length, 1);
});

test('"it arrived" makes an unknown message a sent one, with its copy', async () => {
  server.setScript({ onDot: () => ({ cut: '' }) });
  const { outboxId } = await submit();
  await bench.until('unknown', outboxId);
  assert.equal(bench.outbox.confirmArrived(outboxId).state, 'sent');
  await bench.untilItem(outboxId, (item) => item.copyPending === undefined);
  assert.equal(bench.copies.length, 1);
  assert.deepEqual(bench.drafts.list(), []);
  assert.equal(server.commands.filter((line) => line === 'DATA').length, 1);
});

test('"it arrived" says nothing of a message that was refused', async () => {
  server.setScript({ onDot: () => '550 5.7.1 no' });
  const { outboxId } = await submit();
  await bench.until('refused', outboxId);
  assert.equal(bench.outbox.confirmArrived(outboxId).state, 'refused');
});

test('the answered message is marked once the answer was accepted, and not before', async () => {
  let takes = false;
  server.setScript({ onDot: () => (takes ? '250 2.0.0 queued' : '451 4.3.0 later') });
  const { outboxId } = await submit({ inReplyTo: ref });
  await bench.untilItem(outboxId, (item) => item.error !== undefined);
  assert.deepEqual(bench.marks, []);
  takes = true;
  bench.outbox.retry(outboxId);
  await bench.until('sent', outboxId);
  await bench.untilItem(outboxId, (item) => item.copyPending === undefined);
  assert.deepEqual(bench.marks, ['reply 42']);
});

test('a forwarded message is marked as forwarded', async () => {
  const { outboxId } = await submit({ forwardOf: ref });
  await bench.until('sent', outboxId);
  await bench.untilItem(outboxId, (item) => item.copyPending === undefined);
  assert.deepEqual(bench.marks, ['forward 42']);
});

test('a mark that a crash kept from being made is made at the next start', async () => {
  bench.copy = { ...bench.copy, append: () => Promise.reject(new LegError('leg.unreachable')) };
  const { outboxId } = await submit({ inReplyTo: ref });
  await bench.until('sent', outboxId);
  await bench.outbox.stop();
  const row = bench.store.get(outboxId);
  assert.ok(row);
  bench.store.put({ ...row, answers: { ref, kind: 'reply' } });
  const again = createBench(server, { dir: bench.dir });
  try {
    await again.untilItem(outboxId, (item) => item.copyPending === undefined);
    assert.deepEqual(again.marks, ['reply 42']);
  } finally {
    await again.close();
  }
});

test('while a message is unknown nothing is marked; when it is found, the mark follows', async () => {
  server.setScript({ onDot: () => ({ cut: '' }) });
  const { outboxId } = await submit({ inReplyTo: ref });
  await bench.until('unknown', outboxId);
  await bench.outbox.reconcile('a1');
  assert.deepEqual(bench.marks, []);
  bench.outbox.confirmArrived(outboxId);
  await bench.untilItem(outboxId, (item) => item.copyPending === undefined);
  assert.deepEqual(bench.marks, ['reply 42']);
});
