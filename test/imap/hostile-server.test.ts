/** A scripted IMAP server that does what no honest one does. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { checkImapSignIn, connectImap, type ImapConnection } from '../../app/imap/connect.ts';
import { imapLimits } from '../../app/imap/limits.ts';

interface Script {
  readonly greeting: string;
  /** Answers a line; the tag is the line's first word. */
  readonly answer?: (line: string, tag: string, socket: Socket) => void;
}

/** Runs the script for one connection; gives the client's side and what it sent. */
async function play(t: TestContext, script: Script) {
  const sent: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.setEncoding('latin1');
    socket.write(script.greeting);
    socket.on('data', (text: string) => {
      for (const line of text.split('\r\n').filter((part) => part !== '')) {
        sent.push(line);
        script.answer?.(line, line.split(' ')[0] ?? '', socket);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const stream = connect(address.port, '127.0.0.1');
  await once(stream, 'connect');
  const leg = { stream, protection: { level: 'encrypted', openedAt: new Date() } } as const;
  return { leg, sent };
}

const credentials = { host: 'mail.example.test', userName: 'mia', password: 'hunter2' };
const ok = '* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] hello\r\n';
const secret = /hunter2|aHVudGVyMg|AG1pYQBodW50ZXIy/;

/** Signs anyone in and answers every other command with OK. */
function friendly(line: string, tag: string, socket: Socket): void {
  if (/AUTHENTICATE PLAIN$/i.test(line)) socket.write('+ \r\n');
  else if (/^[A-Za-z0-9+/=]+$/.test(line)) socket.write('1 OK in\r\n');
  else socket.write(`${tag} OK done\r\n`);
}

/** Resolves when the connection is closed, also by an error. */
function closing(connection: ImapConnection): Promise<void> {
  return new Promise((resolve) => {
    connection.client.on('close', () => resolve());
  });
}

test('a PREAUTH greeting is refused, and no password is sent', async (t) => {
  const { leg, sent } = await play(t, {
    greeting: '* PREAUTH [CAPABILITY IMAP4rev1] welcome back\r\n',
    answer: friendly,
  });
  await assert.rejects(checkImapSignIn(leg, credentials), { code: 'auth.unsupported' });
  assert.doesNotMatch(sent.join('\n'), secret);
  assert.doesNotMatch(sent.join('\n'), /SELECT|APPEND|FETCH/i);
});

test('STARTTLS is never asked for: the leg is already what it must be', async (t) => {
  const { leg, sent } = await play(t, {
    greeting: ok,
    answer: (_line, tag, socket) => socket.write(`${tag} NO [AUTHENTICATIONFAILED] no\r\n`),
  });
  await assert.rejects(checkImapSignIn(leg, credentials), { code: 'auth.failed' });
  assert.doesNotMatch(sent.join('\n'), /STARTTLS/i);
});

test('no version, system or address is told in ID', async (t) => {
  const { leg, sent } = await play(t, {
    greeting: '* OK [CAPABILITY IMAP4rev1 ID] hello\r\n',
    answer: (line, tag, socket) => {
      if (/ LOGIN /i.test(line)) socket.write(`${tag} OK [CAPABILITY IMAP4rev1 ID] in\r\n`);
      else friendly(line, tag, socket);
    },
  });
  await checkImapSignIn(leg, credentials);
  const id = sent.find((line) => / ID /.test(line));
  assert.match(id ?? '', / ID \("name" "Letterlock"\)$/);
});

test('a greeting that never ends its line is cut at the limit', async (t) => {
  const { leg } = await play(t, { greeting: `* OK ${'x'.repeat(imapLimits.lineBytes + 1)}` });
  await assert.rejects(checkImapSignIn(leg, credentials));
  assert.equal(leg.stream.destroyed, true);
});

for (const size of ['70000000', '9223372036854775808', '99999999999999999999']) {
  test(`a literal of {${size}} ends the connection`, async (t) => {
    const { leg } = await play(t, {
      greeting: ok,
      answer: (line, tag, socket) => {
        if (/NOOP/.test(line)) socket.write(`* 1 FETCH (BODY[] {${size}}\r\n${tag} OK done\r\n`);
        else friendly(line, tag, socket);
      },
    });
    const connection = await connectImap(leg, credentials, { idle: false });
    const closed = closing(connection);
    await connection.client.noop();
    await closed;
    assert.equal(leg.stream.destroyed, true);
  });
}

test('a response of endless tokens ends the connection', async (t) => {
  const { leg } = await play(t, {
    greeting: ok,
    answer: (line, tag, socket) => {
      if (/NOOP/.test(line)) {
        const tokens = 'a '.repeat(imapLimits.responseTokens + 10);
        socket.write(`* 1 FETCH (FLAGS (${tokens}))\r\n${tag} OK done\r\n`);
      } else friendly(line, tag, socket);
    },
  });
  const connection = await connectImap(leg, credentials, { idle: false });
  const closed = closing(connection);
  await connection.client.noop();
  await closed;
  assert.equal(leg.stream.destroyed, true);
});

test('a connection that is cut in mid-command fails the command and nothing else', async (t) => {
  const { leg } = await play(t, {
    greeting: ok,
    answer: (line, tag, socket) => {
      if (/ SELECT /.test(line)) socket.destroy();
      else friendly(line, tag, socket);
    },
  });
  const connection = await connectImap(leg, credentials, { idle: false });
  await assert.rejects(connection.client.mailboxOpen('INBOX'));
  assert.equal(connection.client.usable, false);
});

test('a connection given up before it stands is cancelled, and its leg closed', async (t) => {
  const { leg } = await play(t, { greeting: '' });
  const stop = new AbortController();
  const signing = checkImapSignIn(leg, credentials, stop.signal);
  stop.abort();
  await assert.rejects(signing, { code: 'cancelled' });
  assert.equal(leg.stream.destroyed, true);
});
