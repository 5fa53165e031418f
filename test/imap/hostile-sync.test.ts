/** Servers that refuse, cut or lie while a mailbox is synced: what is here stays without proof. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connectImap } from '../../app/imap/connect.ts';
import { MailboxSync } from '../../app/imap/mailbox-sync.ts';
import { openMailStore } from '../../app/store/mail-store.ts';
import { PendingFlags } from '../../app/tasks/pending-flags.ts';
import { until } from './engine-lab.ts';

type Verb = 'SELECT' | 'NOOP' | 'SEARCH' | 'FETCH';

interface Mailbox {
  uidValidity: number;
  uids: number[];
  /** Answers a command in another way; false lets the honest answer go out. */
  lie: (verb: Verb, tag: string, socket: Socket) => boolean;
}

function rows(mailbox: Mailbox, line: string): string {
  const numbers = /FETCH (\S+)/.exec(line)?.[1] ?? '';
  const [from = '1', to = from] = numbers.split(':');
  const byUid = line.includes('UID FETCH');
  const first = Number(from);
  const last = to === '*' ? Number.POSITIVE_INFINITY : Number(to);
  return mailbox.uids
    .map((uid, index) => ({ uid, seq: index + 1, key: byUid ? uid : index + 1 }))
    .filter(({ key }) => key >= first && key <= last)
    .map(
      ({ uid, seq }) =>
        `* ${seq} FETCH (UID ${uid} FLAGS () INTERNALDATE "01-Nov-2026 10:00:00 +0000" RFC822.SIZE 9 ENVELOPE (NIL "s${uid}" NIL NIL NIL NIL NIL NIL NIL "<${uid}@x.test>"))\r\n`,
    )
    .join('');
}

function answer(mailbox: Mailbox, line: string, socket: Socket): void {
  const [tag = ''] = line.split(' ');
  const verb = (['SELECT', 'NOOP', 'SEARCH', 'FETCH'] as const).find((word) =>
    new RegExp(`^\\S+ (UID )?${word}`).test(line),
  );
  if (/AUTHENTICATE PLAIN$/i.test(line)) socket.write('+ \r\n');
  else if (/^[A-Za-z0-9+/=]+$/.test(line)) socket.write('1 OK in\r\n');
  else if (verb === undefined) {
    if (/ LIST /.test(line)) socket.write('* LIST () "/" INBOX\r\n');
    socket.write(`${tag} OK done\r\n`);
  } else if (!mailbox.lie(verb, tag, socket)) {
    const { uids, uidValidity } = mailbox;
    const said = {
      SELECT: `* ${uids.length} EXISTS\r\n* OK [UIDVALIDITY ${uidValidity}] v\r\n`,
      NOOP: '',
      SEARCH: `* SEARCH ${uids.join(' ')}\r\n`,
      FETCH: rows(mailbox, line),
    }[verb];
    socket.write(`${said}${tag} OK done\r\n`);
  }
}

async function start(t: TestContext, count: number) {
  const mailbox: Mailbox = {
    uidValidity: 7,
    uids: Array.from({ length: count }, (_, index) => index + 1),
    lie: () => false,
  };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.setEncoding('latin1');
    socket.write('* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n');
    socket.on('data', (text: string) => {
      for (const line of text.split('\r\n').filter((part) => part !== '')) {
        answer(mailbox, line, socket);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const store = openMailStore(':memory:');
  store.writer.mailboxes.ensureInbox('a');
  const inbox = () => {
    const found = store.reader.mailboxByRole('a', 'inbox');
    assert.ok(found);
    return found;
  };
  const context = { ...store, pending: new PendingFlags() };
  const sync = new MailboxSync(
    { ...context, changed: () => undefined, arrived: () => undefined },
    inbox().mailboxId,
  );
  const open = async () => {
    const stream = connect(address.port, '127.0.0.1');
    await once(stream, 'connect');
    const protection = { level: 'encrypted', openedAt: new Date() } as const;
    const connection = await connectImap(
      { stream, protection },
      { host: 'mail.example.test', userName: 'mia', password: 'hunter2' },
      {
        idle: false,
        expunged({ uid }) {
          if (uid !== undefined) sync.noteGone(uid, mailbox.uidValidity);
          return undefined;
        },
      },
    );
    t.after(() => connection.close());
    return connection.client;
  };
  t.after(() => {
    server.close();
    store.close();
  });
  /** One session: all that a sync does until nothing is missing. */
  const session = async () => {
    const client = await open();
    await client.mailboxOpen('INBOX');
    await sync.refresh(client);
    for (let step = 0; sync.hasBacklog && step < 10; step += 1) await sync.fetchBacklog(client, 5);
    return client;
  };
  const { writer } = store;
  return { mailbox, inbox, session, writer, uids: () => store.reader.uids(inbox().mailboxId) };
}

for (const verb of ['SELECT', 'SEARCH', 'FETCH'] as const) {
  for (const [how, lie] of [
    ['refused', (tag: string, socket: Socket) => socket.write(`${tag} NO not now\r\n`)],
    ['called bad', (tag: string, socket: Socket) => socket.write(`${tag} BAD what\r\n`)],
    ['cut', (_tag: string, socket: Socket) => socket.destroy()],
  ] as const) {
    test(`a ${verb} that is ${how} loses nothing, and the next session ends it`, async (t) => {
      const { mailbox, session, uids, inbox } = await start(t, 120);
      await session();
      assert.equal(uids().length, 120);
      mailbox.uids.splice(10, 5);
      mailbox.uids.push(200);
      mailbox.lie = (asked, tag, socket) => {
        if (asked !== verb) return false;
        lie(tag, socket);
        return true;
      };
      await session().catch(() => undefined);
      assert.ok(uids().length >= 120);
      mailbox.lie = () => false;
      await session();
      assert.deepEqual(uids(), mailbox.uids);
      assert.equal(inbox().complete, true);
    });
  }
}

test('an answer to SEARCH that was cut short proves nothing', async (t) => {
  const { mailbox, session, uids } = await start(t, 120);
  await session();
  mailbox.uids.splice(10, 1);
  mailbox.lie = (verb, tag, socket) => {
    if (verb !== 'SEARCH') return false;
    socket.write(`* SEARCH 1 2 3\r\n${tag} OK done\r\n`);
    return true;
  };
  await session();
  assert.equal(uids().length, 120);
  mailbox.lie = () => false;
  await session();
  assert.deepEqual(uids(), mailbox.uids);
});

test('what a search stored goes too when it was gone before any look came to it', async (t) => {
  const { mailbox, session, writer, uids, inbox } = await start(t, 60);
  await session();
  const flags = { seen: true, flagged: false, answered: false };
  const rest = { to: [], subject: 'found', receivedAt: 1_793_000_000_000, sizeBytes: 9 };
  writer.upsertMessages(inbox().mailboxId, [{ uid: 90, hasAttachment: false, ...rest, ...flags }]);
  await session();
  assert.deepEqual(uids(), mailbox.uids);
});

test('VANISHED with odd sets takes exactly what it names', async (t) => {
  const { mailbox, session, uids } = await start(t, 60);
  const client = await session();
  mailbox.lie = (verb, tag, socket) => {
    if (verb !== 'NOOP') return false;
    const sets = ['9:7,3', 'x', '55:90000,4294967295', '0', '(EARLIER) 20', '9'];
    socket.write(sets.map((set) => `* VANISHED ${set}\r\n`).join(''));
    socket.write(`${tag} OK done\r\n`);
    return true;
  };
  await client.noop();
  const gone = new Set([3, 7, 8, 9, 20, 55, 56, 57, 58, 59, 60]);
  await until(() => !uids().some((uid) => gone.has(uid)), 'them to go');
  assert.equal(uids().length, 60 - gone.size);
});

test('a uidValidity that changes between two batches mixes nothing', async (t) => {
  const { mailbox, session, uids, inbox } = await start(t, 120);
  let told = false;
  mailbox.lie = (verb, _tag, socket) => {
    if (verb !== 'SEARCH' || told) return false;
    told = true;
    mailbox.uidValidity = 8;
    mailbox.uids = [500, 501];
    socket.destroy();
    return true;
  };
  await session().catch(() => undefined);
  await session();
  assert.equal(inbox().uidValidity, 8);
  assert.deepEqual(uids(), [500, 501]);
});

test('an EXPUNGE storm without uids ends in what the server holds', async (t) => {
  const { mailbox, session, uids } = await start(t, 300);
  await session();
  mailbox.lie = (verb, tag, socket) => {
    if (verb !== 'NOOP' || mailbox.uids.length <= 50) return false;
    const many = mailbox.uids.splice(0, 250).map(() => '* 1 EXPUNGE\r\n');
    socket.write(`${many.join('')}${tag} OK done\r\n`);
    return true;
  };
  const client = await session();
  await client.noop();
  mailbox.lie = () => false;
  await session();
  assert.deepEqual(uids(), mailbox.uids);
});
