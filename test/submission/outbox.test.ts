import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { AuthError, LegError, RequestError } from '../../app/errors.ts';
import { type Bench, content, createBench, password, unreachable } from './outbox-bench.ts';
import { type ScriptedSmtp, startScriptedSmtp } from './scripted-smtp.ts';

let server: ScriptedSmtp;
let bench: Bench;
beforeEach(async () => {
  server = await startScriptedSmtp();
  bench = createBench(server);
});
afterEach(async () => {
  await bench.close();
  await server.stop();
});

function submit(patch: Parameters<typeof content>[0] = {}) {
  const { draftId } = bench.drafts.create(content(patch));
  return bench.outbox.submit(draftId);
}

test('a submitted draft is accepted once, copied to Sent once and gone from the drafts', async () => {
  await submit();
  const item = await bench.until('sent');
  assert.equal(server.accepted.length, 1);
  assert.match(server.accepted[0] ?? '', /\r\n\.\r\n\.\.two dots\r\n/);
  assert.deepEqual(item.recipients, ['bob@example.test']);
  assert.deepEqual(bench.drafts.list(), []);
  await bench.outbox.reconcile('a1');
  assert.equal(bench.copies.length, 1);
  assert.deepEqual(readdirSync(join(bench.dir, 'outbox')), []);
});

test('a message is discarded with its draft, or both stay', async (t) => {
  bench.openLeg = unreachable;
  const { outboxId } = await submit();
  const killed = t.mock.method(bench.store.drafts, 'remove', () => {
    throw new Error('killed');
  });
  assert.throws(() => bench.outbox.discard(outboxId));
  killed.mock.restore();
  assert.equal(bench.store.get(outboxId)?.outboxId, outboxId);
  assert.ok(bench.store.hasMessage(outboxId));
  bench.outbox.discard(outboxId);
  assert.deepEqual(bench.store.drafts.ofAccount('a1'), []);
  assert.deepEqual(readdirSync(join(bench.dir, 'outbox')), []);
});

test('a double click makes one message', async () => {
  const { draftId } = bench.drafts.create(content());
  const [first, second] = await Promise.all([
    bench.outbox.submit(draftId),
    bench.outbox.submit(draftId),
  ]);
  assert.equal(first.outboxId, second.outboxId);
  await bench.until('sent');
  assert.equal(server.accepted.length, 1);
  await assert.rejects(bench.outbox.submit(draftId), { code: 'draft.not-found' });
});

test('when submit returns, message and row are on disk, for their owner alone', async () => {
  bench.openLeg = unreachable;
  const item = await submit();
  const path = bench.store.messagePath(item.outboxId);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(join(bench.dir, 'outbox')).mode & 0o777, 0o700);
  assert.equal(statSync(join(bench.dir, 'outbox.db')).mode & 0o777, 0o600);
  assert.equal(bench.store.get(item.outboxId)?.sizeBytes, statSync(path).size);
});

test('Bcc recipients get the message and are named in no header', async () => {
  await submit({ bcc: 'Hidden <hidden@example.test>' });
  await bench.until('sent');
  assert.ok(server.commands.includes('RCPT TO:<hidden@example.test>'));
  assert.doesNotMatch(server.accepted[0] ?? '', /hidden|bcc/i);
});

test('neither the password nor this computer’s name is in log, rows or message', async () => {
  server.setScript({ onCommand: (line) => (line.startsWith('AUTH') ? '535 5.7.8 no' : undefined) });
  await submit();
  const item = await bench.until('waiting');
  await bench.outbox.stop();
  const everything = [
    ...bench.log,
    JSON.stringify(bench.outbox.list()),
    readFileSync(bench.store.messagePath(item.outboxId), 'latin1'),
  ].join('\n');
  for (const secret of [password, Buffer.from(password).toString('base64').slice(0, 20)]) {
    assert.ok(!everything.includes(secret));
  }
  assert.ok(!everything.includes(Buffer.from(`\0ada\0${password}`).toString('base64')));
  assert.ok(server.commands.includes('EHLO [127.0.0.1]'));
});

test('a connection lost before the final dot leaves the message waiting, and it is sent once', async () => {
  let cut = true;
  server.setScript({
    onText: (length, socket) => {
      if (cut && length > 50) socket.destroy();
    },
  });
  const { outboxId } = await submit({ text: 'x'.repeat(5_000_000) });
  await bench.until('waiting');
  await bench.until('waiting', outboxId);
  const waiting = await untilError('leg.truncated');
  assert.equal(waiting.state, 'waiting');
  cut = false;
  bench.outbox.retry(outboxId);
  await bench.until('sent');
  assert.equal(server.accepted.length, 1);
});

async function untilError(code: string) {
  for (let turn = 0; turn < 200; turn += 1) {
    const found = bench.outbox.list().find((item) => item.error?.code === code);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no ${code}: ${JSON.stringify(bench.outbox.list())}`);
}

test('a connection lost after the final dot leaves the message unknown; it is never sent again by itself', async () => {
  server.setScript({ onDot: () => ({ cut: '' }) });
  const { outboxId } = await submit();
  const item = await bench.until('unknown');
  assert.equal(item.error?.code, 'submission.unknown');
  server.setScript({});
  bench.outbox.wake('a1');
  bench.now = new Date(bench.now.getTime() + 7_200_000);
  bench.outbox.wake('a1');
  await bench.outbox.stop();
  assert.equal(bench.outbox.list()[0]?.state, 'unknown');
  assert.equal(server.commands.filter((line) => line === 'DATA').length, 1);
  assert.throws(() => bench.outbox.edit(outboxId), { code: 'outbox.not-editable' });
});

for (const [what, reply] of [
  ['half a positive reply', { cut: '250 2.0.' }],
  ['half a refusal', { cut: '550 5.7' }],
  ['a continued reply that never ends', { cut: '250-2.0.0 more\r\n' }],
  ['a clean end of the connection', { cut: ' ' }],
] as const) {
  test(`${what} after the final dot counts as unknown`, async () => {
    server.setScript({ onDot: () => reply });
    await submit();
    await bench.until('unknown');
  });
}

test('silence after the final dot counts as unknown', async () => {
  await bench.close();
  bench = createBench(server, { afterDotMs: 150 });
  server.setScript({ onDot: () => 'silence' });
  await submit();
  await bench.until('unknown');
});

test('an unknown message that is found on the server is sent; an absent one stays for the person', async () => {
  server.setScript({ onDot: () => ({ cut: '' }) });
  const { outboxId } = await submit();
  await bench.until('unknown');
  await bench.outbox.reconcile('a1');
  assert.equal(bench.outbox.list()[0]?.state, 'unknown');
  bench.copy = { ...bench.copy, findByMessageId: () => Promise.resolve('found') };
  await bench.outbox.reconcile('a1');
  assert.equal((await bench.until('sent', outboxId)).state, 'sent');
  assert.equal(server.commands.filter((line) => line === 'DATA').length, 1);
});

test('sending an unknown message again is the person’s choice and keeps the Message-ID', async () => {
  server.setScript({ onDot: () => ({ cut: '' }) });
  const { outboxId } = await submit();
  await bench.until('unknown');
  const before = bench.store.get(outboxId)?.messageId ?? '-';
  server.setScript({});
  bench.outbox.retry(outboxId);
  await bench.until('sent');
  assert.ok(server.accepted[0]?.includes(`Message-ID: ${before}`));
});

test('a positive reply before the message was sent is not believed', async () => {
  server.setScript({
    onCommand: (line) => (line === 'DATA' ? '354 go on\r\n250 2.0.0 queued' : undefined),
    onDot: () => 'silence',
  });
  await submit({ text: 'y'.repeat(3_000_000) });
  const item = await untilError('leg.truncated').catch(() => bench.until('unknown'));
  assert.notEqual(item.state, 'sent');
  assert.equal(bench.copies.length, 0);
});

test('4xx after the dot waits with growing pauses', async () => {
  server.setScript({ onDot: () => '451 4.3.0 try later' });
  const { outboxId } = await submit();
  const first = await untilError('submission.deferred');
  assert.equal(first.nextAttemptAt, new Date(bench.now.getTime() + 5_000).toISOString());
  bench.now = new Date(bench.now.getTime() + 5_000);
  bench.outbox.retry(outboxId);
  for (let turn = 0; turn < 100 && bench.outbox.list()[0]?.attempts !== 2; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const second = await untilError('submission.deferred');
  assert.equal(second.nextAttemptAt, new Date(bench.now.getTime() + 30_000).toISOString());
  assert.equal(second.error?.params.text, '451 4.3.0 try later');
});

test('5xx after the dot is refused with the server’s words as one plain line', async () => {
  server.setScript({ onDot: () => '554-5.7.1 No\u001b[31m thanks\r\n554 5.7.1 <b>bye</b>' });
  await submit();
  const item = await bench.until('refused');
  assert.equal(item.error?.code, 'submission.refused');
  assert.equal(item.error?.params.replyCode, 554);
  assert.equal(item.error?.params.partly, undefined);
  assert.equal(item.error?.params.text, '554-5.7.1 No [31m thanks 554 5.7.1 <b>bye</b>');
});

for (const pipelining of [false, true]) {
  const how = pipelining ? 'with PIPELINING' : 'without PIPELINING';
  const extensions = ['AUTH PLAIN', ...(pipelining ? ['PIPELINING'] : [])];

  test(`one of two recipients refused: sent to the other, and only that one is tried again (${how})`, async () => {
    server.setScript({
      extensions,
      onCommand: (line) => (line.startsWith('RCPT TO:<bad@') ? '550 5.1.1 who?' : undefined),
    });
    const { outboxId } = await submit({ to: 'bob@example.test, bad@example.test' });
    const item = await bench.until('refused');
    assert.deepEqual(item.recipients, ['bad@example.test']);
    assert.equal(item.error?.params.partly, 'yes');
    assert.equal(item.error?.params.text, '550 5.1.1 who?');
    assert.equal(server.accepted.length, 1);
    await bench.outbox.reconcile('a1');
    assert.equal(bench.copies.length, 1);
    server.setScript({ extensions });
    const from = server.commands.length;
    bench.outbox.retry(outboxId);
    await bench.until('sent');
    const tried = server.commands.slice(from).filter((line) => line.startsWith('RCPT'));
    assert.deepEqual(tried, ['RCPT TO:<bad@example.test>']);
    await bench.outbox.reconcile('a1');
    assert.equal(bench.copies.length, 1);
  });

  test(`one recipient deferred, one refused: the deferred one is tried again (${how})`, async () => {
    server.setScript({
      extensions,
      onCommand: (line) => {
        if (line.startsWith('RCPT TO:<bad@')) return '550 5.1.1 who?';
        return line.startsWith('RCPT TO:<slow@') ? '450 4.2.0 greylisted' : undefined;
      },
    });
    const { outboxId } = await submit({ to: 'bad@example.test, slow@example.test' });
    await untilError('submission.deferred');
    const row = bench.store.get(outboxId);
    assert.deepEqual(row?.recipients, ['slow@example.test']);
    assert.deepEqual(
      row?.refused.map(({ recipient }) => recipient),
      ['bad@example.test'],
    );
    assert.deepEqual(
      server.accepted.filter((body) => body !== ''),
      [],
    );
  });
}

test('a partly refused message is edited into a draft for the others only', async () => {
  server.setScript({
    onCommand: (line) => (line.startsWith('RCPT TO:<bad@') ? '550 5.1.1 who?' : undefined),
  });
  const { outboxId } = await submit({ to: 'bob@example.test', cc: 'bad@example.test' });
  await bench.until('refused');
  const draft = bench.outbox.edit(outboxId);
  assert.equal(draft.to, 'bad@example.test');
  assert.equal(draft.cc, '');
  assert.equal(bench.outbox.list()[0]?.state, 'sent');
});

test('a message that is larger than the server takes is refused before its text flows', async () => {
  server.setScript({ extensions: ['AUTH PLAIN', 'SIZE 2000'] });
  await submit({ text: 'z'.repeat(5_000) });
  const item = await bench.until('refused');
  assert.equal(item.error?.code, 'submission.too-large');
  assert.equal(item.error?.params.limitBytes, 2_000);
  assert.ok(!server.commands.some((line) => /^(MAIL|DATA)/.test(line)));
});

test('a stopped leg keeps mail queued without a byte sent, and it goes out when the leg is back', async () => {
  const openLeg = bench.openLeg;
  bench.openLeg = () => Promise.reject(new LegError('leg.below-floor', { host: 'h' }));
  await submit();
  await submit({ subject: 'Second' });
  await untilError('leg.below-floor');
  assert.equal(bench.outbox.waiting('a1'), 2);
  assert.equal(server.received(), '');
  for (const item of bench.outbox.list()) assert.equal(item.state, 'waiting');
  bench.openLeg = openLeg;
  bench.outbox.wake('a1');
  for (const { outboxId } of bench.outbox.list()) await bench.until('sent', outboxId);
  assert.deepEqual(
    server.accepted.map((body) => /Subject: (\w+)/.exec(body)?.[1]),
    ['Hello', 'Second'],
  );
});

test('a refused password is not tried again before the person did something', async () => {
  server.setScript({ onCommand: (line) => (line.startsWith('AUTH') ? '535 5.7.8 no' : undefined) });
  await submit();
  const item = await untilError('auth.failed');
  assert.equal(item.state, 'waiting');
  assert.equal(item.nextAttemptAt, undefined);
  assert.ok(new AuthError('auth.failed'));
});

test('no password is sent to a server that does not offer to take one', async () => {
  server.setScript({ extensions: [] });
  await submit();
  await untilError('auth.unsupported');
  assert.ok(!server.commands.some((line) => /^(AUTH|MAIL)/.test(line)));
});

test('the server is not told this computer’s name', async (context) => {
  context.mock.method(os, 'hostname', () => 'adas-laptop.home.example');
  await submit();
  await bench.until('sent');
  assert.ok(!server.received().includes('adas-laptop'));
  assert.ok(server.commands.includes('EHLO [127.0.0.1]'));
});

test('STARTTLS offered inside the leg is not taken', async () => {
  server.setScript({ extensions: ['STARTTLS', 'AUTH PLAIN'] });
  await submit();
  await bench.until('sent');
  assert.ok(!server.commands.includes('STARTTLS'));
});

test('a failed copy in Sent never sends the message again, and is made later', async () => {
  let fails = true;
  bench.copy = {
    ...bench.copy,
    append: (_account, _path, messageId) => {
      if (fails) return Promise.reject(new LegError('leg.unreachable'));
      bench.copies.push(messageId);
      return Promise.resolve();
    },
  };
  const { outboxId } = await submit();
  await bench.until('sent');
  await bench.outbox.reconcile('a1');
  assert.equal(bench.store.get(outboxId)?.copyPending, true);
  assert.ok(bench.store.hasMessage(outboxId));
  fails = false;
  await bench.outbox.reconcile('a1');
  assert.equal(bench.copies.length, 1);
  assert.ok(!bench.store.hasMessage(outboxId));
  assert.equal(server.accepted.length, 1);
});

test('a crash while sending leaves a message waiting when the dot had not left, unknown when it had', async () => {
  bench.openLeg = unreachable;
  const ids = [await submit(), await submit()].map(({ outboxId }) => outboxId);
  await untilError('leg.unreachable');
  await bench.outbox.stop();
  for (const [index, outboxId] of ids.entries()) {
    const row = bench.store.get(outboxId);
    assert.ok(row);
    bench.store.put({ ...row, state: 'sending', dotStarted: index === 1 });
  }
  const again = createBench(server, { dir: bench.dir, start: false });
  assert.deepEqual(
    again.outbox.list().map(({ state }) => state),
    ['waiting', 'unknown'],
  );
  again.outbox.start();
  await again.until('sent', ids[0]);
  assert.equal(server.accepted.length, 1);
  await again.close();
});

test('that the dot may have left is on disk before it leaves', async () => {
  let seen: boolean | undefined;
  const states: (boolean | undefined)[] = [];
  const { outboxId } = await submitWatched(() => {
    seen = bench.store.get(outboxIdNow())?.dotStarted;
    states.push(seen);
  });
  await bench.until('sent', outboxId);
  assert.deepEqual(states, [true]);
});

function outboxIdNow(): string {
  return bench.store.list()[0]?.outboxId ?? '';
}

async function submitWatched(onDot: () => void) {
  server.setScript({
    onDot: () => {
      onDot();
      return '250 2.0.0 queued';
    },
  });
  return await submit();
}

test('a store that cannot keep the mark holds the final dot back', async () => {
  bench.store.markDotStarted = () => {
    throw new Error('disk full');
  };
  await submit();
  await untilError('leg.truncated');
  assert.equal(server.accepted.length, 0);
  assert.doesNotMatch(server.received(), /\r\n\.\r\n$/);
});

test('a crash between message file and row leaves the draft and no stray file', async () => {
  const { draftId } = bench.drafts.create(content());
  writeFileSync(bench.store.messagePath('stray'), 'x');
  writeFileSync(`${bench.store.messagePath('half')}.partial`, 'x');
  await bench.outbox.stop();
  const again = createBench(server, { dir: bench.dir, start: false });
  assert.deepEqual(readdirSync(join(bench.dir, 'outbox')), []);
  assert.equal(again.drafts.list()[0]?.draftId, draftId);
  await again.close();
});

test('stopping in the middle of a message keeps it queued', async () => {
  const reached = Promise.withResolvers<void>();
  server.setScript({ onText: () => reached.resolve(), onDot: () => 'silence' });
  await submit({ text: 'w'.repeat(5_000_000) });
  await reached.promise;
  await bench.outbox.stop();
  const state = bench.outbox.list()[0]?.state;
  const { dotStarted } = bench.store.list()[0] ?? {};
  assert.equal(state, dotStarted ? 'unknown' : 'waiting');
});

test('a message that is refused or waits can be edited; the draft is as it was', async () => {
  bench.openLeg = unreachable;
  const { outboxId } = await submit({ bcc: 'x@example.test' });
  await untilError('leg.unreachable');
  const draft = bench.outbox.edit(outboxId);
  assert.equal(draft.bcc, 'x@example.test');
  assert.deepEqual(bench.outbox.list(), []);
  assert.ok(!bench.store.hasMessage(outboxId));
  assert.equal(bench.drafts.list()[0]?.draftId, draft.draftId);
});

test('discarding removes message, draft and attachments from disk', async () => {
  bench.openLeg = unreachable;
  const { draftId } = bench.drafts.create(content());
  bench.drafts.attachBytes(draftId, {
    fileName: 'a.txt',
    mimeType: 'text/plain',
    bytes: Buffer.from('hi'),
  });
  const { outboxId } = await bench.outbox.submit(draftId);
  await untilError('leg.unreachable');
  bench.outbox.discard(outboxId);
  assert.deepEqual(readdirSync(join(bench.dir, 'outbox')), []);
  assert.deepEqual(readdirSync(join(bench.dir, 'attachments')), []);
});

test('an invalid recipient keeps the draft and names the address', async () => {
  for (const to of ['bob@', 'nobody', 'a@b@c', 'x@exa mple.test', '<script>@x', 'a@[1.2.3.4]']) {
    const { draftId } = bench.drafts.create(content({ to }));
    await assert.rejects(bench.outbox.submit(draftId), (error) => {
      assert.ok(error instanceof RequestError);
      assert.equal(error.code, 'address.invalid');
      return true;
    });
    bench.drafts.discard(draftId);
  }
  await assert.rejects(submit({ to: ' ', cc: '', bcc: '' }), { code: 'submission.no-recipients' });
  assert.equal(server.received(), '');
});

test('line breaks in any field make no header and no command', async () => {
  await submit({
    to: 'Bob\r\nX-Evil: 1 <bob@example.test>',
    subject: 'Hi\r\nBcc: evil@example.test\r\n\r\nbody',
  }).catch(() => undefined);
  await submit({ subject: 'Hi\r\nX-Evil: 1\nX-Evil: 2\rX-Evil: 3' });
  await bench.until('sent');
  for (const body of server.accepted) {
    const head = body.split('\r\n\r\n')[0] ?? '';
    assert.doesNotMatch(head, /^(X-Evil|Bcc)/im);
  }
  assert.ok(!server.received().includes('RCPT TO:<evil@'));
});

test('sent messages leave the list after a day', async () => {
  await submit();
  await bench.until('sent');
  await bench.outbox.reconcile('a1');
  bench.now = new Date(bench.now.getTime() + 25 * 3_600_000);
  assert.deepEqual(bench.outbox.list(), []);
});

test('removing an account removes its drafts and queued messages', async () => {
  bench.openLeg = unreachable;
  await submit();
  bench.drafts.create(content());
  await bench.outbox.removeAccount('a1');
  assert.deepEqual(bench.outbox.list(), []);
  assert.deepEqual(bench.drafts.list(), []);
});
