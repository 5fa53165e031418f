import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../../renderer/host/client.ts';
import { tellNetwork } from '../../../renderer/host/network.ts';

test('the engine hears when the network comes or goes, until nobody listens any more', () => {
  const posted: unknown[] = [];
  const client = createClient({
    post: (json) => posted.push(JSON.parse(json)),
    onFrame: () => undefined,
    openExternal: undefined,
  });
  const target = new EventTarget();
  const end = tellNetwork(target, client);
  target.dispatchEvent(new Event('offline'));
  target.dispatchEvent(new Event('online'));
  end();
  target.dispatchEvent(new Event('online'));
  const said = posted.map((frame) => {
    assert.ok(typeof frame === 'object' && frame !== null);
    return [Reflect.get(frame, 'method'), Reflect.get(frame, 'input')];
  });
  assert.deepEqual(said, [
    ['network.changed', { online: false }],
    ['network.changed', { online: true }],
  ]);
});
