/** The dispatcher against frames that no honest window sends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSettings, maxFrameLength, methods } from '../../../app/contract/index.ts';
import type { MethodHandlers } from '../../../app/engine-types.ts';
import { RequestError } from '../../../app/errors.ts';
import { Dispatcher } from '../../../main/engine/dispatcher.ts';

interface Answer {
  readonly kind: string;
  readonly id?: number;
  readonly output?: unknown;
  readonly name?: string;
  readonly error?: { readonly code: string; readonly logId: string };
}

/** A dispatcher whose handlers note that they were called and answer `output`. */
function start(output: unknown = {}) {
  const answers: Answer[] = [];
  const lines: string[] = [];
  const calls: { method: string; input: unknown }[] = [];
  const entries = Object.keys(methods).map((method) => [
    method,
    (input: unknown) => {
      calls.push({ method, input });
      if (output instanceof Error) throw output;
      return output;
    },
  ]);
  const dispatcher = new Dispatcher({
    handlers: Object.fromEntries(entries) as MethodHandlers,
    send: (json) => answers.push(JSON.parse(json)),
    logger: { log: (level, event, fields) => lines.push(JSON.stringify([level, event, fields])) },
  });
  const call = (method: string, input: unknown) =>
    dispatcher.dispatch(JSON.stringify({ kind: 'call', id: 7, method, input }));
  return { dispatcher, answers, lines, calls, call };
}

test('answers a call with the validated output only', async () => {
  const { call, answers } = start({ ...defaultSettings, extra: 'not in contract' });
  await call('settings.get', {});
  assert.deepEqual(answers, [
    {
      kind: 'result',
      id: 7,
      output: defaultSettings,
    },
  ]);
});

for (const method of ['nothing.here', 'constructor', '__proto__', 'toString', '']) {
  test(`refuses the unknown method ${JSON.stringify(method)}`, async () => {
    const { call, answers, calls } = start();
    await call(method, {});
    assert.equal(answers[0]?.error?.code, 'contract.unknown-method');
    assert.deepEqual(calls, []);
  });
}

test('refuses input that breaks the contract before a handler sees it', async () => {
  const { call, answers, calls } = start();
  await call('message.list', { mailboxId: 1, offset: 0, limit: 100_000 });
  assert.equal(answers[0]?.error?.code, 'contract.invalid-input');
  assert.deepEqual(calls, []);
});

test('names the field of invalid input, never its value', async () => {
  const { call, answers, lines } = start();
  await call('account.setPassword', { accountId: 'a', password: '', secretive: 'hunter2' });
  await call('account.setPassword', { accountId: ['hunter2'], password: 'hunter2' });
  assert.equal(answers.length, 2);
  assert.ok(!JSON.stringify([answers, lines]).includes('hunter2'));
});

test('keeps prototype keys out of what handlers see', async () => {
  const { dispatcher, calls } = start({ ...defaultSettings });
  await dispatcher.dispatch(
    '{"kind":"call","id":1,"method":"settings.set","input":{"theme":"dark","__proto__":{"x":1},"constructor":{"y":1}}}',
  );
  const { input } = calls[0] ?? {};
  assert.deepEqual(input, { theme: 'dark' });
  assert.equal(Object.getPrototypeOf(input), Object.prototype);
});

const silentFrames: readonly [string, string][] = [
  ['text that is no JSON', '{"kind":'],
  ['an empty frame', ''],
  ['null', 'null'],
  ['an array', '[]'],
  ['another kind', '{"kind":"result","id":1,"output":{}}'],
  ['an id that is no number', '{"kind":"call","id":"1","method":"app.info","input":{}}'],
  ['an id below one', '{"kind":"call","id":0,"method":"app.info","input":{}}'],
  ['a fraction as id', '{"kind":"call","id":1.5,"method":"app.info","input":{}}'],
  ['deep nesting', '['.repeat(200_000)],
];
for (const [title, json] of silentFrames) {
  test(`drops ${title}, and logs that it did`, async () => {
    const { dispatcher, answers, calls, lines } = start();
    await dispatcher.dispatch(json);
    assert.deepEqual([answers, calls], [[], []]);
    assert.match(lines[0] ?? '', /frame\.invalid/);
  });
}

test('drops a frame one character over the limit unread', async () => {
  const { dispatcher, answers, calls, lines } = start({ ...defaultSettings });
  const frame = '{"kind":"call","id":1,"method":"settings.get","input":{}}';
  await dispatcher.dispatch(frame.padEnd(maxFrameLength, ' '));
  assert.equal(calls.length, 1);
  await dispatcher.dispatch(frame.padEnd(maxFrameLength + 1, ' '));
  assert.equal(calls.length, 1);
  assert.equal(answers.length, 1);
  assert.match(lines[0] ?? '', /frame\.too-long/);
});

test('an output that breaks the contract is our bug, not the window’s problem', async () => {
  const { call, answers } = start({ theme: 'pink' });
  await call('settings.get', {});
  assert.equal(answers[0]?.error?.code, 'contract.invalid-output');
});

test('an error crosses as its code and params, with the id of its log line and no cause', async () => {
  const cause = new Error('secret inner words');
  const { call, answers, lines } = start(
    new RequestError('part.not-found', { partId: '2' }, { cause }),
  );
  await call('settings.get', {});
  const { error } = answers[0] ?? {};
  assert.equal(error?.code, 'part.not-found');
  assert.ok(!JSON.stringify(answers).includes('secret inner words'));
  assert.ok(lines.some((line) => line.includes(error?.logId ?? 'none')));
});

test('any thrown value becomes internal', async () => {
  const { call, answers } = start(new TypeError('circular thing'));
  await call('settings.get', {});
  assert.equal(answers[0]?.error?.code, 'internal');
});

test('an event that breaks the contract is not sent', () => {
  const { dispatcher, answers } = start();
  dispatcher.emit('mailboxes.changed', { accountId: 5 });
  dispatcher.emit('mailboxes.changed', { accountId: 'a' });
  assert.deepEqual(answers, [
    { kind: 'event', name: 'mailboxes.changed', payload: { accountId: 'a' } },
  ]);
});
