import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallError, createClient } from '../../../renderer/host/client.ts';
import { type Transport, takeHostTransport } from '../../../renderer/host/transport.ts';

function fakeTransport() {
  let listener: (json: string) => void = () => undefined;
  const posted: string[] = [];
  const transport: Transport = {
    post: (json) => posted.push(json),
    onFrame(next) {
      listener = next;
    },
    openExternal: undefined,
  };
  return { transport, posted, down: (frame: unknown) => listener(JSON.stringify(frame)) };
}

const isCallError = (code: string) => (error: unknown) =>
  error instanceof CallError && error.wire.code === code;

test('an answer goes to the call of its id, whatever the order', async () => {
  const { transport, posted, down } = fakeTransport();
  const client = createClient(transport);
  const drafts = client.call('draft.list', {});
  const outbox = client.call('outbox.list', {});
  const ids = posted.map((json) => JSON.parse(json).id);
  down({
    kind: 'error',
    id: ids[1],
    error: { code: 'offline', params: {}, retry: 'later', logId: '' },
  });
  down({ kind: 'result', id: ids[0], output: [] });
  assert.deepEqual(await drafts, []);
  await assert.rejects(outbox, isCallError('offline'));
});

test('an answer that breaks the contract is an error, never data', async () => {
  const { transport, posted, down } = fakeTransport();
  const client = createClient(transport);
  const call = client.call('draft.list', {});
  const { id } = JSON.parse(posted[0] ?? '');
  down({ kind: 'result', id, output: [{ draftId: 7 }] });
  await assert.rejects(call, isCallError('contract.invalid-output'));
});

test('an answer meant for an earlier document meets no call of this one', async () => {
  const before = fakeTransport();
  const after = fakeTransport();
  createClient(before.transport)
    .call('draft.list', {})
    .catch(() => undefined);
  createClient(after.transport)
    .call('draft.list', {})
    .catch(() => undefined);
  const [late, fresh] = [before, after].map(({ posted }) => JSON.parse(posted[0] ?? '').id);
  assert.notEqual(late, fresh);
});

test('an event that breaks the contract reaches nobody', () => {
  const { transport, down } = fakeTransport();
  const client = createClient(transport);
  const seen: unknown[] = [];
  client.on('mailboxes.changed', (payload) => seen.push(payload));
  down({ kind: 'event', name: 'mailboxes.changed', payload: { accountId: 5 } });
  down({ kind: 'event', name: 'toString', payload: {} });
  down({ kind: 'event', name: 'mailboxes.changed', payload: { accountId: 'a1' } });
  assert.deepEqual(seen, [{ accountId: 'a1' }]);
});

test('text that is no frame is ignored', () => {
  const { transport } = fakeTransport();
  let listener: (json: string) => void = () => undefined;
  createClient({ ...transport, onFrame: (next) => (listener = next) });
  listener('not json');
  listener('{"kind":"call"}');
});

test('an ended subscription hears nothing more', () => {
  const { transport, down } = fakeTransport();
  const client = createClient(transport);
  let count = 0;
  const end = client.on('drafts.changed', () => {
    count += 1;
  });
  down({ kind: 'event', name: 'drafts.changed', payload: {} });
  end();
  down({ kind: 'event', name: 'drafts.changed', payload: {} });
  assert.equal(count, 1);
});

test('taking the host leaves no global behind', () => {
  const target = { letterlockHost: { postFrame: () => undefined, onFrame: () => undefined } };
  const transport = takeHostTransport(target as unknown as Window);
  assert.ok(transport);
  assert.equal('letterlockHost' in target, false);
});
