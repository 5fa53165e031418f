/** A file appended to a mailbox piece by piece, on a real Dovecot and against odd servers and files. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { after, before, type TestContext, test } from 'node:test';
import { connectImap } from '../../app/imap/connect.ts';
import { appendFile, FileLiteral } from '../../app/imap/file-literal.ts';
import { type Lab, startLab, user } from './engine-lab.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

async function signIn(t: TestContext) {
  const stream = connect({ host: '127.0.0.1', port: lab.dovecot.imapPort });
  await once(stream, 'connect');
  const leg = { stream, protection: { level: 'encrypted', openedAt: new Date() } } as const;
  const credentials = { host: 'mail.example.test', userName: user, password: 'right' };
  const connection = await connectImap(leg, credentials, { idle: false });
  t.after(() => connection.close());
  return connection.client;
}

/** Longer than one piece, with lines that a protocol might take for its own. */
function letterFile(name: string, lines: number): { path: string; text: string } {
  const path = join(lab.dir, `${name}.eml`);
  const head = `From: mia@example.test\r\nMessage-ID: <${name}@example.test>\r\nSubject: ${name}\r\n\r\n`;
  const body = Array.from({ length: lines }, (_each, index) =>
    `.\r\n{8192}\r\n+ ${index} \0`.slice(0, -1),
  );
  const text = `${head}${body.join('\r\n')}\r\n`;
  writeFileSync(path, text);
  return { path, text };
}

test('the server has the file byte for byte, and the connection goes on', async (t) => {
  const client = await signIn(t);
  for (const [name, lines] of [
    ['large', 60_000],
    ['small', 1],
  ] as const) {
    const { path, text } = letterFile(name, lines);
    await appendFile(client, 'INBOX', path, ['\\Seen']);
    const lock = await client.getMailboxLock('INBOX');
    try {
      const found = await client.fetchOne('*', { source: true, flags: true });
      assert.ok(found !== false);
      assert.equal(found.source?.toString('latin1'), text);
      assert.ok(found.flags?.has('\\Seen'));
    } finally {
      lock.release();
    }
  }
});

test('the mailbox may have any name', async (t) => {
  const client = await signIn(t);
  for (const name of ['Envoyés & gardés', 'Gesendet "neu"', '送信済み']) {
    await client.mailboxCreate([name]);
    await appendFile(client, name, letterFile('named', 10).path, []);
    const status = await client.status(name, { messages: true });
    assert.equal(status === false ? undefined : status.messages, 1, name);
  }
});

test('a refusal is an error, and the connection goes on', async (t) => {
  const client = await signIn(t);
  const { path } = letterFile('refused', 10);
  await assert.rejects(appendFile(client, 'No such mailbox', path, []));
  await assert.rejects(appendFile(client, 'INBOX', join(lab.dir, 'absent.eml'), []), {
    code: 'storage.failed',
  });
  await client.noop();
  await client.append('INBOX', Buffer.from('Subject: as before\r\n\r\nx\r\n'), []);
  await appendFile(client, 'INBOX', path, []);
});

function literalOn(): {
  literal: FileLiteral;
  stream: Duplex;
  heard: () => string;
  touched: () => number;
} {
  const [stream, peer] = duplexPair();
  stream.on('error', () => undefined);
  let heard = '';
  let touched = 0;
  peer.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1');
  });
  const literal = new FileLiteral(stream, () => {
    touched += 1;
  });
  return { literal, stream, heard: () => heard, touched: () => touched };
}

const closed = (stream: Duplex) => new Promise<void>((resolve) => stream.once('close', resolve));
const placeholder = Buffer.from('p'.repeat(8_192));

test('what comes before and after goes through as it is, and each piece keeps the leg from being silent', async () => {
  const { path, text } = letterFile('piecewise', 60_000);
  const { literal, heard, touched } = literalOn();
  literal.write(Buffer.from('A1 NOOP\r\n'));
  literal.arm(placeholder, path, text.length);
  literal.write(Buffer.from('A2 NOOP\r\n'));
  literal.write(Buffer.from('A3 APPEND INBOX () {8192}\r\n'));
  literal.write(placeholder);
  literal.write(Buffer.from('\r\n'));
  literal.write(Buffer.from('A4 NOOP\r\n'));
  const whole = `A1 NOOP\r\nA2 NOOP\r\nA3 APPEND INBOX () {${text.length}}\r\n${text}\r\nA4 NOOP\r\n`;
  while (heard().length < whole.length) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(heard(), whole);
  assert.ok(touched() > 3);
});

for (const [what, sizeBytes] of [
  ['shorter', 1_000_000],
  ['longer', 10],
] as const) {
  test(`a file that is ${what} than announced ends the leg: no server takes a part for the whole`, async () => {
    const { path } = letterFile('wrong', 20);
    const { literal, stream, heard } = literalOn();
    literal.arm(placeholder, path, sizeBytes);
    literal.write(Buffer.from('A1 APPEND INBOX () {8192}\r\n'));
    literal.write(placeholder);
    await closed(stream);
    assert.ok(!heard().includes('A2'));
  });
}

test('a placeholder that was not announced never leaves', async () => {
  const { path } = letterFile('early', 1);
  const { literal, stream, heard } = literalOn();
  literal.arm(placeholder, path, 10);
  literal.write(Buffer.concat([Buffer.from('A1 APPEND INBOX () {8192+}\r\n'), placeholder]));
  await closed(stream);
  assert.ok(!heard().includes('ppp'));
});
