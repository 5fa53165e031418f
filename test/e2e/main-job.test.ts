/** The whole main job in a real window, behind the gateway, on real Postfix and Dovecot. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultUser } from '../support/servers/stack.ts';
import {
  fillAddAccount,
  messageRow,
  openWorld,
  patienceMs,
  seeLock,
  sendLetter,
} from './person.ts';

const letter = {
  to: defaultUser.user,
  subject: 'The heron at the harbour',
  text: 'She stood there again this morning, quite unimpressed by the ferry.',
  files: [
    {
      name: 'heron-notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('Seventeen minutes without moving one feather.\n'.repeat(200)),
    },
  ],
};
const attachedWords = 'Seventeen minutes without moving one feather';

/** A client's line that would carry a password. RFC 9051 §6.2 */
const loginCommand = /^\S+ (LOGIN|AUTHENTICATE) /im;

/** Everything that must not cross the wire readable. */
const secrets = [defaultUser.password, letter.subject, letter.text, attachedWords];

test('sealed inside verified TLS: one sees the lock close, sends, receives, and nothing is readable', async (t) => {
  const world = await openWorld(t, { gateway: true, tls: 'gateway' });
  const { page, stack } = world;

  await fillAddAccount(page);
  await seeLock(page, 'Encrypted to localhost');
  await (await seeLock(page, 'Encrypted to localhost')).click();
  await page.getByText(/With this server’s own key/).waitFor();
  await page.getByRole('button', { name: 'Close' }).first().click();

  await sendLetter(page, letter);
  await messageRow(page, letter.subject).waitFor();
  await messageRow(page, letter.subject).click();
  await page.getByText(letter.text).last().waitFor();
  await page.getByRole('button', { name: /Save heron-notes\.txt/ }).waitFor();

  assert.ok(stack.imap.capture.captured().length > 2_000, 'the capture saw the session');
  assert.ok(stack.submission.capture.captured().length > 10_000, 'the capture saw the submission');
  for (const secret of secrets) assert.deepEqual(stack.seenOnWire(secret), [], secret);
});

test('sealed without TLS: the words of the key are shown first, then the lock says not confirmed', async (t) => {
  const world = await openWorld(t, { gateway: true, tls: 'none' });
  const { page, stack } = world;

  await fillAddAccount(page);
  // Two servers, one gateway, one key: asked for each service that shows it.
  await page.getByText('Is this your mail server?').waitFor();
  assert.equal(stack.seenOnWire(defaultUser.password).length, 0);
  await page.getByRole('button', { name: 'Continue with this key' }).click();
  const again = page.getByRole('button', { name: 'Continue with this key' });
  const lockWords = 'Encrypted, but the server is not confirmed';
  const lock = page.getByRole('button', { name: `${lockWords}. Show details.` });
  await again.or(lock).first().waitFor();
  if (await again.isVisible()) await again.click();
  await lock.waitFor();

  await sendLetter(page, letter);
  await messageRow(page, letter.subject).waitFor();
  for (const secret of secrets) assert.deepEqual(stack.seenOnWire(secret), [], secret);

  const capture = stack.imap.capture.captured().toString('latin1');
  assert.ok(/^\S+ XSEAL nkhfs-25519-mlkem768-aesgcm-sha256 /m.test(capture), 'the leg was sealed');
  assert.ok(!loginCommand.test(capture), 'no login outside the seal');

  await lock.click();
  await page.getByRole('button', { name: 'I compared the words: they match' }).first().click();
});

for (const advertise of ['clear', 'implicit'] as const) {
  const how = advertise === 'clear' ? 'STARTTLS' : 'implicit TLS';
  test(`servers without the key fetch, ${how}: the lock says encrypted, and a letter comes back`, async (t) => {
    const world = await openWorld(t, { gateway: false, tls: 'backend', advertise });
    const { page, stack } = world;
    await fillAddAccount(page);
    await (await seeLock(page, 'Encrypted to localhost')).click();
    await page.getByText('This server does not offer automatic keys yet.').first().waitFor();
    await page.getByRole('button', { name: 'Close' }).first().click();
    await sendLetter(page, letter);
    await messageRow(page, letter.subject).waitFor();
    for (const secret of secrets) assert.deepEqual(stack.seenOnWire(secret), [], secret);
  });
}

test('a certificate for another name: nothing is sent, and plain words say so', async (t) => {
  const world = await openWorld(t, {
    gateway: false,
    tls: 'backend',
    certificate: (ca) => ca.issue({ names: ['mail.elsewhere.test'] }),
  });
  const { page, stack } = world;
  await fillAddAccount(page);
  const alert = page.getByRole('alert');
  await alert.waitFor();
  assert.match((await alert.textContent()) ?? '', /localhost/);
  assert.deepEqual(stack.seenOnWire(defaultUser.password), []);
  const capture = stack.imap.capture.captured().toString('latin1');
  assert.ok(/^\S+ STARTTLS\r$/m.test(capture), 'the capture saw the session');
  assert.ok(!loginCommand.test(capture), 'no login outside TLS');
  assert.doesNotMatch(await world.stack.dovecot.logText(), /Login: user=</);
});

test('STARTTLS stripped after a good connection: stopped, nothing sent, the letter waits and goes later', async (t) => {
  const world = await openWorld(t, { gateway: false, tls: 'backend' });
  const { page, stack } = world;
  await fillAddAccount(page);
  await seeLock(page, 'Encrypted to localhost');

  for (const service of [stack.imap, stack.submission]) {
    service.strip.strip(['STARTTLS']);
    service.capture.cut();
  }
  await seeLock(page, 'Stopped to protect you. Nothing was sent.');
  await sendLetter(page, letter);
  await page.getByRole('button', { name: /Outbox/ }).click();
  await page.getByText(letter.subject).first().waitFor();
  await page.getByText(/Waits because the connection to localhost is stopped/).waitFor();
  for (const secret of secrets) assert.deepEqual(stack.seenOnWire(secret), [], secret);
  assert.ok(stack.imap.strip.counts.stripped > 0, 'the proxy did strip');

  for (const service of [stack.imap, stack.submission]) service.strip.restore();
  const lock = page.getByRole('button', { name: /Stopped to protect you/ });
  await lock.click();
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.getByRole('button', { name: 'Close' }).first().click();
  await seeLock(page, 'Encrypted to localhost');
  await page.getByRole('button', { name: /^Inbox/ }).click();
  await messageRow(page, letter.subject).waitFor({ timeout: patienceMs });
});

test('the window opened again has the account, the lock and the mail, and no secret lies in the log', async (t) => {
  const world = await openWorld(t, { gateway: true, tls: 'gateway' });
  await fillAddAccount(world.page);
  await seeLock(world.page, 'Encrypted to localhost');
  await sendLetter(world.page, letter);
  await messageRow(world.page, letter.subject).waitFor();
  const page = await world.reopen();
  await seeLock(page, 'Encrypted to localhost');
  await messageRow(page, letter.subject).waitFor();

  const said = [world.window.output(), ...logTexts(join(world.profileDir, 'log'))].join('\n');
  assert.ok(said.length > 0, 'there is a log to look at');
  for (const secret of [defaultUser.password, Buffer.from(defaultUser.password).toString('base64')])
    assert.ok(!said.includes(secret));
});

function logTexts(dir: string): string[] {
  return readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'));
}
