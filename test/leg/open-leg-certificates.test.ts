import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createTestCa } from '../support/certificates.ts';
import {
  ca,
  certificate,
  type Demand,
  dir,
  refuse,
  services,
  succeed,
  tryOpen,
} from '../support/leg-trial.ts';
import { createScriptedPeer, type PeerOptions } from '../support/scripted-peer.ts';

for (const service of services) {
  describe(`${service}: certificates`, () => {
    const issue = ca.issue.bind(ca);
    const otherCa = createTestCa(mkdtempSync(join(dir, 'other-')));
    const day = 86_400_000;
    const cases: [string, PeerOptions['certificate'], string][] = [
      ['another name', issue({ names: ['mail.example.org'] }), 'wrong-name'],
      [
        'a name in the subject only',
        issue({ names: ['localhost'], commonNameOnly: true }),
        'wrong-name',
      ],
      ['another address', issue({ names: ['127.0.0.2'] }), 'wrong-name'],
      [
        'an expired certificate',
        issue({ names: ['localhost'], notBefore: new Date(Date.now() - 9 * day), days: 2 }),
        'expired',
      ],
      [
        'a future certificate',
        issue({ names: ['localhost'], notBefore: new Date(Date.now() + 9 * day) }),
        'not-yet-valid',
      ],
      [
        'a self-signed certificate',
        issue({ names: ['localhost'], selfSigned: true }),
        'self-signed',
      ],
      ['an unknown issuer', otherCa.issue({ names: ['localhost'] }), 'unknown-issuer'],
    ];
    for (const [name, bad, reason] of cases) {
      test(`${name} is refused on both kinds of port, even when clear text is allowed`, async () => {
        assert.ok(bad);
        const demand: Demand = { floor: 'clear', allowClear: true };
        for (const implicitTls of [true, false]) {
          const { code, params } = await refuse({ service, certificate: bad, implicitTls }, demand);
          assert.equal(code, 'leg.tls-untrusted');
          assert.equal(params.reason, reason);
          assert.equal(params.host, 'localhost');
        }
      });
    }

    test('an address is checked against the addresses of the certificate', async () => {
      const result = await succeed({ service, certificate }, { host: '127.0.0.1' });
      assert.equal(result.protection.level, 'encrypted');
      const named = issue({ names: ['localhost'] });
      const { params } = await refuse({ service, certificate: named }, { host: '127.0.0.1' });
      assert.equal(params.reason, 'wrong-name');
    });

    test('TLS 1.1 is refused', async () => {
      const { code } = await refuse({
        service,
        implicitTls: true,
        certificate,
        maxTlsVersion: 'TLSv1.1',
      });
      assert.equal(code, 'leg.tls-failed');
    });

    test('a server that does not speak TLS on its TLS port fails', async () => {
      const endpoint = { service, implicitTls: true } as const;
      const peer = await createScriptedPeer({ service });
      await assert.rejects(tryOpen(peer, endpoint, {}), { code: 'leg.tls-failed' });
      await peer.close();
    });
  });
}
