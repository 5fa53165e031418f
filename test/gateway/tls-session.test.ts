import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as netConnect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { createTestCa, type IssuedCertificate, type TestCa } from '../support/certificates.ts';
import { imapScript, smtpScript } from './support/backend.ts';
import { Peer } from './support/peer.ts';
import { type Rig, type RigOptions, startRig } from './support/rig.ts';
import { SealClient } from './support/seal-client.ts';

describe('gateway with a certificate', () => {
  let dir = '';
  let ca: TestCa;
  let certificate: IssuedCertificate;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'll-tls-'));
    ca = createTestCa(dir);
    certificate = ca.issue({ names: ['mail.test'] });
  });
  after(() => rm(dir, { recursive: true, force: true }));

  async function withRig(
    service: 'imap' | 'submission',
    options: Partial<RigOptions>,
    run: (rig: Rig) => Promise<void>,
  ): Promise<void> {
    const script = service === 'imap' ? imapScript() : smtpScript();
    const rig = await startRig({ service, script, tls: certificate, ...options });
    try {
      await run(rig);
    } finally {
      await rig.stop();
    }
  }

  /** TLS on a connection; verified against the test authority. */
  async function secure(peer: Peer): Promise<Peer> {
    peer.stream.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close');
    const socket = tlsConnect({ socket: peer.socket, servername: 'mail.test', ca: ca.caPem });
    await secured(socket);
    return new Peer(socket);
  }

  function secured(socket: TLSSocket): Promise<void> {
    return new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
  }

  it('answers STARTTLS itself, offers AUTH and XPUBKEY inside, and STARTTLS no more', () =>
    withRig('submission', {}, async (rig) => {
      const client = await rig.connect();
      await client.reply();
      assert.match(await client.ask('EHLO a'), /250-STARTTLS\r\n250 XPUBKEY/);
      assert.match(await client.ask('STARTTLS'), /^220/);
      const inside = await secure(client);
      assert.equal(
        await inside.ask('EHLO a'),
        '250-mail.test\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250-AUTH PLAIN LOGIN\r\n250 XPUBKEY nkhfs-25519-mlkem768-aesgcm-sha256 nk-25519-aesgcm-sha256\r\n',
      );
      assert.match(await inside.ask('STARTTLS'), /^503/);
      assert.match(await inside.ask('MAIL FROM:<a@test>'), /^530 5\.7\.0 Authentication/);
      assert.match(await inside.ask('AUTH PLAIN x'), /^235/);
      assert.match(await inside.ask('QUIT'), /^221/);
      assert.equal(await inside.rest(), '');
      assert.doesNotMatch(rig.backend.heard(), /STARTTLS/);
      assert.match((await rig.ended())[0]?.line ?? '', /protection=tls authenticated=true/);
    }));

  it('seals inside TLS, with a transcript that begins with TLS', () =>
    withRig('submission', {}, async (rig) => {
      const client = await rig.connect();
      await client.reply();
      await client.ask('EHLO a');
      await client.ask('STARTTLS');
      const secure2 = await secure(client);
      const sealing = new SealClient(secure2, 'submission');
      await sealing.ask('EHLO b');
      const preparation = sealing.prepare(await sealing.fetchCard());
      secure2.send(`XSEAL ${preparation.words}\r\n`);
      const inside = preparation.finish((await secure2.line()).slice(4).trim());
      assert.match(await inside.reply(), /^220/);
      assert.match(await inside.ask('QUIT'), /^221/);
      assert.match((await rig.ended())[0]?.line ?? '', /protection=sealed/);
    }));

  it('seals on an implicit TLS port, IMAP', () =>
    withRig('imap', { listener: { implicitTls: true } }, async (rig) => {
      const socket = tlsConnect({
        port: rig.port,
        host: '127.0.0.1',
        servername: 'mail.test',
        ca: ca.caPem,
      });
      await secured(socket);
      const inside = await new SealClient(new Peer(socket), 'imap').seal();
      assert.equal(await inside.line(), '* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE] ready\r\n');
      assert.match(await inside.command('b', 'LOGIN a b'), /^b OK/);
      assert.match(await inside.command('c', 'LOGOUT'), /^\* BYE/);
      await inside.rest();
      assert.equal(inside.ended, 'end');
    }));

  it('offers its own STARTTLS on IMAP and log-in inside it', () =>
    withRig('imap', {}, async (rig) => {
      const client = await rig.connect();
      assert.match(await client.line(), /LOGINDISABLED STARTTLS XPUBKEY=/);
      assert.match(await client.command('a', 'STARTTLS'), /^a OK/);
      const inside = await secure(client);
      const seen =
        'IMAP4rev1 AUTH=PLAIN IDLE COMPRESS=DEFLATE XPUBKEY=NKHFS-25519-MLKEM768-AESGCM-SHA256 XPUBKEY=NK-25519-AESGCM-SHA256';
      assert.equal(
        await inside.command('b', 'CAPABILITY'),
        `* CAPABILITY ${seen}\r\nb OK done\r\n`,
      );
      assert.match(await inside.command('c', 'LOGIN a b'), /^c OK/);
      assert.doesNotMatch(rig.backend.heard(), /STARTTLS/);
    }));

  it('refuses octets that came with STARTTLS, at every split, and the backend hears none', () =>
    withRig('submission', {}, async (rig) => {
      const tail = 'AUTH PLAIN AGEAYg==\r\n';
      for (let split = 1; split <= tail.length; split += 1) {
        const client = await rig.connect();
        await client.reply();
        client.send(`STARTTLS\r\n${tail.slice(0, split)}`);
        client.send(tail.slice(split));
        assert.equal(await client.rest(), '554 5.7.0 Refused\r\n');
      }
      assert.equal(rig.backend.heard(), '');
    }));

  it('ends a TLS handshake that fails or takes too long, before any backend connection', () =>
    withRig('imap', { listener: { implicitTls: true }, limits: { tlsMs: 100 } }, async (rig) => {
      const silent = await Peer.connect(rig.port);
      await silent.rest();
      const talking = await Peer.connect(rig.port);
      talking.send('a LOGIN a b\r\n');
      await talking.rest();
      const sessions = await rig.ended(2);
      assert.deepEqual(
        sessions.map((session) => session.fields.end),
        ['tls-failed', 'tls-failed'],
      );
      assert.equal(rig.backend.connections.length, 0);
    }));

  it('refuses TLS older than 1.2', () =>
    withRig('imap', { listener: { implicitTls: true } }, async (rig) => {
      const socket = tlsConnect({
        port: rig.port,
        host: '127.0.0.1',
        servername: 'mail.test',
        ca: ca.caPem,
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'ALL:@SECLEVEL=0',
      });
      await assert.rejects(secured(socket));
      assert.equal((await rig.ended())[0]?.fields.end, 'tls-failed');
    }));

  it('cuts without a close notify when the backend dies', () =>
    withRig(
      'imap',
      {
        listener: { implicitTls: true },
        script: imapScript({ other: (peer) => void peer.stream.end() }),
      },
      async (rig) => {
        // Seen on the raw connection: an alert record would be one more, of type 21.
        const socket = netConnect({ port: rig.port, host: '127.0.0.1' });
        const peer = new Peer(tlsConnect({ socket, servername: 'mail.test', ca: ca.caPem }));
        await peer.line();
        await peer.command('a', 'LOGIN a b');
        const before = socket.bytesRead;
        peer.send('b SELECT INBOX\r\n');
        await peer.rest();
        assert.equal(socket.bytesRead, before);
        assert.equal((await rig.ended())[0]?.fields.end, 'backend-closed');
      },
    ));
});

describe('gateway without a certificate', () => {
  async function withRig(options: RigOptions, run: (rig: Rig) => Promise<void>): Promise<void> {
    const rig = await startRig(options);
    try {
      await run(rig);
    } finally {
      await rig.stop();
    }
  }

  for (const service of ['submission', 'imap'] as const) {
    it(`becomes a piece of wire after the backend's own STARTTLS (${service})`, () => {
      const wire = '\x16\x03\x01\x00\xff\r\n.\r\nQUIT\r\n';
      const script = async (peer: Peer): Promise<void> => {
        peer.send(service === 'imap' ? '* OK ready\r\n' : '220 mail.test\r\n');
        await peer.line();
        peer.send(service === 'imap' ? 'a OK begin\r\n' : '220 begin\r\n');
        await peer.until(/QUIT\r\n$/);
        peer.send(wire);
        peer.stream.end();
      };
      return withRig({ service, script, listener: { requireAuth: false } }, async (rig) => {
        const client = await rig.connect();
        await client.line();
        client.send(service === 'imap' ? 'a STARTTLS\r\n' : 'STARTTLS\r\n');
        assert.match(await client.line(), /begin/);
        client.send(wire);
        assert.equal(await client.rest(), wire);
        assert.ok(rig.backend.heard().endsWith(wire));
        assert.match((await rig.ended())[0]?.line ?? '', /protection=passed authenticated=unknown/);
      });
    });
  }

  it('does not pass TLS on to a backend that takes mail for all the world from here', () =>
    withRig(
      { service: 'submission', script: smtpScript({ ehlo: ['mail.test', 'SIZE 1'] }) },
      async (rig) => {
        const client = await rig.connect();
        await client.reply();
        assert.match(await client.ask('STARTTLS'), /^454 4\.7\.0 /);
        assert.match(await client.ask('STARTTLS'), /^454 4\.7\.0 /);
        assert.equal(rig.backend.connections[0]?.text, '');
        assert.match(
          rig.backend.connections[1]?.text ?? '',
          /RCPT TO:<nobody@relay-test\.invalid>/,
        );
        assert.doesNotMatch(rig.backend.heard(), /DATA/);
        assert.equal(rig.backend.connections.length, 2);
        assert.equal(rig.log.filter((entry) => entry.event === 'backend-is-open-relay').length, 1);
      },
    ));

  it('passes TLS on to a backend that refuses such mail, and does not when it cannot ask', () => {
    const polite = smtpScript({
      ehlo: ['mail.test', 'SIZE 1'],
      answers: { RCPT: '554 5.7.1 Relay access denied\r\n', STARTTLS: '220 begin\r\n' },
    });
    const limits = { backendConnectMs: 100 };
    let silent = false;
    const script = (peer: Peer, index: number): unknown =>
      silent && index > 0 ? undefined : polite(peer, index);
    const options = {
      service: 'submission',
      script: async (peer: Peer, index: number) => void (await script(peer, index)),
      limits,
    } as const;
    return withRig(options, async (rig) => {
      const first = await rig.connect();
      await first.reply();
      assert.match(await first.ask('STARTTLS'), /^220 begin/);
    }).then(() => {
      silent = true;
      return withRig(options, async (rig) => {
        const second = await rig.connect();
        await second.reply();
        assert.match(await second.ask('STARTTLS'), /^454/);
      });
    });
  });
});
