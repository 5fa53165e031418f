/** The whole engine with real Postfix and Dovecot behind the gateway: what a person sends, and how. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type {
  DraftContent,
  MailboxRole,
  MethodOutput,
  OutboxItem,
} from '../../app/contract/index.ts';
import { createEngine } from '../../app/engine.ts';
import type { Engine, EngineHost } from '../../app/engine-types.ts';
import { silentLogger } from '../../app/log.ts';
import { isRoot } from '../support/servers/processes.ts';
import { defaultUser, type Stack, stackHost, startStack } from '../support/servers/stack.ts';

const { user, password } = defaultUser;
const waitMs = 60_000;
const host: EngineHost = {
  version: '0.0.0',
  kind: 'fixture',
  capabilities: [],
  secretStorage: 'session',
  sealSecret: (secret) => Promise.resolve(Buffer.from(secret)),
  openSecret: (sealed) => Promise.resolve(Buffer.from(sealed).toString()),
  chooseSavePath: () => Promise.resolve(undefined),
  logger: silentLogger,
};

describe('the outbox on real servers', { skip: isRoot() ? false : 'Postfix needs root' }, () => {
  let dir = '';
  let stack: Stack;
  let engine: Engine;
  let accountId = '';

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'll-outbox-'));
    stack = await startStack({ dir, gateway: true, tls: 'gateway', submission: 'postfix' });
    engine = openEngine();
    const endpoint = { host: stackHost, transport: 'clear' } as const;
    const account = await engine.handlers['account.add']({
      address: user,
      displayName: 'Mia',
      userName: user,
      password,
      imap: { ...endpoint, port: stack.imap.port },
      submission: { ...endpoint, port: stack.submission.port },
      acceptedIdentities: [],
      allowClear: false,
    });
    accountId = account.accountId;
  });
  after(async () => {
    await engine?.stop();
    await stack?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  function openEngine(): Engine {
    const profileDir = join(dir, 'profile');
    const opened = createEngine({ profileDir, host, trustAnchors: [stack.ca.caPem] });
    opened.start();
    return opened;
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

  async function submit(patch: Partial<DraftContent>, sendAt?: Date): Promise<OutboxItem> {
    const { draftId } = await engine.handlers['draft.create'](content(patch));
    const at = sendAt === undefined ? {} : { sendAt: sendAt.toISOString() };
    return engine.handlers['outbox.submit']({ draftId, ...at });
  }

  async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const end = Date.now() + waitMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > end) {
        const items = JSON.stringify(await engine.handlers['outbox.list']({}));
        assert.fail(`waited for ${what}: ${items}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  const untilState = (outboxId: string, state: OutboxItem['state']) =>
    until(state, async () => {
      const items = await engine.handlers['outbox.list']({});
      return items.find((item) => item.outboxId === outboxId && item.state === state);
    });

  /** How many messages of that subject the server keeps. */
  async function count(mailbox: string, subject: string): Promise<number> {
    const fields = ['-u', user, 'mailbox', mailbox, 'subject', subject];
    const found = await stack.dovecot.doveadm(['search', ...fields]);
    return found.split('\n').filter((line) => line !== '').length;
  }

  async function rowIn(
    role: MailboxRole,
    subject: string,
  ): Promise<MethodOutput<'message.list'>['rows'][number] | undefined> {
    const mailboxes = await engine.handlers['mailbox.list']({ accountId });
    const mailbox = mailboxes.find((one) => one.role === role);
    if (mailbox === undefined) return undefined;
    const { mailboxId } = mailbox;
    const { rows } = await engine.handlers['message.list']({ mailboxId, offset: 0, limit: 50 });
    return rows.find((row) => row.subject === subject);
  }

  it('30 MB arrive byte for byte, with one copy in Sent', async () => {
    await engine.handlers['settings.set']({ undoSendSeconds: 0 });
    const bytes = randomBytes(30_000_000);
    const { draftId } = await engine.handlers['draft.create'](content({ subject: 'thirty' }));
    const { attachmentId } = await engine.handlers['attachment.begin']({
      draftId,
      fileName: 'thirty.bin',
      mimeType: 'application/octet-stream',
      sizeBytes: bytes.length,
    });
    for (let at = 0; at < bytes.length; at += 262_144) {
      const chunk = bytes.subarray(at, at + 262_144).toString('base64');
      await engine.handlers['attachment.append']({ attachmentId, chunk });
    }
    await engine.handlers['attachment.finish']({ attachmentId });
    const { outboxId } = await engine.handlers['outbox.submit']({ draftId });
    await untilState(outboxId, 'sent');
    for (const mailbox of ['INBOX', 'Sent']) {
      const fields = ['-u', user, 'body', 'mailbox', mailbox, 'subject', 'thirty'];
      const body = await until(`a message in ${mailbox}`, async () => {
        const text = await stack.dovecot.doveadm(['fetch', ...fields]);
        return text === '' ? undefined : text;
      });
      const encoded = /thirty\.bin"?\r?\n\r?\n([A-Za-z0-9+/=\r\n]+)/.exec(body)?.[1] ?? '';
      const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
      assert.equal(digest(Buffer.from(encoded, 'base64')), digest(bytes), mailbox);
      assert.equal(await count(mailbox, 'thirty'), 1);
    }
    await untilCopied(outboxId);
    assert.equal(await count('Sent', 'thirty'), 1);
  });

  const untilCopied = (outboxId: string) =>
    until('the copy in Sent', async () => {
      const items = await engine.handlers['outbox.list']({});
      return items.find((item) => item.outboxId === outboxId && item.copyPending === undefined);
    });

  it('one of two recipients refused: the other has it, and the words name only the one', async () => {
    const { outboxId } = await submit({ subject: 'two', to: `${user}, nobody@example.test` });
    const item = await untilState(outboxId, 'refused');
    assert.deepEqual(item.recipients, ['nobody@example.test']);
    assert.equal(item.error?.params.partly, 'yes');
    assert.match(String(item.error?.params.text), /550.*nobody@example\.test/);
    await until('the message', async () =>
      (await count('INBOX', 'two')) === 1 ? true : undefined,
    );
    const draft = await engine.handlers['outbox.edit']({ outboxId });
    assert.equal(draft.to, 'nobody@example.test');
    await engine.handlers['draft.save']({
      draftId: draft.draftId,
      content: content({ subject: 'two', to: user }),
    });
    const again = await engine.handlers['outbox.submit']({ draftId: draft.draftId });
    await untilState(again.outboxId, 'sent');
    await until('it twice', async () => ((await count('INBOX', 'two')) === 2 ? true : undefined));
  });

  it('undone in time, nothing reaches the server; sent again, it arrives once', async () => {
    await engine.handlers['settings.set']({ undoSendSeconds: 30 });
    const { capture, tlsCapture } = stack.submission;
    const connections = () => capture.connections + (tlsCapture?.connections ?? 0);
    const before = connections();
    const held = await submit({ subject: 'second thoughts' });
    assert.equal(held.state, 'scheduled');
    const draft = await engine.handlers['outbox.edit']({ outboxId: held.outboxId });
    const again = await engine.handlers['outbox.submit']({ draftId: draft.draftId });
    assert.equal(again.state, 'scheduled');
    assert.equal(connections(), before);
    await engine.handlers['outbox.sendNow']({ outboxId: again.outboxId });
    await untilState(again.outboxId, 'sent');
    await until('it', async () =>
      (await count('INBOX', 'second thoughts')) > 0 ? true : undefined,
    );
    await untilCopied(again.outboxId);
    assert.equal(connections(), before + 1);
    assert.equal(await count('INBOX', 'second thoughts'), 1);
    assert.equal(await count('Sent', 'second thoughts'), 1);
  });

  it('a message for later goes at its time, also after the program was closed meanwhile', async () => {
    await engine.handlers['settings.set']({ undoSendSeconds: 0 });
    const sendAt = new Date(Date.now() + 4_000);
    const { outboxId } = await submit({ subject: 'for later' }, sendAt);
    await engine.stop();
    engine = openEngine();
    const [item] = (await engine.handlers['outbox.list']({})).filter(
      (one) => one.outboxId === outboxId,
    );
    assert.equal(item?.sendAt, sendAt.toISOString());
    const sent = await untilState(outboxId, 'sent');
    assert.ok(Date.parse(sent.sentAt ?? '') >= sendAt.getTime());
    await until('it', async () => ((await count('INBOX', 'for later')) === 1 ? true : undefined));
  });

  it('what was answered and what was forwarded is marked on the server once that was sent', async () => {
    await submit({ subject: 'a question' });
    const row = await until('the question', () => rowIn('inbox', 'a question'));
    const flagsOf = () =>
      stack.dovecot.doveadm([
        'fetch',
        '-u',
        user,
        'flags',
        'mailbox',
        'INBOX',
        'subject',
        'a question',
      ]);
    const reply = await engine.handlers['draft.reply']({ ref: row.ref, kind: 'reply' });
    const { subject: _subject, draftId, attachments: _files, savedAt: _at, ...rest } = reply;
    await engine.handlers['draft.save']({ draftId, content: { ...rest, subject: 'an answer' } });
    await engine.handlers['outbox.submit']({ draftId });
    await until('\\Answered', async () => (/\\Answered/.test(await flagsOf()) ? true : undefined));
    await until('the row', async () => (await rowIn('inbox', 'a question'))?.answered || undefined);
    const forward = await engine.handlers['draft.reply']({ ref: row.ref, kind: 'forward' });
    const { draftId: second, attachments: _none, savedAt: _then, ...more } = forward;
    await engine.handlers['draft.save']({
      draftId: second,
      content: { ...more, to: user, subject: 'passed on' },
    });
    await engine.handlers['outbox.submit']({ draftId: second });
    await until('$Forwarded', async () => (/\$Forwarded/.test(await flagsOf()) ? true : undefined));
  });
});
