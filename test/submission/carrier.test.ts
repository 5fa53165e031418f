/** Several messages over one session, and one that goes wrong among them. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type Bench, content, createBench, unreachable } from './outbox-bench.ts';
import { type Reply, type ScriptedSmtp, startScriptedSmtp } from './scripted-smtp.ts';

let server: ScriptedSmtp;
let bench: Bench;
let opened: number;
beforeEach(async () => {
  server = await startScriptedSmtp();
  bench = createBench(server);
  opened = 0;
});
afterEach(async () => {
  await bench.close();
  await server.stop();
});

/** Queues messages while the server cannot be reached, then lets them all go. */
async function sendAll(subjects: readonly string[]): Promise<string[]> {
  const openLeg = bench.openLeg;
  bench.openLeg = unreachable;
  const ids: string[] = [];
  for (const subject of subjects) {
    const to = `${subject.toLowerCase()}@example.test`;
    const { draftId } = bench.drafts.create(content({ subject, to }));
    ids.push((await bench.outbox.submit(draftId)).outboxId);
  }
  // Not while an attempt from before is still under way: it would take only the first with it.
  for (const outboxId of ids) await bench.untilItem(outboxId, (item) => item.error !== undefined);
  bench.openLeg = () => {
    opened += 1;
    return openLeg();
  };
  bench.outbox.wake('a1');
  return ids;
}

const subjects = (bodies: readonly string[]) =>
  bodies.map((body) => /Subject: (\w+)/.exec(body)?.[1]);
const verbs = () => server.commands.map((line) => line.split(' ')[0]);

test('several messages go over one session, reset between them, signed in once', async () => {
  for (const outboxId of await sendAll(['First', 'Second', 'Third'])) {
    await bench.until('sent', outboxId);
  }
  assert.deepEqual(subjects(server.accepted), ['First', 'Second', 'Third']);
  assert.equal(opened, 1);
  assert.equal(verbs().filter((verb) => verb === 'AUTH').length, 1);
  assert.equal(verbs().filter((verb) => verb === 'RSET').length, 2);
  for (let turn = 0; turn < 1_500 && verbs().at(-1) !== 'QUIT'; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(verbs().at(-1), 'QUIT');
});

test('each message of a session has a final dot of its own', async () => {
  let dots = 0;
  server.setScript({
    onDot: () => {
      dots += 1;
      return dots === 2 ? { cut: '' } : '250 2.0.0 queued';
    },
  });
  const [first, second, third] = await sendAll(['First', 'Second', 'Third']);
  await bench.until('sent', first);
  await bench.until('unknown', second);
  await bench.until('sent', third);
  assert.deepEqual(subjects(server.accepted), ['First', 'Third']);
  assert.equal(opened, 2);
});

test('when the floor rose meanwhile, the next message opens a leg that is judged anew', async () => {
  server.setScript({
    onDot: () => {
      bench.allows = false;
      return '250 2.0.0 queued';
    },
  });
  for (const outboxId of await sendAll(['First', 'Second'])) await bench.until('sent', outboxId);
  assert.equal(opened, 2);
  assert.ok(!verbs().includes('RSET'));
});

for (const [what, reply] of [
  ['cuts the connection at RSET', { cut: '' }],
  ['refuses RSET', '421 4.3.2 good bye'],
] as const) {
  test(`a server that ${what} gets the next message over a new session, as its first attempt`, async () => {
    server.setScript({ onCommand: (line) => (line === 'RSET' ? reply : undefined) });
    const ids = await sendAll(['First', 'Second']);
    for (const outboxId of ids) await bench.until('sent', outboxId);
    assert.deepEqual(subjects(server.accepted), ['First', 'Second']);
    assert.equal(opened, 2);
    assert.equal(bench.store.get(ids[1] ?? '')?.attempts, 2, 'unreachable once, then sent');
  });
}

for (const [what, reply] of [
  ['closes the session', '421 4.7.0 one message per session'],
  ['cuts the connection', { cut: '' }],
] as const) {
  test(`a server that ${what} at the second MAIL gets that message over a new one`, async () => {
    let mails = 0;
    server.setScript({
      onCommand: (line): Reply | undefined => {
        if (!line.startsWith('MAIL')) return undefined;
        mails += 1;
        return mails === 2 ? reply : undefined;
      },
    });
    for (const outboxId of await sendAll(['First', 'Second'])) await bench.until('sent', outboxId);
    assert.deepEqual(subjects(server.accepted), ['First', 'Second']);
    assert.equal(opened, 2);
  });
}

for (const [what, reply, state] of [
  ['refused', '550 5.7.1 no', 'refused'],
  ['deferred', '451 4.3.0 later', 'waiting'],
] as const) {
  test(`a message that is ${what} keeps no other one back and ends no session`, async () => {
    server.setScript({
      onCommand: (line) => (line.startsWith('RCPT TO:<second') ? reply : undefined),
    });
    const [first, second, third] = await sendAll(['First', 'Second', 'Third']);
    await bench.until('sent', first);
    await bench.until('sent', third);
    await bench.until(state, second);
    assert.deepEqual(subjects(server.accepted.filter((body) => body !== '')), ['First', 'Third']);
    assert.equal(opened, 1);
  });
}

test('a message at which the server always hangs up keeps no other one back', async () => {
  server.setScript({
    onCommand: (line) => (line.startsWith('RCPT TO:<first') ? { cut: '' } : undefined),
  });
  const [first, second] = await sendAll(['First', 'Second']);
  await bench.until('sent', second);
  const stuck = await bench.until('waiting', first);
  assert.equal(stuck.error?.code, 'leg.truncated');
  assert.ok(stuck.nextAttemptAt);
});

test('a message at which the server always closes lets the others go before it the next time', async () => {
  let dots = 0;
  server.setScript({
    onDot: () => {
      dots += 1;
      return dots === 1 ? '421 4.3.2 closing' : '250 2.0.0 queued';
    },
  });
  const [first = '', second = ''] = await sendAll(['First', 'Second']);
  await bench.untilItem(second, (item) => item.error?.params.replyCode === 421);
  assert.deepEqual(server.accepted, []);
  const at = bench.store.get(second)?.nextAttemptAt;
  assert.ok(at && at < (bench.store.get(first)?.nextAttemptAt ?? at));
  bench.now = at;
  bench.outbox.kick('a1');
  await bench.until('sent', second);
  assert.equal(bench.store.get(first)?.state, 'waiting');
});

test('a hundred queued messages are all seen, and go out in their order', async () => {
  const names = Array.from({ length: 100 }, (_each, index) => `N${index}`);
  const ids = await sendAll(names);
  assert.equal(bench.outbox.list().length, 100);
  for (const outboxId of ids) await bench.until('sent', outboxId);
  assert.deepEqual(subjects(server.accepted), names);
  assert.equal(opened, 2, 'fifty in a session');
});
