import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createTestCa } from './certificates.ts';

test('a test authority issues certificates for names, addresses and any validity', () => {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-ca-'));
  try {
    const ca = createTestCa(dir);
    const authority = new X509Certificate(ca.caPem);
    const good = new X509Certificate(
      ca.issue({ names: ['mail.example.org', '127.0.0.1'] }).certPem,
    );
    assert.ok(good.verify(authority.publicKey));
    assert.equal(good.checkHost('mail.example.org'), 'mail.example.org');
    assert.equal(good.checkIP('127.0.0.1'), '127.0.0.1');
    const notBefore = new Date('2020-01-01T00:00:00Z');
    const old = new X509Certificate(ca.issue({ names: ['localhost'], days: 1, notBefore }).certPem);
    assert.equal(Date.parse(old.validTo), Date.parse('2020-01-02T00:00:00Z'));
    const own = new X509Certificate(ca.issue({ names: ['localhost'], selfSigned: true }).certPem);
    assert.ok(own.verify(own.publicKey));
  } finally {
    rmSync(dir, { recursive: true });
  }
});
