import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openLeg } from '../../app/leg/open-leg.ts';
import type { LegEndpoint, OpenedLeg, Pin } from '../../app/leg/types.ts';
import { createLegPolicy } from '../../app/policy/leg-policy.ts';
import { createTestCa, type IssuedCertificate, type TestCa } from '../support/certificates.ts';
import { imapScript, smtpScript } from './support/backend.ts';
import { Peer } from './support/peer.ts';
import { type Rig, startRig } from './support/rig.ts';

/** The client's own openLeg against the gateway: the two ends were written apart. */
describe('openLeg through the gateway', () => {
  let dir = '';
  let ca: TestCa;
  let tls: IssuedCertificate;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'll-open-'));
    ca = createTestCa(dir);
    tls = ca.issue({ names: ['localhost'] });
  });
  after(() => rm(dir, { recursive: true, force: true }));

  interface Known {
    readonly pin?: Pin | undefined;
    readonly acceptedIdentities?: readonly string[];
  }

  function open(rig: Rig, service: LegEndpoint['service'], known: Known = {}): Promise<OpenedLeg> {
    const transport = rig.gateway.listeners[0]?.config.implicitTls ? 'implicit-tls' : 'clear';
    const policy = createLegPolicy({
      pin: known.pin,
      floor: 'unconfirmed',
      allowClear: false,
      acceptedIdentities: known.acceptedIdentities ?? [],
      now: new Date(),
    });
    const endpoint = { service, host: 'localhost', port: rig.port, transport } as const;
    return openLeg(endpoint, policy, { trustAnchors: [ca.caPem] });
  }

  async function assertWorks(leg: OpenedLeg, service: LegEndpoint['service']): Promise<void> {
    const inside = new Peer(leg.stream);
    if (service === 'imap') {
      assert.match(await inside.line(), /^\* OK/);
      assert.match(await inside.command('a', 'LOGIN a b'), /^a OK/);
      assert.match(await inside.command('b', 'LOGOUT'), /^\* BYE/);
    } else {
      assert.match(await inside.reply(), /^220/);
      assert.match(await inside.ask('EHLO me'), /AUTH PLAIN/);
      assert.match(await inside.ask('QUIT'), /^221/);
    }
    await inside.rest();
    assert.equal(inside.ended, 'end');
  }

  for (const service of ['imap', 'submission'] as const) {
    const script = service === 'imap' ? imapScript() : smtpScript();

    it(`seals inside STARTTLS and then with the pinned key in clear (${service})`, async () => {
      const rig = await startRig({ service, script, tls });
      const leg = await open(rig, service);
      assert.equal(leg.protection.level, 'confirmed');
      assert.ok(leg.protection.tls);
      await assertWorks(leg, service);
      const { pin } = leg.protection;
      assert.equal(pin?.vouchedBy, 'tls');
      const again = await open(rig, service, { pin });
      assert.equal(again.protection.level, 'confirmed');
      assert.equal(again.protection.tls, undefined);
      await assertWorks(again, service);
      await rig.stop();
    });

    it(`seals on an implicit TLS port (${service})`, async () => {
      const rig = await startRig({ service, script, tls, listener: { implicitTls: true } });
      const leg = await open(rig, service);
      assert.equal(leg.protection.level, 'confirmed');
      await assertWorks(leg, service);
      await rig.stop();
    });

    it(`seals in clear once the person has accepted the key (${service})`, async () => {
      const hidden = service === 'imap' ? imapScript({ capabilities: 'IMAP4rev1' }) : undefined;
      const rig = await startRig({
        service,
        script: hidden ?? smtpScript({ ehlo: ['mail.test', 'AUTH PLAIN'] }),
      });
      await assert.rejects(open(rig, service), /leg\.first-use/);
      const accepted = Buffer.from(rig.gateway.keys.identity).toString('base64');
      const leg = await open(rig, service, { acceptedIdentities: [accepted] });
      assert.equal(leg.protection.level, 'unconfirmed');
      await assertWorks(leg, service);
      await rig.stop();
    });
  }
});
