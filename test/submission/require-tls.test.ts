/**
 * Encryption all the way (RFC 8689) and the server's size limit (RFC 1870). Postfix has no
 * REQUIRETLS, so the server is a scripted one.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { parseOffer } from '../../app/submission/smtp-session.ts';
import { type Bench, content, createBench } from './outbox-bench.ts';
import { openPlainLeg, type ScriptedSmtp, startScriptedSmtp } from './scripted-smtp.ts';

let server: ScriptedSmtp;
let bench: Bench;
beforeEach(async () => {
  server = await startScriptedSmtp({ extensions: ['AUTH PLAIN', 'SIZE 5000', 'REQUIRETLS'] });
  bench = createBench(server);
});
afterEach(async () => {
  await bench.close();
  await server.stop();
});

async function submit(patch: Parameters<typeof content>[0]) {
  const { draftId } = bench.drafts.create(content(patch));
  return { draftId, ...(await bench.outbox.submit(draftId)) };
}
const mailFrom = () => server.commands.filter((line) => line.startsWith('MAIL'));

test('asks for it in MAIL FROM, and only for the message that wants it', async () => {
  const { outboxId } = await submit({ requireTls: true });
  await bench.until('sent', outboxId);
  const other = await submit({ subject: 'open' });
  await bench.until('sent', other.outboxId);
  assert.match(mailFrom()[0] ?? '', /^MAIL FROM:<ada@example\.test>.* REQUIRETLS\b/);
  assert.doesNotMatch(mailFrom()[1] ?? '', /REQUIRETLS/);
  assert.doesNotMatch(server.received(), /TLS-Required/i);
});

test('a server that does not offer it gets nothing of the message', async () => {
  server.setScript({ extensions: ['AUTH PLAIN', 'SIZE 5000'] });
  const { outboxId } = await submit({ requireTls: true });
  const { error } = await bench.until('refused', outboxId);
  assert.equal(error?.code, 'submission.no-require-tls');
  assert.deepEqual(mailFrom(), []);
  assert.equal(bench.outbox.edit(outboxId).requireTls, true);
});

test('an offer over a leg whose other end is not known does not count', async () => {
  for (const level of ['unconfirmed', 'clear'] as const) {
    bench.openLeg = async () => {
      const leg = await openPlainLeg(server.port);
      return { ...leg, protection: { ...leg.protection, level } };
    };
    const { outboxId } = await submit({ requireTls: true });
    const { error } = await bench.until('refused', outboxId);
    assert.equal(error?.code, 'submission.no-require-tls');
  }
  assert.deepEqual(mailFrom(), []);
});

test('it waits for a server that cannot be reached, and is never sent without', async () => {
  const openLeg = bench.openLeg;
  bench.openLeg = () => Promise.reject(new Error('down'));
  const { outboxId } = await submit({ requireTls: true });
  await bench.untilItem(outboxId, (item) => item.error !== undefined);
  server.setScript({ extensions: ['AUTH PLAIN'] });
  bench.openLeg = openLeg;
  bench.outbox.wake('a1');
  await bench.until('refused', outboxId);
  assert.deepEqual(mailFrom(), []);
});

test('what the server is known not to take stays a draft, and nothing of it is left behind', async () => {
  bench.offer = { requireTls: false, maxMessageBytes: 2_000 };
  await assert.rejects(submit({ requireTls: true }), { code: 'submission.no-require-tls' });
  await assert.rejects(submit({ text: 'word '.repeat(1_000) }), {
    code: 'submission.too-large',
  });
  assert.equal(bench.drafts.list().length, 2);
  assert.deepEqual(bench.outbox.list(), []);
  assert.deepEqual(server.commands, []);
});

test('the limit that the server tells is remembered and holds for the next message', async () => {
  const { outboxId } = await submit({});
  await bench.until('sent', outboxId);
  assert.deepEqual(bench.offer, { requireTls: true, maxMessageBytes: 5_000 });
  await assert.rejects(submit({ text: 'word '.repeat(2_000) }), { code: 'submission.too-large' });
});

test('the identity is in From, Reply-To, the reverse path and the Message-ID', async () => {
  const { outboxId } = await submit({ identityId: 'i2', html: '<p>Rich</p>', text: 'Rich' });
  await bench.until('sent', outboxId);
  const [message = ''] = server.accepted;
  assert.match(message, /^From: Desk <desk@desk\.test>\r$/m);
  assert.match(message, /^Reply-To: answers@desk\.test\r$/m);
  assert.match(message, /^Message-ID: <[0-9a-f-]{36}@desk\.test>\r$/m);
  assert.match(message, /^Content-Type: multipart\/alternative;/m);
  assert.match(mailFrom()[0] ?? '', /^MAIL FROM:<desk@desk\.test>/);
});

test('an offer is read from whole keywords only', () => {
  assert.deepEqual(parseOffer('250-host REQUIRETLS\r\n250-SIZE 0\r\n250 XREQUIRETLS'), {
    requireTls: false,
  });
  assert.deepEqual(parseOffer('250-x\r\n250-size 1000\r\n250 requiretls'), {
    requireTls: true,
    maxMessageBytes: 1_000,
  });
  assert.deepEqual(parseOffer('502 what'), { requireTls: false });
});
