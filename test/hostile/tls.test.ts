/** TLS that does not prove the server, under the whole engine; and first use on a hostile network. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createTestCa } from '../support/certificates.ts';
import { createPeerKeys, createScriptedPeer, type PeerOptions } from '../support/scripted-peer.ts';
import { both, stopped, strip } from './support/attacks.ts';
import { codeOf, World } from './support/world.ts';

const services = ['imap', 'submission'] as const;
const day = 86_400_000;
let world: World;
before(async () => {
  world = await World.start();
});
after(() => world.stop());

test('FIRST-1: offer and STARTTLS stripped while an account is added', async () => {
  world.attack(both(strip('XPUBKEY', 'STARTTLS')));
  assert.equal(await codeOf(world.addAccount()), 'leg.no-encryption');
  world.assertNothingReadable('no message yet');
  assert.deepEqual(world.accounts(), []);
});

test('FIRST-2: STARTTLS stripped while an account is added: a key that nobody vouches for', async () => {
  world.attack(both(strip('STARTTLS')));
  assert.equal(await codeOf(world.addAccount()), 'leg.first-use');
  world.assertNothingReadable('no message yet');
  assert.deepEqual(world.accounts(), []);
});

test('FIRST-3: another server in between while an account is added', async () => {
  const mallory = createTestCa(mkdtempSync(join(tmpdir(), 'letterlock-mallory-')));
  const certificate = mallory.issue({ names: ['localhost'] });
  await replaced({ certificate, keys: createPeerKeys() }, async () => {
    assert.equal(await codeOf(world.addAccount()), 'leg.tls-untrusted');
    world.assertNothingReadable('no message yet');
  });
  assert.deepEqual(world.accounts(), []);
});

test('FIRST-4: on an honest network the account is added, and confirmed', async () => {
  world.attack({});
  await world.addAccount();
  assert.equal(world.lock().state, 'confirmed');
});

/** Runs with scripted peers in the place of both servers. */
async function replaced(
  options: Omit<PeerOptions, 'service'>,
  run: (targets: Record<'imap' | 'submission', { target: number }>) => Promise<void>,
): Promise<void> {
  const [imap, submission] = await Promise.all(
    services.map((service) => createScriptedPeer({ ...options, service })),
  );
  assert.ok(imap && submission);
  const targets = { imap: { target: imap.port }, submission: { target: submission.port } };
  try {
    world.attack(targets);
    await run(targets);
    for (const peer of [imap, submission]) world.assertNothingReadableIn(peer.received());
  } finally {
    await imap.close();
    await submission.close();
  }
}

const bad: [string, string, () => PeerOptions['certificate']][] = [
  ['TLS-1', 'a certificate of another name', () => world.ca.issue({ names: ['mail.example.org'] })],
  [
    'TLS-2',
    'an expired certificate',
    () =>
      world.ca.issue({ names: ['localhost'], notBefore: new Date(Date.now() - 9 * day), days: 2 }),
  ],
  [
    'TLS-3',
    'a certificate that is not valid yet',
    () => world.ca.issue({ names: ['localhost'], notBefore: new Date(Date.now() + 9 * day) }),
  ],
  [
    'TLS-4',
    'a self-signed certificate',
    () => world.ca.issue({ names: ['localhost'], selfSigned: true }),
  ],
  [
    'TLS-5',
    'a certificate of an authority that nobody trusts',
    () =>
      createTestCa(mkdtempSync(join(tmpdir(), 'letterlock-mallory-'))).issue({
        names: ['localhost'],
      }),
  ],
];
for (const [id, title, issue] of bad) {
  test(`${id}: ${title}`, async () => {
    const certificate = issue();
    assert.ok(certificate);
    await replaced({ certificate }, (targets) =>
      world.withstand(targets, stopped(/^leg\.tls-untrusted$/)),
    );
  });
}

test('TLS-6: a good certificate, but the pinned server’s key is not offered any more', async () => {
  const certificate = world.ca.issue({ names: ['localhost'] });
  await replaced({ certificate }, (targets) =>
    world.withstand(targets, stopped(/^leg\.below-floor$/)),
  );
});

test('TLS-7: a good certificate, and another key', async () => {
  const certificate = world.ca.issue({ names: ['localhost'] });
  await replaced({ certificate, keys: createPeerKeys() }, (targets) =>
    world.withstand(targets, stopped(/^leg\.key-changed$/)),
  );
});

test('TLS-8: TLS 1.1', async () => {
  const certificate = world.ca.issue({ names: ['localhost'] });
  await replaced({ certificate, maxTlsVersion: 'TLSv1.1' }, (targets) =>
    world.withstand(targets, stopped(/^leg\.tls-failed$/)),
  );
});

test('TLS-9: the end after some octets of the TLS handshake', async () => {
  for (const cutAfter of [0, 1, 5, 60, 127, 700]) {
    const attack = { ...strip('XPUBKEY'), cutAfter };
    await world.withstand(both(attack), stopped(/^leg\.tls-failed$/));
  }
});

test('TLS-10: words in clear in place of the TLS handshake', async () => {
  const attack = strip('XPUBKEY');
  const words = 'HTTP/1.1 200 OK\r\n\r\n';
  await world.withstand(
    both({
      serverLine: (line, asked) => {
        const text = attack.serverLine?.(line, asked) ?? line;
        return /STARTTLS\r\n$/.test(asked) ? `${String(text)}${words}` : text;
      },
    }),
    stopped(/^leg\.(tls-failed|protocol)$/),
  );
});

test('PIN-3: another key on one of the two servers, and only on a later connection', async () => {
  const certificate = world.ca.issue({ names: ['localhost'] });
  await replaced({ certificate, keys: createPeerKeys() }, async ({ submission, imap }) => {
    await world.withstand({ submission }, { lock: 'stopped', submission: /^leg\.key-changed$/ });
    await world.withstand({ imap }, { lock: 'stopped', imap: /^leg\.key-changed$/ });
  });
});

test('FLOOR-1: an account removed and added again is not talked down to less', async () => {
  const { accountId } = world;
  await world.engine.handlers['account.remove']({ accountId });
  world.attack(both(strip('XPUBKEY', 'STARTTLS')));
  assert.equal(await codeOf(world.addAccount()), 'leg.below-floor');
  await replaced({ certificate: world.ca.issue({ names: ['localhost'] }) }, async () => {
    assert.equal(await codeOf(world.addAccount()), 'leg.below-floor');
  });
  world.attack({});
  await world.addAccount();
});
