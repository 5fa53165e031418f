/** Roles, uid sets, links, gate and waits: the small parts of the IMAP side. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthError, LegError } from '../../app/errors.ts';
import { AccountGate } from '../../app/imap/account-gate.ts';
import { toFlags, toHeader } from '../../app/imap/headers.ts';
import { appendRefusal, softenPassing, toImapMailError } from '../../app/imap/imap-errors.ts';
import { imapLimits } from '../../app/imap/limits.ts';
import { PartLinks } from '../../app/imap/part-links.ts';
import { assignRoles } from '../../app/imap/roles.ts';
import { chunks, toUidSet } from '../../app/imap/uid-ranges.ts';
import { WakeSignal } from '../../app/imap/wake-signal.ts';

const named = (path: string, specialUse?: string) => {
  const parts = path.split('/');
  return { path, name: parts.at(-1) ?? '', depth: parts.length - 1, specialUse };
};

test("the server's special use wins over a name", () => {
  assert.deepEqual(
    assignRoles([named('Sent'), named('Gesendete', '\\Sent'), named('inbox'), named('Papierkorb')]),
    ['none', 'sent', 'inbox', 'trash'],
  );
});

test('a mailbox of the person is not taken for the account’s own', () => {
  assert.deepEqual(assignRoles([named('Projects/Sent'), named('INBOX/Sent'), named('Sent')]), [
    'none',
    'sent',
    'none',
  ]);
});

test('a special use counts in any case: Cyrus sends it in lower case', () => {
  assert.deepEqual(assignRoles([named('Entwurf', '\\drafts'), named('Weg', '\\TRASH')]), [
    'drafts',
    'trash',
  ]);
});

test('a special use that is not known, or lies about INBOX, gives no role', () => {
  assert.deepEqual(
    assignRoles([named('x', 'constructor'), named('y', '\\Inbox'), named('z', '\\Important')]),
    ['none', 'none', 'none'],
  );
});

test('uid sets are compact and in order', () => {
  assert.equal(toUidSet([5, 3, 4, 9, 1, 9]), '1,3:5,9');
  assert.equal(toUidSet([]), '');
  assert.deepEqual([...chunks([1, 2, 3], 2)], [[1, 2], [3]]);
});

const ref = (uid: number) => ({ accountId: 'a', mailboxId: 1, uidValidity: 1, uid });

test('links are random, stable for one part, and only for harmless images', () => {
  const links = new PartLinks();
  const url = links.link(ref(1), '1', 'image/png');
  assert.match(url ?? '', /^\/part\/[0-9a-f]{32}$/);
  assert.equal(links.link(ref(1), '1', 'image/png'), url);
  assert.notEqual(links.link(ref(2), '1', 'image/png'), url);
  for (const type of ['image/svg+xml', 'text/html', 'application/pdf', 'IMAGE/PNG', '']) {
    assert.equal(links.link(ref(1), '2', type), undefined, type);
  }
});

test('the least recently used link goes first', () => {
  const links = new PartLinks(2);
  const first = links.link(ref(1), '1', 'image/png') ?? '';
  const second = links.link(ref(2), '1', 'image/png') ?? '';
  links.resolve(first);
  links.link(ref(3), '1', 'image/png');
  assert.equal(links.resolve(second), undefined);
  assert.equal(links.resolve(first)?.ref.uid, 1);
});

test('a refused password closes the gate until it is cleared', () => {
  let now = 0;
  const gate = new AccountGate(() => now);
  gate.note(new AuthError('auth.failed'), gate.era);
  now = 1e12;
  assert.throws(() => gate.check(), { code: 'auth.failed' });
  gate.clear();
  gate.check();
});

test('an attempt that began before the person acted does not close the gate again', () => {
  const gate = new AccountGate(() => 0);
  const { era } = gate;
  gate.clear();
  gate.note(new LegError('leg.below-floor'), era);
  gate.check();
  gate.note(new LegError('leg.below-floor'), gate.era);
  assert.throws(() => gate.check(), { code: 'leg.below-floor' });
});

test('a stopped leg is tried every five minutes, an unreachable one whenever asked', () => {
  let now = 0;
  const gate = new AccountGate(() => now);
  gate.note(new LegError('leg.unreachable'), gate.era);
  gate.check();
  gate.note(new LegError('leg.key-changed'), gate.era);
  now = imapLimits.retryStoppedMs - 1;
  assert.throws(() => gate.check(), { code: 'leg.key-changed' });
  now += 1;
  gate.check();
});

test('a wait ends by a call, also one that came just before it', async () => {
  const wake = new WakeSignal();
  const { signal } = new AbortController();
  const waiting = wake.wait(Number.POSITIVE_INFINITY, signal);
  wake.wake();
  await waiting;
  wake.wake();
  await wake.wait(Number.POSITIVE_INFINITY, signal);
});

test('a wait ends by an abort', async () => {
  const stop = new AbortController();
  const waiting = new WakeSignal().wait(Number.POSITIVE_INFINITY, stop.signal);
  stop.abort();
  await waiting;
});

test('odd fetch responses give a bounded, plain header', () => {
  const header = toHeader({
    seq: 1,
    uid: 5,
    size: -3,
    internalDate: 'not a date',
    envelope: {
      subject: 'a\r\n\tb\0c'.padEnd(50_000, 'x'),
      messageId: 'no brackets',
      from: [{ name: 'e\u202Evil' }],
      to: Array.from({ length: 1_000 }, () => ({ address: 'x@y' })),
    },
  });
  assert.equal(header.subject.length, 2_000);
  assert.ok(header.subject.startsWith('a b c'));
  assert.deepEqual(header.from, { name: 'evil', address: '' });
  assert.deepEqual(
    [header.to.length, header.receivedAt, header.sizeBytes, header.messageId],
    [20, 0, 0, undefined],
  );
});

test('system flags are read whatever their case', () => {
  assert.deepEqual(toFlags(new Set(['\\SEEN', '\\flagged', '\\DELETED', 'seen', '$Label'])), {
    seen: true,
    flagged: true,
    answered: false,
    deleted: true,
  });
});

test('what a stream failed with is told instead of a closed connection', () => {
  const truncated = new LegError('leg.truncated');
  const closed = Object.assign(new Error('closed'), { code: 'NoConnection' });
  assert.equal(toImapMailError(closed, 'h', truncated), truncated);
  assert.equal(toImapMailError(closed, 'h').code, 'leg.unreachable');
});

test('a refused APPEND is about the message, the mailbox, or the moment', () => {
  const no = (code: string | undefined, responseText = 'said') =>
    Object.assign(new Error('x'), {
      responseStatus: 'NO',
      responseText,
      ...(code === undefined ? {} : { serverResponseCode: code }),
    });
  assert.deepEqual(appendRefusal(no(undefined)), { text: 'said', by: 'message' });
  assert.deepEqual(appendRefusal(no('OVERQUOTA')), { text: 'said', by: 'mailbox' });
  assert.equal(appendRefusal(no(undefined, 'Quota exceeded'))?.by, 'mailbox');
  const limit = Object.assign(new Error('x'), { serverResponseCode: 'APPENDLIMIT' });
  assert.equal(appendRefusal(limit)?.by, 'message');
  for (const code of ['TRYCREATE', 'NONEXISTENT']) {
    assert.equal(appendRefusal(no(code)), undefined);
    assert.equal(toImapMailError(no(code), 'h').code, 'imap.mailbox-gone');
  }
  assert.equal(appendRefusal(no('UNAVAILABLE')), undefined);
  const passing = toImapMailError(softenPassing(no('UNAVAILABLE')), 'h');
  assert.deepEqual([passing.code, passing.params.status], ['imap.failed', undefined]);
  assert.equal(appendRefusal(Object.assign(new Error('x'), { code: 'ECONNRESET' })), undefined);
});
