/** Imports and exports against a real Dovecot: once each, whatever ends on the way. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { exportMessages } from '../../app/transfer/export-messages.ts';
import { readMbox } from '../../app/transfer/read-mbox.ts';
import { writeMbox } from '../../app/transfer/write-mail.ts';
import { accountId, type Lab, letter, startLab, until, user } from '../imap/engine-lab.ts';
import { folder, messages, put } from './folder.ts';
import { startImports } from './import-lab.ts';
import { startLostAnswers } from './lost-answers.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

const count = 200;
const statuses = ['Status: RO', 'X-Status: F', 'X-Mozilla-Status: 0003', ''];
const wireFlags = ['\\Seen', '\\Flagged', '\\Seen \\Answered', ''];

/** Every fifth message has no Message-ID; each came a minute after the one before. */
function entry(index: number): string {
  const date = new Date(Date.UTC(2021, 0, 3) + index * 60_000).toUTCString();
  const [day, number, month, year, time] = date.replace(',', '').split(' ');
  const postmark = `From a@b.example ${day} ${month} ${number} ${time} ${year}`;
  const fields = [
    `Subject: m${index}`,
    index % 5 === 0 ? '' : `Message-ID: <m${index}@x.example>`,
    statuses[index % statuses.length],
  ].filter((field) => field !== '');
  return `${postmark}\n${fields.join('\n')}\n\n>From here on, text ${index}.\n\n`;
}

async function onServer(mailbox: string) {
  const fields = 'uid hdr.subject flags date.received';
  const said = await lab.dovecot.doveadm([
    ...['-f', 'tab', 'fetch', '-u', user, fields, 'mailbox', mailbox, 'all'],
  ]);
  const [, ...lines] = said.trim().split('\n');
  return lines.map((line) => {
    const [, subject = '', flags = '', received = ''] = line.split('\t');
    const known = flags.split(' ').filter((flag) => flag.startsWith('\\') && flag !== '\\Recent');
    return { subject, flags: known.sort().join(' '), received };
  });
}

function assertOnceEach(found: Awaited<ReturnType<typeof onServer>>) {
  assert.equal(found.length, count);
  for (const [index, { subject, flags }] of found.entries()) {
    assert.equal(subject, `m${index}`);
    const wanted = (wireFlags[index % wireFlags.length] ?? '').split(' ').sort().join(' ');
    assert.equal(flags, wanted, subject);
  }
  const [first] = found;
  assert.equal(new Date(`${first?.received.slice(0, 19)}Z`).getUTCFullYear(), 2021);
}

test('an import that is ended half-way goes on over the same notes: once each, with flags', async (t) => {
  const dir = folder(t);
  const path = put(dir, 'old.mbox', Array.from({ length: count }, (_, n) => entry(n)).join(''));
  const target = ['Imported', 'From an mbox'];
  const first = startImports(lab.dovecot.imapPort, dir);
  await first.jobs.import(accountId, { kind: 'mbox', path }, target);
  await until(() => (first.jobs.list()[0]?.done ?? 0) > count / 2, 'half of it');
  // The connection goes in the middle of something, and the program right after it.
  first.app.cut();
  await first.stop();
  const second = startImports(lab.dovecot.imapPort, dir);
  t.after(() => second.stop());
  await until(() => second.jobs.list()[0]?.state === 'finished', 'the end');
  const [over] = second.jobs.list();
  assert.deepEqual([over?.done, over?.skipped, over?.failed], [count, 0, 0]);
  assertOnceEach(await onServer('Imported/From an mbox'));
  const mailbox = second.app.store.reader.mailboxByPath(accountId, 'Imported/From an mbox');
  assert.equal(mailbox?.serverTotal === 0 ? 0 : mailbox?.total, count);
});

test('killed at many points, an import of nested mailboxes ends with each message once', async (t) => {
  const dir = folder(t);
  const half = count / 2;
  const part = (from: number) => Array.from({ length: half }, (_, n) => entry(from + n)).join('');
  put(dir, 'mail/Inbox', part(0));
  put(dir, 'mail/Inbox.sbd/pop.example.org', part(half));
  const source = { kind: 'thunderbird', path: join(dir, 'mail') } as const;
  const asked = startImports(1, dir);
  await asked.jobs.import(accountId, source, ['Kills']);
  await asked.stop();
  const child = join(import.meta.dirname, 'import-child.ts');
  let kills = 0;
  for (const steps of [1, 2, 7, 23, 38, 11, 3, 40]) {
    const run = spawn(process.execPath, [child, String(lab.dovecot.imapPort), dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(run, 'exit');
    let seen = 0;
    for await (const _line of createInterface({ input: run.stdout })) {
      seen += 1;
      if (seen === steps) run.kill('SIGKILL');
    }
    await ended;
    if (run.signalCode === 'SIGKILL') kills += 1;
  }
  assert.equal(kills, 8);
  const last = startImports(lab.dovecot.imapPort, dir);
  t.after(() => last.stop());
  await until(() => last.jobs.list()[0]?.state === 'finished', 'the end');
  const [over] = last.jobs.list();
  assert.deepEqual([over?.done, over?.skipped, over?.failed], [count, 0, 0]);
  // This server's Maildir knows no dot within a name.
  const found = [
    ...(await onServer('Kills/Inbox')),
    ...(await onServer('Kills/Inbox/pop_example_org')),
  ];
  assertOnceEach(found);
});

test('a message whose acceptance was never heard is not sent again', async (t) => {
  const dir = folder(t);
  const path = put(dir, 'a.mbox', Array.from({ length: count }, (_, n) => entry(n)).join(''));
  const way = await startLostAnswers(lab.dovecot.imapPort, 9);
  t.after(() => way.stop());
  const imports = startImports(way.port, dir);
  t.after(() => imports.stop());
  await imports.jobs.import(accountId, { kind: 'mbox', path }, ['Lost answers']);
  await until(() => imports.jobs.list()[0]?.state === 'finished', 'the end');
  assert.ok(way.lost.answers > 10);
  const [over] = imports.jobs.list();
  assert.deepEqual([over?.done, over?.skipped, over?.failed], [count, 0, 0]);
  assertOnceEach(await onServer('Lost answers'));
});

test('a second import of the same mail finds it all there', async (t) => {
  const dir = folder(t);
  const path = put(dir, 'a.mbox', Array.from({ length: 20 }, (_, n) => entry(n)).join(''));
  const imports = startImports(lab.dovecot.imapPort, dir);
  t.after(() => imports.stop());
  const finished = (index: number) => () => imports.jobs.list()[index]?.state === 'finished';
  await imports.jobs.import(accountId, { kind: 'mbox', path }, ['Twice']);
  await until(finished(0), 'the first import');
  await imports.jobs.import(accountId, { kind: 'mbox', path }, ['Twice']);
  await until(finished(1), 'the second import');
  const again = imports.jobs.list()[1];
  assert.deepEqual([again?.done, again?.skipped, again?.failed], [0, 20, 0]);
  assert.equal((await onServer('Twice')).length, 20);
});

test('a mailbox goes out whole, also what is not in the store, and comes in the same', async (t) => {
  const dir = folder(t);
  await lab.dovecot.doveadm(['mailbox', 'create', '-u', user, 'Out']);
  const list = Array.from({ length: 120 }, (_, n) => ({
    raw: letter(`out ${n}`, { body: `From here on ${n}\r\n\r\n>From there` }),
    options: {
      mailbox: 'Out',
      flags: n % 2 === 0 ? ['\\Seen'] : [],
      receivedAt: new Date(Date.UTC(2022, 0, 1) + n * 60_000),
    },
  }));
  await lab.dovecot.appendAll(user, list);
  const imports = startImports(lab.dovecot.imapPort, dir);
  t.after(() => imports.stop());
  const { app } = imports;
  const mailbox = () => app.store.reader.mailboxByPath(accountId, 'Out');
  await until(() => mailbox() !== undefined, 'the mailbox in the list');
  const mailboxId = mailbox()?.mailboxId ?? 0;
  const refs = await app.mail.sources.list(mailboxId);
  assert.equal(refs.length, 120);
  const source = app.mail.sources;
  const path = join(dir, 'out.mbox');
  const result = await exportMessages({ source, refs, format: 'mbox', path });
  assert.deepEqual(result, { savedAs: path, written: 120, failed: 0 });
  const found = await messages(readMbox(path));
  for (const [index, message] of found.entries()) {
    const wanted = list[index];
    const text = Buffer.from(message.raw).toString();
    assert.equal(text.replace(/^Status: RO\r\n/, ''), wanted?.raw);
    assert.deepEqual(message.flags, wanted?.options.flags);
    assert.deepEqual(message.receivedAt, wanted?.options.receivedAt);
  }
  mkdirSync(join(dir, 'eml'));
  const eml = await exportMessages({ source, refs, format: 'eml', path: join(dir, 'eml', 'Out') });
  assert.equal(eml.written, 120);
});

test('a mailbox over its quota stops an import; more room lets it go on', async (t) => {
  const dir = folder(t);
  const own = await startLab({
    extraConfig: `mail_plugins = quota\nprotocol imap {\n  mail_plugins = quota\n}\nplugin {\n  quota = count:User quota\n  quota_vsizes = yes\n  quota_rule = *:messages=30\n}\n`,
  });
  t.after(() => own.stop());
  async function* mail() {
    for (let n = 0; n < 40; n += 1) {
      yield { raw: Buffer.from(letter(`full ${n}`)), flags: [], receivedAt: new Date(0) };
    }
  }
  const path = await writeMbox(join(dir, 'a.mbox'), mail());
  const imports = startImports(own.dovecot.imapPort, dir);
  t.after(() => imports.stop());
  const { transferId } = await imports.jobs.import(accountId, { kind: 'mbox', path }, ['Full']);
  await until(() => imports.jobs.list()[0]?.state === 'stopped', 'the stop');
  const [stopped] = imports.jobs.list();
  assert.deepEqual([stopped?.done, stopped?.failed], [30, 0]);
  assert.match(String(stopped?.error?.params.text), /quota/i);
  await own.dovecot.doveadm(['expunge', '-u', user, 'mailbox', 'Full', '1:20']);
  imports.jobs.resume(transferId);
  await until(() => imports.jobs.list()[0]?.state === 'finished', 'the end');
  assert.equal(imports.jobs.list()[0]?.done, 40);
});
