/** What mailboxes lie under a path, and how they nest. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findSourceMailboxes } from '../../app/transfer/source-mailboxes.ts';
import { folder, messages, put } from './folder.ts';

const mbox = (subject: string) => `From - Sun Jan  3 04:05:06 2021\nSubject: ${subject}\n\nx\n\n`;
type Kind = Parameters<typeof findSourceMailboxes>[0]['kind'];

async function found(kind: Kind, path: string) {
  const mailboxes = await findSourceMailboxes({ kind, path });
  return Promise.all(
    mailboxes.map(async (mailbox) => {
      const subjects = (await messages(mailbox.read())).map(({ subject }) => subject);
      return `${mailbox.names.join(' > ')}: ${subjects.join(', ')}`;
    }),
  );
}

test('Thunderbird: mbox files, what is in .sbd, and its Maildir; nothing else', async (t) => {
  const dir = folder(t);
  put(dir, 'Inbox', mbox('in'));
  put(dir, 'Inbox.msf', '// <!-- <mdb:mork:z v="1.4"/> -->');
  put(dir, 'Inbox.sbd/Old', mbox('old'));
  put(dir, 'Inbox.sbd/Old.sbd/Älter', mbox('older'));
  put(dir, 'Only below.sbd/Leaf', mbox('leaf'));
  put(dir, 'Empty', '');
  put(dir, 'filterlog.html', mbox('not mail'));
  put(dir, 'msgFilterRules.dat', 'version="9"\n');
  put(dir, 'notes', 'something else');
  put(dir, 'Store/cur/1', 'Subject: in a Maildir\n\nx\n');
  put(dir, 'Store.sbd/Inner/cur/1', 'Subject: inner\n\nx\n');
  put(dir, 'Inbox.mozmsgs/1.wdseml', 'x');
  symlinkSync(join(dir, 'Inbox'), join(dir, 'Linked'));
  assert.deepEqual(await found('thunderbird', dir), [
    'Inbox: in',
    'Inbox > Old: old',
    'Inbox > Old > Älter: older',
    'Only below > Leaf: leaf',
    'Store: in a Maildir',
    'Store > Inner: inner',
  ]);
});

test('Maildir++: dots nest, names are modified UTF-7; plain folders nest as well', async (t) => {
  const dir = folder(t);
  put(dir, 'cur/1', 'Subject: root\n\nx\n');
  put(dir, '.Archive.2020/cur/1', 'Subject: a\n\nx\n');
  put(dir, '.Entw&APw-rfe &- mehr/new/1', 'Subject: b\n\nx\n');
  mkdirSync(join(dir, '.Entw&APw-rfe &- mehr/cur'));
  put(dir, 'Work/Team/cur/1', 'Subject: c\n\nx\n');
  put(dir, 'tmp/cur/1', 'Subject: not delivered\n\nx\n');
  assert.deepEqual(await found('maildir', dir), [
    ': root',
    'Archive > 2020: a',
    'Entwürfe & mehr: b',
    'Work > Team: c',
  ]);
});

test('folders of eml nest; one file is one message', async (t) => {
  const dir = folder(t);
  const one = put(dir, 'a.eml', 'Subject: a\n\nx\n');
  put(dir, 'Sub/Deep/b.eml', 'Subject: b\n\nx\n');
  assert.deepEqual(await found('eml', dir), [': a', 'Sub > Deep: b']);
  assert.deepEqual(await found('eml', one), [': a']);
});

test('a place without mail of that kind is refused', async (t) => {
  const dir = folder(t);
  const file = put(dir, 'some/file', 'x');
  const unreadable = { code: 'transfer.source-unreadable' };
  for (const kind of ['maildir', 'eml', 'thunderbird'] as const) {
    await assert.rejects(findSourceMailboxes({ kind, path: dir }), unreadable, kind);
  }
  await assert.rejects(findSourceMailboxes({ kind: 'maildir', path: file }), unreadable);
  for (const kind of ['mbox', 'eml'] as const) {
    await assert.rejects(findSourceMailboxes({ kind, path: join(dir, 'none') }), unreadable, kind);
  }
});

test('folders within folders end somewhere', async (t) => {
  const dir = folder(t);
  put(dir, `${'a/'.repeat(60)}b.eml`, 'Subject: b\n\nx\n');
  await assert.rejects(findSourceMailboxes({ kind: 'eml', path: dir }), {
    code: 'transfer.source-unreadable',
  });
});
