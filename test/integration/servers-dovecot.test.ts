import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { ImapFlow } from 'imapflow';
import { createTestCa, type TestCa } from '../support/certificates.ts';
import { type Dovecot, startDovecot } from '../support/servers/dovecot.ts';

const user = 'mia@example.test';
const password = 'correct horse';

/** Sends lines after the greeting and gives all that came back until the server closes. */
function dialogue(port: number, lines: string[], localAddress: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    let text = '';
    socket.once('data', () => socket.write(lines.map((line) => `${line}\r\n`).join('')));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

describe('test Dovecot', () => {
  let dir = '';
  let ca: TestCa;
  let dovecot: Dovecot;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'll-dovecot-'));
    ca = createTestCa(dir);
    const tls = ca.issue({ names: ['localhost'] });
    dovecot = await startDovecot({
      dir,
      users: [{ user, password }],
      tls,
      allowClearAuth: false,
    });
  });
  after(async () => {
    await dovecot?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('has the special-use mailboxes and shows delivered and appended mail', async () => {
    await dovecot.deliver(user, 'From: a@example.org\nSubject: by lmtp\n\n.a leading dot\n');
    const receivedAt = new Date('2026-01-02T03:04:05Z');
    await dovecot.append(user, 'Subject: put there\r\n\r\nx\r\n', {
      mailbox: 'Archive',
      flags: ['\\Flagged'],
      receivedAt,
    });
    const list = await dovecot.doveadm(['mailbox', 'list', '-u', user]);
    for (const name of ['INBOX', 'Drafts', 'Sent', 'Junk', 'Trash', 'Archive'])
      assert.match(list, new RegExp(`^${name}$`, 'm'));
    const text = await dovecot.doveadm(['fetch', '-u', user, 'body', 'mailbox', 'INBOX']);
    assert.match(text, /^\.a leading dot/m);
    const fields = ['fetch', '-u', user, 'flags date.received', 'mailbox', 'Archive'];
    assert.match(await dovecot.doveadm(fields), /Flagged[\s\S]*2026-01-02 03:04:05/);
  });

  it('tells a waiting client of delivered mail', async () => {
    const client = new ImapFlow({
      host: 'localhost',
      port: dovecot.imapsPort ?? 0,
      secure: true,
      tls: { ca: ca.caPem },
      auth: { user, pass: password },
      logger: false,
    });
    await client.connect();
    try {
      await client.mailboxOpen('INBOX');
      const told = new Promise((resolve) => client.once('exists', resolve));
      const idle = client.idle();
      await dovecot.deliver(user, 'Subject: new\n\nnow\n');
      await told;
      client.noop().catch(() => undefined);
      await idle;
    } finally {
      client.close();
    }
  });

  it('refuses a clear login from another address when told so', async () => {
    const lines = ['a CAPABILITY', `b LOGIN ${user} "${password}"`, 'c LOGOUT'];
    const text = await dialogue(dovecot.imapPort, lines, '127.0.0.2');
    assert.match(text, /LOGINDISABLED/);
    assert.match(text, /STARTTLS/);
    assert.match(text, /^b NO/m);
  });

  it('serves the given certificate on the imaps port', async () => {
    const socket = tlsConnect({
      host: 'localhost',
      port: dovecot.imapsPort ?? 0,
      ca: ca.caPem,
    });
    const greeting = await new Promise<string>((resolve, reject) => {
      socket.once('data', (chunk: Buffer) => resolve(chunk.toString()));
      socket.once('error', reject);
    });
    socket.destroy();
    assert.match(greeting, /^\* OK/);
  });

  it('comes back on the same ports with its mail', async () => {
    await dovecot.deliver(user, 'Subject: kept\n\nx\n');
    const { imapPort, imapsPort = 0 } = dovecot;
    await dovecot.stop();
    const tls = ca.issue({ names: ['localhost'] });
    dovecot = await startDovecot({ dir, users: [{ user, password }], tls, imapPort, imapsPort });
    assert.equal(dovecot.imapPort, imapPort);
    const subjects = await dovecot.doveadm(['fetch', '-u', user, 'hdr.subject', 'all']);
    assert.match(subjects, /kept/);
  });
});
