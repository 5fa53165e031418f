/** What is kept back after "Send": to be undone, or until a time that the person chose. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import { settleNow } from '../../app/submission/settle.ts';
import { type Bench, content, createBench, unreachable } from './outbox-bench.ts';
import { type ScriptedSmtp, startScriptedSmtp } from './scripted-smtp.ts';

const undoMs = 10_000;
const hourMs = 3_600_000;

let server: ScriptedSmtp;
let bench: Bench;
beforeEach(async () => {
  server = await startScriptedSmtp();
  bench = createBench(server, { undoMs });
});
afterEach(async () => {
  await bench.close();
  await server.stop();
});

function submit(sendAt?: Date, patch: Parameters<typeof content>[0] = {}) {
  const { draftId } = bench.drafts.create(content(patch));
  return bench.outbox.submit(draftId, sendAt);
}

/** The clock of the computer, and a look at it: timers would take their time. */
function setClock(to: number): void {
  bench.now = new Date(to);
  bench.outbox.wake('a1');
}

/** A message that is sent after all others that were due: once it is out, nothing else will be. */
async function sendAnother(): Promise<void> {
  bench.undoMs = 0;
  const { outboxId } = await submit(undefined, { subject: 'Another' });
  await bench.until('sent', outboxId);
  bench.undoMs = undoMs;
}

test('a message that can be undone is on disk, counts as waiting, and not a byte of it is sent', async () => {
  const item = await submit();
  assert.equal(item.state, 'scheduled');
  assert.equal(item.holdUntil, new Date(bench.now.getTime() + undoMs).toISOString());
  assert.equal(item.sendAt, undefined);
  assert.ok(bench.store.hasMessage(item.outboxId));
  assert.deepEqual(bench.drafts.list(), []);
  assert.equal(bench.outbox.waiting('a1'), 1);
  setClock(bench.now.getTime() + undoMs - 1);
  await sendAnother();
  assert.equal(server.accepted.length, 1);
  assert.equal(bench.outbox.list()[0]?.state, 'scheduled');
});

test('undone in time, a message is the draft it was, and nothing is sent any more', async () => {
  const { outboxId } = await submit(undefined, { bcc: 'x@example.test' });
  const draft = bench.outbox.edit(outboxId);
  assert.equal(draft.bcc, 'x@example.test');
  assert.equal(bench.drafts.list().length, 1);
  assert.deepEqual(bench.outbox.list(), []);
  setClock(bench.now.getTime() + 2 * undoMs);
  await sendAnother();
  assert.equal(server.accepted.length, 1);
  assert.ok(!bench.store.hasMessage(outboxId));
});

test('when the time is over it is sent once, and cannot be taken back', async () => {
  const { outboxId } = await submit();
  setClock(bench.now.getTime() + undoMs);
  await bench.until('sent', outboxId);
  assert.equal(server.accepted.length, 1);
  assert.throws(() => bench.outbox.edit(outboxId), { code: 'outbox.not-editable' });
});

test('while it is being sent it is too late to undo', async () => {
  const reached = Promise.withResolvers<void>();
  server.setScript({
    onCommand: (line) => {
      if (!line.startsWith('MAIL')) return undefined;
      reached.resolve();
      return 'silence';
    },
  });
  const { outboxId } = await submit();
  setClock(bench.now.getTime() + undoMs);
  await reached.promise;
  assert.throws(() => bench.outbox.edit(outboxId), { code: 'outbox.not-editable' });
  assert.throws(() => bench.outbox.discard(outboxId), { code: 'outbox.not-editable' });
});

test('"send now" ends the time to undo', async () => {
  const { outboxId } = await submit();
  assert.equal((await bench.outbox.sendNow(outboxId)).holdUntil, undefined);
  await bench.until('sent', outboxId);
  assert.equal(server.accepted.length, 1);
});

test('"send now" does nothing to a message that is refused, unknown or sent', async () => {
  server.setScript({ onDot: () => ({ cut: '' }) });
  bench.undoMs = 0;
  const { outboxId } = await submit();
  await bench.until('unknown', outboxId);
  server.setScript({});
  assert.equal((await bench.outbox.sendNow(outboxId)).state, 'unknown');
  await sendAnother();
  assert.equal(server.accepted.length, 1);
});

test('a held message outlives a restart: not sent before its time, sent after it', async () => {
  const { outboxId } = await submit();
  await bench.outbox.stop();
  const again = createBench(server, { dir: bench.dir });
  try {
    assert.equal(again.outbox.list()[0]?.state, 'scheduled');
    assert.equal(server.received(), '');
    again.now = new Date(again.now.getTime() + undoMs);
    again.outbox.wake('a1');
    await again.until('sent', outboxId);
    assert.equal(server.accepted.length, 1);
  } finally {
    await again.close();
  }
});

test('a held message whose time passed while the program was closed goes out at the start', async () => {
  const { outboxId } = await submit();
  await bench.outbox.stop();
  const again = createBench(server, { dir: bench.dir, start: false });
  try {
    again.now = new Date(again.now.getTime() + 24 * hourMs);
    again.outbox.start();
    await again.until('sent', outboxId);
    assert.equal(server.accepted.length, 1);
  } finally {
    await again.close();
  }
});

test('when the program closes, what could be undone is sent, and what was chosen for later stays', async () => {
  const held = await submit();
  const later = await submit(new Date(bench.now.getTime() + hourMs));
  await bench.outbox.releaseHeld(15_000);
  await bench.outbox.stop();
  const state = (id: string) => bench.store.get(id)?.state;
  assert.deepEqual([state(held.outboxId), state(later.outboxId)], ['sent', 'scheduled']);
  assert.equal(server.accepted.length, 1);
});

test('closing waits no longer than it was told for a server that does not answer', async () => {
  server.setScript({ onCommand: (line) => (line.startsWith('MAIL') ? 'silence' : undefined) });
  const { outboxId } = await submit();
  await bench.outbox.releaseHeld(50);
  await bench.outbox.stop();
  assert.equal(bench.store.get(outboxId)?.state, 'waiting');
  assert.equal(server.accepted.length, 0);
});

test('the timer alone sends a held message', async () => {
  bench.undoMs = 30;
  // The clock of the bench stands still: the second look finds it moved on.
  const { outboxId } = await submit();
  bench.now = new Date(bench.now.getTime() + 30);
  await bench.until('sent', outboxId);
});

test('a message for later waits for its time, whatever else is sent, and its Date tells that time', async () => {
  const sendAt = new Date(bench.now.getTime() + 5 * hourMs);
  const item = await submit(sendAt);
  assert.equal(item.state, 'scheduled');
  assert.equal(item.sendAt, sendAt.toISOString());
  assert.equal(item.holdUntil, sendAt.toISOString());
  setClock(sendAt.getTime() - 1);
  await sendAnother();
  assert.equal(bench.outbox.list()[0]?.state, 'scheduled');
  setClock(sendAt.getTime());
  await bench.until('sent', item.outboxId);
  assert.equal(server.accepted.length, 2);
  assert.match(server.accepted[1] ?? '', /\r\nDate: Sun, 03 May 2026 15:00:00 \+0000\r\n/);
});

test('a message for later that is sent now carries the date of now and the Message-ID it had', async () => {
  const { outboxId } = await submit(new Date(bench.now.getTime() + 5 * hourMs));
  const messageId = bench.store.get(outboxId)?.messageId ?? '-';
  bench.now = new Date(bench.now.getTime() + hourMs);
  await bench.outbox.sendNow(outboxId);
  await bench.until('sent', outboxId);
  assert.match(server.accepted[0] ?? '', /\r\nDate: Sun, 03 May 2026 11:00:00 \+0000\r\n/);
  assert.ok(server.accepted[0]?.includes(`Message-ID: ${messageId}`));
});

test('a message for later can be edited and discarded', async () => {
  const later = new Date(bench.now.getTime() + 5 * hourMs);
  const first = await submit(later);
  const second = await submit(later);
  assert.equal(bench.outbox.edit(first.outboxId).subject, 'Hello');
  bench.outbox.discard(second.outboxId);
  assert.deepEqual(bench.outbox.list(), []);
  setClock(later.getTime() + hourMs);
  await sendAnother();
  assert.equal(server.accepted.length, 1);
});

test('a chosen time that is past, or sooner than the time to undo, leaves the time to undo', async () => {
  const past = await submit(new Date(bench.now.getTime() - hourMs));
  const soon = await submit(new Date(bench.now.getTime() + 1_000));
  for (const { holdUntil } of [past, soon]) {
    assert.equal(holdUntil, new Date(bench.now.getTime() + undoMs).toISOString());
  }
  assert.equal(past.sendAt, undefined);
});

test('a clock set back lengthens no time to undo, but a chosen time is by the clock', async () => {
  const held = await submit();
  const later = await submit(new Date(bench.now.getTime() + hourMs));
  setClock(bench.now.getTime() - 24 * hourMs);
  await bench.until('sent', held.outboxId);
  assert.equal(
    bench.outbox.list().find((item) => item.outboxId === later.outboxId)?.state,
    'scheduled',
  );
  assert.equal(server.accepted.length, 1);
});

test('messages are sent in the order in which they were queued, though the clock was set back between', async () => {
  const openLeg = bench.openLeg;
  bench.openLeg = unreachable;
  bench.undoMs = 0;
  for (const subject of ['First', 'Second', 'Third']) {
    await submit(undefined, { subject });
    bench.now = new Date(bench.now.getTime() - hourMs);
  }
  bench.openLeg = openLeg;
  bench.outbox.wake('a1');
  for (const { outboxId } of bench.outbox.list()) await bench.until('sent', outboxId);
  assert.deepEqual(
    server.accepted.map((body) => /Subject: (\w+)/.exec(body)?.[1]),
    ['First', 'Second', 'Third'],
  );
});

test('a double click while it is held makes one message', async () => {
  const { draftId } = bench.drafts.create(content());
  const first = await bench.outbox.submit(draftId);
  const second = await bench.outbox.submit(draftId);
  assert.equal(first.outboxId, second.outboxId);
  await bench.outbox.sendNow(first.outboxId);
  await bench.until('sent');
  assert.equal(server.accepted.length, 1);
});

test('what is read back from disk is what was scheduled', async () => {
  const sendAt = new Date(bench.now.getTime() + hourMs);
  const { outboxId } = await submit(sendAt);
  const row = bench.store.get(outboxId);
  assert.ok(row);
  assert.deepEqual([row.state, row.holdUntil, row.sendAt], ['scheduled', sendAt, sendAt]);
  assert.equal(readFileSync(bench.store.messagePath(outboxId)).length, row.sizeBytes);
  const freed = settleNow(row, bench.now);
  assert.deepEqual([freed.state, freed.holdUntil, freed.sendAt], ['waiting', undefined, undefined]);
});
