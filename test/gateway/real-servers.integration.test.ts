import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createTestCa, type IssuedCertificate, type TestCa } from '../support/certificates.ts';
import { type Dovecot, startDovecot } from '../support/servers/dovecot.ts';
import { type Postfix, startPostfix } from '../support/servers/postfix.ts';
import { isRoot, run } from '../support/servers/processes.ts';
import { type GatewayProcess, startGatewayProcess } from './support/child.ts';
import { Peer } from './support/peer.ts';
import { SealClient } from './support/seal-client.ts';

const user = 'mia@example.test';
const password = 'Pass-word-of-Mia';
const plain = Buffer.from(`\0${user}\0${password}`).toString('base64');

describe('gateway before Postfix and Dovecot', { skip: !isRoot() && 'Postfix needs root' }, () => {
  let dir = '';
  let ca: TestCa;
  let certificate: IssuedCertificate;
  let dovecot: Dovecot;
  let postfix: Postfix;
  /** Answers STARTTLS itself: submission, imap, submissions, imaps, and the port 25 of Postfix. */
  let own: GatewayProcess;
  /** Passes STARTTLS on: submission, the port 25 of Postfix, imap. */
  let passing: GatewayProcess;
  const port = (gateway: GatewayProcess, index: number): number => gateway.ports[index] ?? 0;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'll-real-'));
    ca = createTestCa(dir);
    certificate = ca.issue({ names: ['localhost', '127.0.0.1'] });
    const tls = certificate;
    dovecot = await startDovecot({ dir, users: [{ user, password }], tls });
    postfix = await startPostfix({
      dir,
      domain: 'example.test',
      users: [user],
      dovecot,
      tls,
      // The common set-up that makes a front end on this machine an open relay.
      extraConfig: `default_transport = discard:
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination`,
    });
    const spec = (backend: number): string => `listen=127.0.0.1:0,backend=127.0.0.1:${backend}`;
    own = await startGatewayProcess([
      `--state-dir=${join(dir, 'own')}`,
      `--tls-cert=${certificate.certPath}`,
      `--tls-key=${certificate.keyPath}`,
      '--name=localhost',
      `--submission=${spec(postfix.submissionPort)}`,
      `--submission=${spec(postfix.smtpPort)}`,
      `--submissions=${spec(postfix.submissionPort)}`,
      `--imap=${spec(dovecot.imapPort)}`,
      `--imaps=${spec(dovecot.imapPort)}`,
    ]);
    passing = await startGatewayProcess([
      `--state-dir=${join(dir, 'passing')}`,
      `--submission=${spec(postfix.submissionPort)}`,
      `--submission=${spec(postfix.smtpPort)}`,
      `--imap=${spec(dovecot.imapPort)}`,
    ]);
  });

  after(async () => {
    await own?.stop();
    await passing?.stop();
    await postfix?.stop();
    await dovecot?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  async function swaks(at: number, subject: string, extra: readonly string[]): Promise<string> {
    const result = await run('swaks', [
      ...['--server', '127.0.0.1', '--port', String(at), '--from', user, '--to', user],
      ...['--header', `Subject: ${subject}`, '--timeout', '20', ...extra],
    ]);
    const text = result.stdout + result.stderr;
    assert.equal(result.status, 0, text);
    return text;
  }

  const auth = ['--auth', 'PLAIN', '--auth-user', user, '--auth-password', password];

  /** Waits for the message in the mailbox. */
  async function assertArrives(subject: string): Promise<void> {
    for (const until = Date.now() + 15_000; ; ) {
      const args = ['fetch', '-u', user, 'hdr.subject', 'mailbox', 'INBOX'];
      if ((await dovecot.doveadm(args)).includes(subject)) return;
      assert.ok(Date.now() < until, `${subject} did not arrive`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it('lets swaks send with STARTTLS that the gateway answers', async () => {
    const text = await swaks(port(own, 0), 'by own starttls', ['--tls', ...auth]);
    assert.match(text, /~> QUIT/);
    await assertArrives('by own starttls');
  });

  it('lets swaks send with AUTH LOGIN on the implicit TLS port', async () => {
    await swaks(port(own, 2), 'by implicit tls', ['--tls-on-connect', ...auth.with(1, 'LOGIN')]);
    await assertArrives('by implicit tls');
  });

  it('lets swaks send with STARTTLS that Postfix answers', async () => {
    await swaks(port(passing, 0), 'by passed starttls', ['--tls', ...auth]);
    await assertArrives('by passed starttls');
    assert.match(passing.output(), /session service=submission .*protection=passed/);
  });

  it('passes openssl s_client through, verified, in all four ways', async () => {
    for (const [protocol, at, quit] of [
      ['smtp', port(own, 0), 'QUIT\r\n'],
      ['imap', port(own, 3), 'a LOGOUT\r\n'],
      ['smtp', port(passing, 0), 'QUIT\r\n'],
      ['imap', port(passing, 2), 'a LOGOUT\r\n'],
    ] as const) {
      const result = await run(
        'openssl',
        [
          ...['s_client', '-starttls', protocol, '-connect', `127.0.0.1:${at}`, '-quiet'],
          ...['-CAfile', ca.caPath, '-verify_return_error', '-verify_ip', '127.0.0.1'],
        ],
        { input: quit, timeoutMs: 10_000 },
      );
      assert.equal(result.status, 0, result.stderr);
      assert.match(result.stdout, protocol === 'smtp' ? /^221 /m : /^\* BYE/m);
    }
  });

  it('shows the offer and the card to someone who types', async () => {
    const smtp = await Peer.connect(port(own, 0));
    await smtp.reply();
    smtp.send('EHLO me\n');
    assert.match(
      await smtp.reply(),
      /250 XPUBKEY nkhfs-25519-mlkem768-aesgcm-sha256 nk-25519-aesgcm-sha256\r\n$/,
    );
    smtp.send('XPUBKEY\n');
    assert.match(await smtp.reply(), /250-name localhost\r\n/);
    smtp.send('QUIT\n');
    assert.match(await smtp.rest(), /^221/);
    const imap = await Peer.connect(port(own, 3));
    assert.match(
      await imap.line(),
      /^\* OK \[CAPABILITY .*XPUBKEY=NKHFS-25519-MLKEM768-AESGCM-SHA256 XPUBKEY=NK-25519-AESGCM-SHA256\]/,
    );
    assert.match(await imap.command('a', 'XPUBKEY'), /\* XPUBKEY name localhost\r\n/);
    assert.match(await imap.command('b', 'LOGOUT'), /\* BYE/);
    await imap.rest();
  });

  it('sends and reads through the seal, and no octet on the way gives anything away', async () => {
    const secret = 'Subject of the sealed one';
    const sender = await Peer.connect(port(own, 0));
    const wire: Buffer[] = [];
    sender.stream.on('data', (chunk: Buffer) => wire.push(chunk));
    const write = sender.stream.write.bind(sender.stream);
    sender.stream.write = (chunk: unknown, ...rest: never[]) => {
      if (Buffer.isBuffer(chunk)) wire.push(chunk);
      return Reflect.apply(write, sender.stream, [chunk, ...rest]);
    };
    const smtp = await new SealClient(sender, 'submission').seal();
    await smtp.reply();
    await smtp.ask('EHLO me');
    assert.match(await smtp.ask(`AUTH PLAIN ${plain}`), /^235/);
    for (const line of [`MAIL FROM:<${user}>`, `RCPT TO:<${user}>`, 'DATA']) await smtp.ask(line);
    assert.match(await smtp.ask(`Subject: ${secret}\r\n\r\nthe body\r\n.`), /^250/);
    assert.match(await smtp.ask('QUIT'), /^221/);
    await smtp.rest();
    await assertArrives(secret);
    const seen = Buffer.concat(wire).toString('latin1');
    assert.match(seen, /XSEAL/);
    for (const text of [secret, 'the body', password, plain, user]) {
      assert.ok(!seen.includes(text), `${text} on the wire`);
    }
    const imap = await new SealClient(await Peer.connect(port(own, 3)), 'imap').seal();
    assert.doesNotMatch(await imap.line(), /LOGINDISABLED|XPUBKEY|STARTTLS/);
    assert.match(
      await imap.command('a', `LOGIN ${user} {${password.length}+}\r\n${password}`),
      /a OK/,
    );
    await imap.command('b', 'SELECT INBOX');
    const found = await imap.command('c', `UID SEARCH SUBJECT "${secret}"`);
    const uid = /SEARCH (\d+)/.exec(found)?.[1];
    assert.match(await imap.command('d', `UID FETCH ${uid} BODY[TEXT]`), /the body/);
    await imap.command('e', 'LOGOUT');
    assert.equal(await imap.rest(), '');
    assert.equal(imap.ended, 'end');
  });

  it('is no open relay before a Postfix that trusts this machine', async () => {
    const straight = await Peer.connect(postfix.smtpPort);
    await straight.reply();
    await straight.ask('HELO me');
    await straight.ask('MAIL FROM:<a@elsewhere.test>');
    assert.match(await straight.ask('RCPT TO:<b@elsewhere.test>'), /^250/, 'the trap is not set');
    straight.close();
    const inside = await new SealClient(await Peer.connect(port(own, 1)), 'submission').seal();
    await inside.reply();
    await inside.ask('EHLO me');
    assert.match(await inside.ask('MAIL FROM:<a@elsewhere.test>'), /^530/);
    assert.match(await inside.ask('RCPT TO:<b@elsewhere.test>'), /^530/);
    inside.close();
    // STARTTLS that Postfix itself would answer: the gateway could refuse nothing inside.
    const passed = await Peer.connect(port(passing, 1));
    await passed.reply();
    assert.match(await passed.ask('STARTTLS'), /^454/);
    assert.match(passing.output(), / error backend-is-open-relay /);
    passed.close();
  });

  it('logs neither names nor passwords, and nothing that a client chose', () => {
    for (const gateway of [own, passing]) {
      assert.match(gateway.output(), / session service=/);
      for (const text of [user, 'mia', password, plain, 'Subject']) {
        assert.ok(!gateway.output().includes(text), text);
      }
    }
  });
});

describe('gateway process', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'll-process-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const imap = '--imap=listen=127.0.0.1:0,backend=127.0.0.1:9';

  it('keeps its identity, shows it, and ends with 0 on SIGTERM and SIGINT', async () => {
    const stateDir = `--state-dir=${join(dir, 'state')}`;
    const fingerprints = [];
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const gateway = await startGatewayProcess([stateDir, imap]);
      fingerprints.push(/fingerprint="([^"]+)"/.exec(gateway.output())?.[1]);
      assert.equal(await gateway.stop(signal), 0);
      assert.match(gateway.output(), / info stopped\n$/);
    }
    const main = join(import.meta.dirname, '../../gateway/main.ts');
    const shown = await run(process.execPath, [main, 'keys', 'show', '--json', stateDir]);
    const { identity } = JSON.parse(shown.stdout);
    fingerprints.push(identity.words);
    assert.equal(new Set(fingerprints).size, 1);
    assert.equal(fingerprints[0]?.split(' ').length, 8);
  });

  it('ends with one line when keys are damaged, a port is taken or a file is wrong', async () => {
    const main = join(import.meta.dirname, '../../gateway/main.ts');
    const bad = join(dir, 'bad');
    const gateway = await startGatewayProcess([`--state-dir=${bad}`, imap]);
    const taken = gateway.ports[0];
    await writeFile(join(bad, 'keys.json'), '{}');
    const config = join(dir, 'config.json');
    await writeFile(config, '{"stateDir": 1}');
    for (const [args, words] of [
      [[`--state-dir=${bad}`, imap], /keys\.json is damaged/],
      [[`--state-dir=${dir}/x`, imap.replace(':0', `:${taken}`)], /cannot listen .*EADDRINUSE/],
      [['--config', config], /configuration: stateDir/],
      [['--config', join(dir, 'none')], /cannot be read/],
      [['keys', 'show', `--state-dir=${dir}/none`], /keys: none in/],
    ] as const) {
      const result = await run(process.execPath, [main, ...args]);
      assert.equal(result.status, 78);
      assert.match(result.stderr, /^letterlock-gateway: [^\n]+\n$/);
      assert.match(result.stderr, words);
    }
    assert.deepEqual(await readdir(bad), ['keys.json']);
    await gateway.stop();
  });
});
