import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { OptionError, readHostOptions } from '../../main/host-options.ts';

test('an unknown option is an error, not something to ignore', () => {
  assert.throws(() => readHostOptions(['--no-sandbox'], {}), OptionError);
  assert.equal(readHostOptions(['--profile=/p'], {}).profile, '/p');
});

test('extra trust anchors are read certificate by certificate', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'letterlock-options-'));
  const path = join(dir, 'ca.pem');
  const one = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
  await writeFile(path, `# a comment\n${one}\n\n${one}\n`);
  assert.deepEqual(readHostOptions([], { LETTERLOCK_EXTRA_CA: path }).trustAnchors, [one, one]);
  await writeFile(path, 'no certificate');
  assert.throws(() => readHostOptions([], { LETTERLOCK_EXTRA_CA: path }), OptionError);
  assert.throws(() => readHostOptions([], { LETTERLOCK_EXTRA_CA: join(dir, 'x') }), OptionError);
  await rm(dir, { recursive: true });
});

test('name servers are a list, and the system’s when there is none', () => {
  assert.equal(readHostOptions([], {}).dnsServers, undefined);
  assert.deepEqual(readHostOptions([], { LETTERLOCK_DNS: '127.0.0.1:53, [::1]:5353' }).dnsServers, [
    '127.0.0.1:53',
    '[::1]:5353',
  ]);
});
