import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import {
  defaultUser,
  type Stack,
  type StackOptions,
  startStack,
} from '../support/servers/stack.ts';

const { user, password } = defaultUser;

/** Sends lines after the greeting and gives what came back until `end` matches. */
function ask(port: number, lines: string[], end: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.once('data', () => socket.write(lines.map((line) => `${line}\r\n`).join('')));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (end.test(text)) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

describe('a whole provider on loopback', () => {
  let dir = '';
  let stack: Stack | undefined;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'll-stack-'));
  });
  afterEach(async () => {
    await stack?.stop();
    stack = undefined;
    await rm(dir, { recursive: true, force: true });
  });

  const start = async (options: Omit<StackOptions, 'dir'>): Promise<Stack> => {
    stack = await startStack({ dir, ...options });
    return stack;
  };

  /** An ordinary client, which knows nothing of us: sends one message and reads it. */
  const sendAndRead = async (to: Stack, secure: boolean, tls: boolean): Promise<void> => {
    const certificates = { ca: to.ca.caPem };
    const transport = createTransport({
      host: 'localhost',
      port: secure ? to.submission.tlsPort : to.submission.port,
      secure,
      requireTLS: tls,
      ignoreTLS: !tls,
      tls: certificates,
      auth: { user, pass: password },
    });
    await transport.sendMail({ from: user, to: user, subject: 'Garden party', text: 'Come at 5' });
    const client = new ImapFlow({
      host: 'localhost',
      port: (secure ? to.imap.tlsPort : to.imap.port) ?? 0,
      secure,
      doSTARTTLS: secure ? undefined : tls,
      tls: certificates,
      auth: { user, pass: password },
      logger: false,
    });
    await client.connect();
    try {
      const box = await client.mailboxOpen('INBOX');
      if (box.exists === 0) await new Promise((resolve) => client.once('exists', resolve));
      const message = await client.fetchOne('*', { envelope: true, source: true });
      assert.ok(message !== false && message.envelope?.subject === 'Garden party');
    } finally {
      await client.logout();
    }
  };

  it('shows everything on the wire when nothing is protected', async () => {
    const clear = await start({ gateway: false, tls: 'none' });
    await sendAndRead(clear, false, false);
    assert.deepEqual(clear.seenOnWire('Garden party'), ['plain']);
    assert.ok(clear.seenOnWire(password).includes('sasl-plain'));
  });

  it('serves STARTTLS and implicit TLS without a gateway, and shows nothing then', async () => {
    const backend = await start({ gateway: false, tls: 'backend' });
    await sendAndRead(backend, false, true);
    await sendAndRead(backend, true, true);
    for (const secret of ['Garden party', 'Come at 5', password])
      assert.deepEqual(backend.seenOnWire(secret), []);
    const login = [`a LOGIN ${user} "${password}"`];
    assert.match(await ask(backend.imap.port, login, /^a /m), /^a NO/m);
  });

  it('offers XPUBKEY through the gateway and lets ordinary clients pass', async () => {
    const gateway = await start({ gateway: true, tls: 'gateway' });
    await sendAndRead(gateway, false, true);
    await sendAndRead(gateway, true, true);
    assert.deepEqual(gateway.seenOnWire(password), []);
    const ehlo = await ask(gateway.submission.port, ['EHLO me'], /^250 /m);
    assert.match(ehlo, /XPUBKEY nkhfs-25519-mlkem768-aesgcm-sha256 nk-25519-aesgcm-sha256/i);
    gateway.submission.strip.strip(['STARTTLS', 'XPUBKEY']);
    const stripped = await ask(gateway.submission.port, ['EHLO me'], /^250 /m);
    assert.doesNotMatch(stripped, /XPUBKEY|STARTTLS/i);
    gateway.imap.strip.strip(['XPUBKEY']);
    const caps = await ask(gateway.imap.port, ['a CAPABILITY'], /^a OK/m);
    assert.match(caps, /STARTTLS/);
    assert.doesNotMatch(caps, /XPUBKEY/i);
  });

  it('keeps the identity over a restart of the gateway, and changes it when asked', async () => {
    const gateway = await start({ gateway: true, tls: 'none' });
    const identity = async (): Promise<string> => {
      const card = await ask(
        gateway.submission.port,
        ['EHLO me', 'XPUBKEY'],
        /250 signature [^\n]*\n/,
      );
      return /identity \S+ (\S+)/.exec(card)?.[1] ?? '';
    };
    const first = await identity();
    assert.match(first, /^[A-Za-z0-9+/]{43}=$/);
    await gateway.restartGateway();
    assert.equal(await identity(), first);
    await gateway.restartGateway({ newKeys: true });
    assert.notEqual(await identity(), first);
  });
});
