import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limits } from '../../app/leg/limits.ts';
import { matchSuites, suiteFacts, suites } from '../../app/leg/suites.ts';

describe('suites', () => {
  test('the hybrid one comes first, whatever the order of the peer', () => {
    const offered = ['NK-25519-AESGCM-SHA256', 'x', 'NKhfs-25519-MLKEM768-AESGCM-SHA256'];
    assert.deepEqual(matchSuites(offered), [
      'nkhfs-25519-mlkem768-aesgcm-sha256',
      'nk-25519-aesgcm-sha256',
    ]);
  });

  test('a peer without the hybrid one gets the other', () => {
    assert.deepEqual(matchSuites(['nk-25519-aesgcm-sha256']), ['nk-25519-aesgcm-sha256']);
  });

  test('every suite fits an XSEAL line with the longest key id and server name', () => {
    for (const suite of suites) {
      const octets = suiteFacts(suite)?.message1Octets ?? Number.NaN;
      const words = [
        'L1 XSEAL',
        suite,
        'k'.repeat(limits.keyIdOctets),
        's'.repeat(limits.serverNameOctets),
        Buffer.alloc(octets).toString('base64'),
      ];
      assert.ok(`${words.join(' ')}\r\n`.length <= limits.sealLineOctets, suite);
    }
  });
});
