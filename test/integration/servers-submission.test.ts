import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import { createTestCa, type TestCa } from '../support/certificates.ts';
import { type Dovecot, startDovecot } from '../support/servers/dovecot.ts';
import { startNpmSubmission } from '../support/servers/inject.ts';
import { type SubmissionServer, startPostfix } from '../support/servers/postfix.ts';
import { isRoot } from '../support/servers/processes.ts';

const user = 'mia@example.test';
const password = 'correct horse';
const domain = 'example.test';

for (const kind of ['postfix', 'npm'] as const) {
  const skip = kind === 'postfix' && !isRoot() ? 'Postfix needs root' : false;
  describe(`test submission server (${kind})`, { skip }, () => {
    let dir = '';
    let ca: TestCa;
    let dovecot: Dovecot;
    let server: SubmissionServer;
    before(async () => {
      dir = await mkdtemp(join(tmpdir(), 'll-submission-'));
      ca = createTestCa(dir);
      const tls = ca.issue({ names: ['localhost'] });
      const users = [{ user, password }];
      dovecot = await startDovecot({ dir, users });
      server =
        kind === 'postfix'
          ? await startPostfix({ dir, domain, users: [user], dovecot, tls })
          : await startNpmSubmission({ domain, users, dovecot, tls });
    });
    after(async () => {
      await server?.stop();
      await dovecot?.stop();
      await rm(dir, { recursive: true, force: true });
    });

    const submit = async (
      to: string,
      options: { port?: number; secure?: boolean; pass?: string; subject?: string; auth?: false },
    ): Promise<unknown> => {
      const transport = createTransport({
        host: 'localhost',
        port: options.port ?? server.submissionPort,
        secure: options.secure ?? false,
        requireTLS: true,
        tls: { ca: ca.caPem },
        ...(options.auth === false ? {} : { auth: { user, pass: options.pass ?? password } }),
      });
      const text = 'one\n.\ntwo\n';
      return transport.sendMail({ from: user, to, subject: options.subject ?? 'x', text });
    };

    const arrived = async (subject: string): Promise<string> => {
      for (let tries = 0; tries < 100; tries += 1) {
        const fields = ['fetch', '-u', user, 'body', 'mailbox', 'INBOX', 'subject', subject];
        const text = await dovecot.doveadm(fields);
        if (text !== '') return text;
        await sleep(100);
      }
      throw new Error('not delivered');
    };

    it('delivers over STARTTLS into Dovecot', async () => {
      await submit(user, { subject: 'over starttls' });
      assert.match(await arrived('over starttls'), /one\r?\n\.\r?\ntwo/);
    });

    it('delivers over implicit TLS', async () => {
      const port = server.submissionsPort ?? 0;
      await submit(user, { port, secure: true, subject: 'over tls' });
      await arrived('over tls');
    });

    it('refuses a wrong password', async () => {
      await assert.rejects(submit(user, { pass: 'wrong' }), { code: 'EAUTH' });
    });

    it('refuses a sender without a login', async () => {
      await assert.rejects(submit(user, { auth: false }), /5\.[57]\.[01]|530|554/);
    });

    it('refuses a recipient that does not exist', async () => {
      await assert.rejects(submit(`nobody@${domain}`, {}), { responseCode: 550 });
    });
  });
}
