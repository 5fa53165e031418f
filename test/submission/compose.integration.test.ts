/** What the composer asks of the engine, with real Postfix and Dovecot behind the gateway. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import PostalMime, { type Email } from 'postal-mime';
import type { DraftContent, DraftDto, MailboxRole, MessageRef } from '../../app/contract/index.ts';
import { createEngine } from '../../app/engine.ts';
import type { Engine, EngineHost } from '../../app/engine-types.ts';
import { silentLogger } from '../../app/log.ts';
import { isRoot } from '../support/servers/processes.ts';
import { defaultUser, type Stack, stackHost, startStack } from '../support/servers/stack.ts';

const { user, password } = defaultUser;
const waitMs = 60_000;
const png = randomBytes(2_000);
const pdf = randomBytes(5_000);

describe('composing on real servers', { skip: isRoot() ? false : 'Postfix needs root' }, () => {
  let dir = '';
  let stack: Stack;
  let engine: Engine;
  let accountId = '';
  let identityId = '';
  const open: Engine[] = [];

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'll-compose-'));
    stack = await startStack({ dir, gateway: true, tls: 'gateway', submission: 'postfix' });
    ({ engine, accountId } = await openProfile('first'));
    const saved = await engine.handlers['identity.save']({ ...desk, accountId });
    ({ identityId } = saved);
    assert.equal(saved.signatureHtml, '<p>The <b>desk</b></p>');
  });
  after(async () => {
    for (const each of open) await each.stop();
    await stack?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const desk = {
    name: 'The desk',
    address: `desk@${user.split('@')[1]}`,
    replyTo: user,
    signatureText: 'The desk',
    signatureHtml: '<p onclick="x()">The <b>desk</b></p><script>x()</script>',
    isDefault: false,
  };

  async function openProfile(name: string): Promise<{ engine: Engine; accountId: string }> {
    const host: EngineHost = {
      version: '0.0.0',
      kind: 'fixture',
      capabilities: [],
      secretStorage: 'session',
      sealSecret: (secret) => Promise.resolve(Buffer.from(secret)),
      openSecret: (sealed) => Promise.resolve(Buffer.from(sealed).toString()),
      chooseSavePath: (fileName) => Promise.resolve(join(dir, fileName)),
      logger: silentLogger,
    };
    const profileDir = join(dir, name);
    const opened = createEngine({ profileDir, host, trustAnchors: [stack.ca.caPem] });
    open.push(opened);
    opened.start();
    const endpoint = { host: stackHost, transport: 'clear' } as const;
    const account = await opened.handlers['account.add']({
      address: user,
      displayName: 'Mia',
      userName: user,
      password,
      imap: { ...endpoint, port: stack.imap.port },
      submission: { ...endpoint, port: stack.submission.port },
      acceptedIdentities: [],
      allowClear: false,
    });
    await opened.handlers['settings.set']({ undoSendSeconds: 0 });
    return { engine: opened, accountId: account.accountId };
  }

  const content = (patch: Partial<DraftContent>): DraftContent => ({
    accountId,
    to: user,
    cc: '',
    bcc: '',
    subject: 'x',
    text: 'Hello\n',
    ...patch,
  });

  async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const end = Date.now() + waitMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > end) assert.fail(`waited for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function attach(draftId: string, fileName: string, bytes: Uint8Array, inline: boolean) {
    const mimeType = fileName.endsWith('.png') ? 'image/png' : 'application/pdf';
    const file = { draftId, fileName, mimeType, sizeBytes: bytes.length, inline };
    const { attachmentId, contentId } = await engine.handlers['attachment.begin'](file);
    const chunk = Buffer.from(bytes).toString('base64');
    await engine.handlers['attachment.append']({ attachmentId, chunk });
    return { ...(await engine.handlers['attachment.finish']({ attachmentId })), begun: contentId };
  }

  async function send(draft: DraftDto, patch: Partial<DraftContent>): Promise<void> {
    const { draftId, attachments: _files, savedAt: _at, ...rest } = draft;
    await engine.handlers['draft.save']({ draftId, content: { ...rest, ...patch } });
    const { outboxId } = await engine.handlers['outbox.submit']({ draftId });
    await until('sent', async () => {
      const items = await engine.handlers['outbox.list']({});
      const item = items.find((one) => one.outboxId === outboxId);
      assert.notEqual(item?.state, 'refused', JSON.stringify(item?.error));
      return item?.state === 'sent' ? true : undefined;
    });
  }

  async function arrived(mailbox: string, subject: string): Promise<Email> {
    const fields = ['-u', user, 'text', 'mailbox', mailbox, 'subject', subject];
    const text = await until(`${subject} in ${mailbox}`, async () => {
      const said = await stack.dovecot.doveadm(['fetch', ...fields]);
      return said === '' ? undefined : said;
    });
    return PostalMime.parse(text.replace(/^text:\r?\n/, ''));
  }

  async function refIn(of: Engine, account: string, role: MailboxRole, subject: string) {
    return until<MessageRef>(`${subject} in ${role}`, async () => {
      const mailboxes = await of.handlers['mailbox.list']({ accountId: account });
      const mailbox = mailboxes.find((one) => one.role === role);
      if (mailbox === undefined) return undefined;
      const { mailboxId } = mailbox;
      await of.handlers['mailbox.sync']({ mailboxId });
      const { rows } = await of.handlers['message.list']({ mailboxId, offset: 0, limit: 50 });
      return rows.find((row) => row.subject === subject)?.ref;
    });
  }

  it('what the submission server can do is known once the account is there', async () => {
    const [account] = await engine.handlers['account.list']({});
    assert.equal(account?.canRequireTls, false);
    assert.ok((account?.maxMessageBytes ?? 0) > 1_000_000);
    const { draftId } = await engine.handlers['draft.create'](content({ requireTls: true }));
    await assert.rejects(async () => engine.handlers['outbox.submit']({ draftId }), {
      code: 'submission.no-require-tls',
    });
    await engine.handlers['draft.discard']({ draftId });
  });

  it('rich mail from an identity arrives in both forms, with its picture and its file', async () => {
    const draft = await engine.handlers['draft.create'](content({ subject: 'rich' }));
    const picture = await attach(draft.draftId, 'a.png', png, true);
    assert.equal(picture.inline, true);
    assert.equal(picture.contentId, picture.begun);
    const shown = await engine.readPart(picture.url ?? '');
    assert.deepEqual(Buffer.from(shown?.bytes ?? []), png);
    await attach(draft.draftId, 'b.pdf', pdf, false);
    await send(draft, {
      subject: 'rich',
      to: `Bob Builder <${user}>`,
      identityId,
      text: 'See the *plan*',
      html: `<p class="x">See the <b>plan</b> <img src="cid:${picture.contentId}"></p>`,
    });
    const mail = await arrived('INBOX', 'rich');
    assert.deepEqual([mail.from?.name, mail.from?.address], [desk.name, desk.address]);
    assert.equal(mail.replyTo?.[0]?.address, user);
    assert.equal(mail.text?.trim(), 'See the *plan*');
    assert.ok(
      mail.html?.includes(`<p>See the <b>plan</b> <img src="cid:${picture.contentId}"></p>`),
    );
    assert.deepEqual(
      mail.attachments.map(({ filename, related }) => [filename, related === true]),
      [
        ['a.png', true],
        ['b.pdf', false],
      ],
    );
    const [first, second] = mail.attachments;
    assert.ok(first?.content instanceof ArrayBuffer && second?.content instanceof ArrayBuffer);
    assert.equal(first.contentId, `<${picture.contentId}>`);
    assert.deepEqual(Buffer.from(first.content), png);
    assert.deepEqual(Buffer.from(second.content), pdf);
  });

  it('an answer quotes it with its picture; what is forwarded takes its files along', async () => {
    const ref = await refIn(engine, accountId, 'inbox', 'rich');
    const reply = await engine.handlers['draft.reply']({ ref, kind: 'reply' });
    assert.match(reply.html ?? '', /<blockquote type="cite".*See the <b>plan<\/b>/s);
    assert.deepEqual(
      reply.attachments.map(({ fileName, inline }) => [fileName, inline]),
      [['a.png', true]],
    );
    assert.ok(reply.html?.includes(`cid:${reply.attachments[0]?.contentId}`));
    assert.equal(reply.identityId, `own:${accountId}`);
    const forward = await engine.handlers['draft.reply']({ ref, kind: 'forward' });
    assert.deepEqual(
      forward.attachments.map(({ fileName, inline }) => [fileName, inline]),
      [
        ['a.png', true],
        ['b.pdf', false],
      ],
    );
    await send(reply, { subject: 'the answer' });
    const [mail, question] = [await arrived('INBOX', 'the answer'), await arrived('INBOX', 'rich')];
    assert.equal(mail.inReplyTo, question.messageId);
    assert.equal(mail.attachments[0]?.related, true);
    const plain = await engine.handlers['draft.reply']({ ref, kind: 'reply', format: 'plain' });
    assert.equal(plain.html, undefined);
    assert.match(plain.text, /> See the \*plan\*/);
    for (const { draftId } of [forward, plain]) await engine.handlers['draft.discard']({ draftId });
  });

  it('a draft goes on elsewhere with its html, picture and identity', async () => {
    const draft = await engine.handlers['draft.create'](content({ subject: 'go on' }));
    const picture = await attach(draft.draftId, 'a.png', png, true);
    const html = `<div class="letterlock-signature">x</div><p>Half <img src="cid:${picture.contentId}"></p>`;
    const { draftId, attachments: _files, savedAt: _at, ...rest } = draft;
    const written = { ...rest, text: 'Half', html, identityId };
    await engine.handlers['draft.save']({ draftId, content: written });
    await engine.handlers['draft.close']({ draftId });
    const other = await openProfile('second');
    const { handlers } = other.engine;
    const there = await handlers['identity.save']({ ...desk, accountId: other.accountId });
    const ref = await refIn(other.engine, other.accountId, 'drafts', 'go on');
    const opened = await handlers['draft.open']({ ref });
    assert.equal(opened.identityId, there.identityId);
    const [file] = opened.attachments;
    assert.equal(file?.inline, true);
    assert.equal(
      opened.html?.trim(),
      `<div class="letterlock-signature">x</div><p>Half <img src="cid:${file?.contentId}"></p>`,
    );
    const shown = await other.engine.readPart(file?.url ?? '');
    assert.deepEqual(Buffer.from(shown?.bytes ?? []), png);
  });

  it('whom one wrote to is suggested, and the book goes out and comes in', async () => {
    const found = await until('a suggestion', async () => {
      const [first] = await engine.handlers['contact.suggest']({ text: 'build', limit: 5 });
      return first;
    });
    assert.deepEqual(found, { name: 'Bob Builder', address: user, source: 'mail' });
    await engine.handlers['contact.save']({
      name: 'Bob B.',
      emails: [{ address: user, kind: 'work' }],
      phones: [],
    });
    const [first] = await engine.handlers['contact.suggest']({ text: 'bob', limit: 5 });
    assert.deepEqual([first?.name, first?.source], ['Bob B.', 'book']);
    const { savedAs, written } = await engine.handlers['contact.export']({});
    assert.equal(written, 1);
    const text = await readFile(savedAs ?? '', 'utf8');
    assert.match(text, /^BEGIN:VCARD\r\nVERSION:4\.0\r\n/);
    const counts = await engine.handlers['contact.import']({
      text: text.replaceAll(user, 'x@y.test'),
    });
    assert.deepEqual(counts, { added: 1, updated: 0, failed: 0 });
  });
});
