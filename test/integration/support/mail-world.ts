/**
 * The whole engine on one account of a real mail server behind our gateway, and another client of
 * the same account that speaks to the server directly.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import type { MailboxDto, MessageRow } from '../../../app/contract/index.ts';
import { createEngine } from '../../../app/engine.ts';
import type { Engine } from '../../../app/engine-types.ts';
import { parseConfig } from '../../../gateway/config.ts';
import { Gateway } from '../../../gateway/gateway.ts';
import { HostileNetwork } from '../../hostile/support/network.ts';
import { type ScriptedSmtp, startScriptedSmtp } from '../../submission/scripted-smtp.ts';
import { createTestCa, type TestCa } from '../../support/certificates.ts';
import type { ImapServer, ImapServerOptions } from '../../support/servers/cyrus.ts';

export type StartServer = (options: ImapServerOptions) => Promise<ImapServer>;

export const user = 'mia@example.test';
const password = 'right as rain';
const waitMs = 30_000;

export class MailWorld {
  readonly smtp: ScriptedSmtp;
  readonly #dir: string;
  readonly #ca: TestCa;
  readonly #server: ImapServer;
  readonly #gateway: Gateway;
  /** Between engine and gateway; honest, but its connections can be cut. */
  readonly #network: HostileNetwork;
  readonly told: string[] = [];
  engine: Engine;
  accountId = '';

  private constructor(parts: {
    dir: string;
    ca: TestCa;
    server: ImapServer;
    gateway: Gateway;
    smtp: ScriptedSmtp;
    network: HostileNetwork;
  }) {
    this.#dir = parts.dir;
    this.#ca = parts.ca;
    this.#server = parts.server;
    this.#gateway = parts.gateway;
    this.#network = parts.network;
    this.smtp = parts.smtp;
    this.engine = this.#openEngine();
  }

  static async start(startServer: StartServer): Promise<MailWorld> {
    const dir = mkdtempSync(join(tmpdir(), 'letterlock-world-'));
    const ca = createTestCa(dir);
    const certificate = ca.issue({ names: ['localhost', '127.0.0.1'] });
    const server = await startServer({ dir, users: [{ user, password }] });
    const smtp = await startScriptedSmtp();
    const listen = '127.0.0.1:0';
    const gateway = await Gateway.start(
      parseConfig({
        stateDir: join(dir, 'gateway'),
        tls: { cert: certificate.certPath, key: certificate.keyPath },
        listeners: [
          { service: 'imap', listen, backend: `127.0.0.1:${server.imapPort}` },
          { service: 'submission', listen, backend: `127.0.0.1:${smtp.port}` },
        ],
        limits: { shutdownMs: 50, closeMs: 300, connectionsPerAddress: 1_000 },
      }),
      { log: () => undefined },
    );
    const network = await HostileNetwork.start('imap', () => gateway.listeners[0]?.port ?? 0);
    return new MailWorld({ dir, ca, server, gateway, smtp, network });
  }

  #openEngine(): Engine {
    const engine = createEngine({
      profileDir: join(this.#dir, 'profile'),
      trustAnchors: [this.#ca.caPem],
      host: {
        version: '0.0.0',
        kind: 'fixture',
        capabilities: [],
        secretStorage: 'session',
        sealSecret: (secret) => Promise.resolve(Buffer.from(secret)),
        openSecret: (sealed) => Promise.resolve(Buffer.from(sealed).toString()),
        chooseSavePath: () => Promise.resolve(undefined),
        logger: { log: (_level, event) => this.told.push(event) },
      },
    });
    engine.onEvent((name, payload) => this.told.push(`${name} ${JSON.stringify(payload)}`));
    engine.start();
    return engine;
  }

  /** @throws MailError of `account.add` */
  async addAccount(): Promise<void> {
    const endpoint = { host: 'localhost', transport: 'clear' } as const;
    const { accountId } = await this.engine.handlers['account.add']({
      address: user,
      displayName: 'Mia',
      userName: user,
      password,
      imap: { ...endpoint, port: this.#network.port },
      submission: { ...endpoint, port: this.#gateway.listeners[1]?.port ?? 0 },
      acceptedIdentities: [],
      allowClear: false,
    });
    this.accountId = accountId;
  }

  /** Ends the engine as a program is ended; `again` begins a new one on the same profile. */
  async restart(between: () => Promise<void>): Promise<void> {
    await this.engine.stop();
    await between();
    this.engine = this.#openEngine();
  }

  /** The connections break; the engine comes back by itself. */
  breakConnections(): void {
    this.#network.cutAll();
  }

  async mailboxes(): Promise<MailboxDto[]> {
    return this.engine.handlers['mailbox.list']({ accountId: this.accountId });
  }

  /** @param name last component, or a role */
  async mailbox(name: string): Promise<MailboxDto> {
    const list = await this.mailboxes();
    const found = list.find((one) => one.role === name || one.name === name);
    assert.ok(found, `${name} in ${list.map(({ path }) => path).join(' ')}`);
    return found;
  }

  /** The newest rows of a mailbox. */
  async rows(name: string): Promise<MessageRow[]> {
    const { mailboxId } = await this.mailbox(name);
    const window = { mailboxId, offset: 0, limit: 500 };
    return (await this.engine.handlers['message.list'](window)).rows;
  }

  async row(name: string, subject: string): Promise<MessageRow> {
    const found = (await this.rows(name)).find((one) => one.subject === subject);
    assert.ok(found, `${subject} in ${name}`);
    return found;
  }

  async until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + waitMs;
    let last: unknown;
    for (;;) {
      try {
        if (await check()) return;
      } catch (error) {
        last = error;
      }
      if (Date.now() > end) {
        const told = this.told.slice(-12).join('\n');
        assert.fail(`waited for ${what}: ${String(last)}\n${told}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** Another client, which knows nothing of ours; ends by itself afterwards. */
  async elsewhere<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: this.#server.imapPort,
      secure: false,
      doSTARTTLS: false,
      auth: { user, pass: password },
      disableAutoIdle: true,
      logger: false,
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.logout().catch(() => undefined);
    }
  }

  /** Runs in an open mailbox of the other client. */
  elsewhereIn<T>(path: string, work: (client: ImapFlow) => Promise<T>): Promise<T> {
    return this.elsewhere(async (client) => {
      const lock = await client.getMailboxLock(path);
      try {
        return await work(client);
      } finally {
        lock.release();
      }
    });
  }

  async stop(): Promise<void> {
    await this.engine.stop();
    await this.#network.stop();
    await this.#gateway.stop();
    await this.smtp.stop();
    await this.#server.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

export function letter(subject: string, body = `This is ${subject}.`): string {
  return [
    'From: Ada <ada@example.test>',
    `To: ${user}`,
    `Subject: ${subject}`,
    `Message-ID: <${subject.replace(/\W+/g, '-')}@example.test>`,
    'Date: Mon, 2 Nov 2026 10:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    body,
    '',
  ].join('\r\n');
}
