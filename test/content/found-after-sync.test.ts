/** A word of a body is found after a sync from a real Dovecot. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MailSearch } from '../../app/content/search.ts';
import {
  accountId,
  type Lab,
  letter,
  startLab,
  startMail,
  until,
  user,
} from '../imap/engine-lab.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

test('words of headers and bodies are found, and what went is not', async (t) => {
  await lab.dovecot.appendAll(
    user,
    Array.from({ length: 30 }, (_, index) => ({
      raw: letter(`letter ${index}`, { body: `The pelican number${index} sat on the quay.` }),
      options: { receivedAt: new Date(Date.UTC(2026, 0, 1) + index * 60_000) },
    })),
  );
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  const search = new MailSearch({
    content: () => app.content.reader,
    reader: app.store.reader,
    accounts: () => [{ accountId, address: user, displayName: 'Mia' }],
  });
  const ask = async (query: string) => (await search.query({ query, limit: 50 })).hits;
  // The index knows a body a moment before mail.db notes it.
  await until(async () => {
    const hits = await ask('pelican ');
    return hits.length === 30 && hits.every(({ message }) => message.content === 'kept');
  }, 'all bodies to be found');
  const [hit, ...others] = await ask('number17 ');
  assert.equal(others.length, 0);
  assert.equal(hit?.message.subject, 'letter 17');
  assert.equal(hit.message.content, 'kept');
  assert.match(hit.message.snippet, /^The pelican number17 sat/);
  assert.deepEqual(
    hit.snippet.filter((piece) => piece.hit).map((piece) => piece.text),
    ['number17'],
  );
  assert.equal((await ask('subject:letter from:ada')).length, 30);
  await lab.dovecot.doveadm(['expunge', '-u', user, 'mailbox', 'INBOX', 'subject', 'letter 17']);
  await until(async () => (await ask('pelican ')).length === 29, 'the expunged one to go');
  assert.deepEqual(await ask('number17 '), []);
});
