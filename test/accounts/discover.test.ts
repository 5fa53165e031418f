import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { discover } from '../../app/accounts/discover.ts';
import { type DnsServer, startDns } from '../support/servers/dns.ts';

let dns: DnsServer;
before(async () => {
  dns = await startDns({
    '_imaps._tcp.both.test': [
      { type: 'SRV', target: 'second.both.test', port: 994, priority: 20 },
      { type: 'SRV', target: 'first.both.test', port: 993, priority: 10 },
    ],
    '_imap._tcp.both.test': [{ type: 'SRV', target: 'clear.both.test', port: 143, priority: 0 }],
    '_submission._tcp.both.test': [{ type: 'SRV', target: 'smtp.both.test', port: 587 }],
    '_submissions._tcp.both.test': [{ type: 'SRV', target: '.', port: 0 }],
    '_imaps._tcp.evil.test': [{ type: 'SRV', target: 'a b/../c', port: 993 }],
  });
});
after(() => dns.stop());

const options = () => ({ dnsServers: [dns.address], dnsTimeoutMs: 500, tcpTimeoutMs: 300 });

test('a known provider needs no look-up and brings its rule along', async () => {
  const asked = dns.questions.length;
  const found = await discover('Ada.Lovelace+x@GMail.com', options());
  assert.deepEqual(found, {
    userName: 'Ada.Lovelace+x@GMail.com',
    displayName: 'Ada Lovelace',
    imap: { host: 'imap.gmail.com', port: 993, transport: 'implicit-tls' },
    submission: { host: 'smtp.gmail.com', port: 465, transport: 'implicit-tls' },
    source: 'provider',
    note: 'app-password',
  });
  assert.equal((await discover('ada@outlook.com')).note, 'oauth-only');
  assert.equal(dns.questions.length, asked);
});

test('SRV: TLS from the first byte wins over clear, then priority; "." means not offered', async () => {
  const found = await discover('ada@both.test', options());
  assert.equal(found.source, 'srv');
  assert.deepEqual(found.imap, { host: 'first.both.test', port: 993, transport: 'implicit-tls' });
  assert.deepEqual(found.submission, { host: 'smtp.both.test', port: 587, transport: 'clear' });
});

test('a record that names no host is not used', async () => {
  const found = await discover('ada@evil.test', options());
  assert.equal(found.source, 'guess');
  assert.deepEqual(found.imap, { host: 'imap.evil.test', port: 993, transport: 'implicit-tls' });
});

test('a silent name server ends in a guess', async () => {
  dns.setSilent(true);
  const found = await discover('ada@nowhere.test', options());
  dns.setSilent(false);
  assert.equal(found.source, 'guess');
  assert.equal(found.submission.host, 'smtp.nowhere.test');
});

test('localhost is asked on this computer only', async () => {
  const asked = dns.questions.length;
  const found = await discover('ada@localhost', options());
  assert.equal(found.imap.host, 'localhost');
  assert.equal(found.submission.host, 'localhost');
  assert.equal(dns.questions.length, asked);
});

test('an internationalised domain is asked for in ASCII; the user name stays as typed', async () => {
  const found = await discover('ada@münchen.test', options());
  assert.equal(found.userName, 'ada@münchen.test');
  assert.ok(dns.questions.includes('SRV _imaps._tcp.xn--mnchen-3ya.test'));
});

test('what is no address asks nobody', async () => {
  const asked = dns.questions.length;
  await assert.rejects(discover('ada', options()), { code: 'address.invalid' });
  assert.equal(dns.questions.length, asked);
});

test('a guess sends not a byte to the server it found', async () => {
  let bytes = 0;
  const server = createServer((socket) => socket.on('data', (chunk) => (bytes += chunk.length)));
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(993, '127.0.0.1', () => resolve(true));
  });
  if (!free) return;
  const found = await discover('ada@localhost', options());
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual(found.imap, { host: 'localhost', port: 993, transport: 'implicit-tls' });
  assert.equal(bytes, 0);
});
