/**
 * The whole engine with one account, a real gateway before a real Dovecot and a scripted submission
 * server, and a hostile network between. One world serves a whole test file.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LockDto, OutboxItem } from '../../../app/contract/index.ts';
import { createEngine } from '../../../app/engine.ts';
import type { Engine, EngineHost } from '../../../app/engine-types.ts';
import { MailError } from '../../../app/errors.ts';
import { parseConfig } from '../../../gateway/config.ts';
import { Gateway } from '../../../gateway/gateway.ts';
import { type ScriptedSmtp, startScriptedSmtp } from '../../submission/scripted-smtp.ts';
import { search } from '../../support/capture/search.ts';
import { createTestCa, type TestCa } from '../../support/certificates.ts';
import { type Dovecot, startDovecot } from '../../support/servers/dovecot.ts';
import { type Attack, HostileNetwork } from './network.ts';
import { password, userName } from './sign-in.ts';

export type Attacks = Partial<Record<'imap' | 'submission', Attack>>;

/** Stands in every message's body; must never be seen on the wire. */
const bodyMarker = 'the body nobody else may read';
const waitMs = 15_000;
const services = ['imap', 'submission'] as const;
const honest: Attack = {};

export interface Expected {
  /** Not waited for when absent: some attacks only delay. */
  readonly lock?: LockDto['state'];
  /** Of the leg's error in the lock, per service that is attacked. */
  readonly imap?: RegExp;
  readonly submission?: RegExp;
}

export class World {
  readonly engine: Engine;
  readonly networks: Readonly<Record<'imap' | 'submission', HostileNetwork>>;
  readonly smtp: ScriptedSmtp;
  readonly dovecot: Dovecot;
  readonly ca: TestCa;
  /** Everything that reached the person's side: events and log lines. */
  readonly told: string[] = [];
  readonly #gateway: Gateway;
  readonly #dir: string;
  accountId = '';
  #count = 0;

  private constructor(parts: {
    dir: string;
    ca: TestCa;
    gateway: Gateway;
    dovecot: Dovecot;
    smtp: ScriptedSmtp;
    networks: World['networks'];
  }) {
    this.#dir = parts.dir;
    this.ca = parts.ca;
    this.#gateway = parts.gateway;
    this.dovecot = parts.dovecot;
    this.smtp = parts.smtp;
    this.networks = parts.networks;
    this.engine = createEngine({
      profileDir: join(parts.dir, 'profile'),
      host: createHost(this.told),
      trustAnchors: [parts.ca.caPem],
    });
    this.engine.start();
    this.engine.onEvent((name, payload) => this.told.push(`${name} ${JSON.stringify(payload)}`));
  }

  static async start(): Promise<World> {
    const dir = mkdtempSync(join(tmpdir(), 'letterlock-hostile-'));
    const ca = createTestCa(dir);
    const certificate = ca.issue({ names: ['localhost', '127.0.0.1'] });
    const dovecot = await startDovecot({ dir, users: [{ user: userName, password }] });
    const smtp = await startScriptedSmtp();
    const listen = '127.0.0.1:0';
    const gateway = await Gateway.start(
      parseConfig({
        stateDir: join(dir, 'gateway'),
        tls: { cert: certificate.certPath, key: certificate.keyPath },
        listeners: [
          { service: 'imap', listen, backend: `127.0.0.1:${dovecot.imapPort}` },
          { service: 'submission', listen, backend: `127.0.0.1:${smtp.port}` },
        ],
        limits: { shutdownMs: 50, closeMs: 300, connectionsPerAddress: 1_000 },
      }),
      { log: () => undefined },
    );
    const port = (at: number) => () => gateway.listeners[at]?.port ?? 0;
    const networks = {
      imap: await HostileNetwork.start('imap', port(0)),
      submission: await HostileNetwork.start('submission', port(1)),
    };
    return new World({ dir, ca, gateway, dovecot, smtp, networks });
  }

  /** @throws MailError of `account.add` */
  async addAccount(acceptedIdentities: string[] = []): Promise<void> {
    const endpoint = { host: 'localhost', transport: 'clear' } as const;
    const { accountId } = await this.engine.handlers['account.add']({
      address: userName,
      displayName: 'Mia',
      userName,
      password,
      imap: { ...endpoint, port: this.networks.imap.port },
      submission: { ...endpoint, port: this.networks.submission.port },
      acceptedIdentities,
      allowClear: false,
    });
    this.accountId = accountId;
    await this.engine.handlers['settings.set']({ undoSendSeconds: 0 });
    await this.until('a confirmed lock', () => this.lock().state === 'confirmed');
  }

  lock(): LockDto {
    const account = this.accounts().find(({ accountId }) => accountId === this.accountId);
    assert.ok(account);
    return account.lock;
  }

  accounts() {
    const list = this.engine.handlers['account.list']({});
    assert.ok(Array.isArray(list));
    return list;
  }

  item(outboxId: string): OutboxItem | undefined {
    const items = this.engine.handlers['outbox.list']({});
    assert.ok(Array.isArray(items));
    return items.find((item) => item.outboxId === outboxId);
  }

  async submit(): Promise<{ outboxId: string; subject: string }> {
    this.#count += 1;
    const subject = `queued letter ${this.#count} of the hostile suite`;
    const { draftId } = await this.engine.handlers['draft.create']({
      accountId: this.accountId,
      to: 'Bob <bob@example.test>',
      cc: '',
      bcc: '',
      subject,
      text: `${bodyMarker}\n`,
    });
    const { outboxId } = await this.engine.handlers['outbox.submit']({ draftId });
    return { outboxId, subject };
  }

  async retry(): Promise<void> {
    await this.engine.handlers['account.retry']({ accountId: this.accountId });
  }

  /** From now on, also for what is connected now. */
  attack(attacks: Attacks): void {
    for (const service of services) {
      const network = this.networks[service];
      const next = attacks[service] ?? honest;
      network.forget();
      // What was honest and stays so goes on: a message may be on its way there.
      if (network.attack === next) continue;
      network.attack = next;
      // Idle connections would live on untouched.
      network.cutAll();
    }
  }

  accepted(subject: string): number {
    return this.smtp.accepted.filter((body) => body.includes(subject)).length;
  }

  /**
   * The rule of every case: under attack the lock says so, the message waits and nothing readable
   * leaves; afterwards it goes out, once.
   */
  async withstand(attacks: Attacks, expected: Expected): Promise<void> {
    const from = this.told.length;
    this.attack(attacks);
    const { outboxId, subject } = await this.submit();
    await this.retry();
    await this.until(`the lock ${expected.lock ?? 'as it is'}`, () => this.#shows(expected));
    if (expected.submission) {
      await this.until('a queued message with its reason', () => {
        const { state, error } = this.item(outboxId) ?? {};
        return state === 'waiting' && expected.submission?.test(error?.code ?? '') === true;
      });
      assert.equal(this.accepted(subject), 0);
    }
    this.assertNothingReadable(subject);
    const told = this.told.slice(from).join('\n');
    assert.deepEqual(search(Buffer.from(told), password, [userName]), []);
    await this.behave(outboxId, subject);
  }

  /** The network is honest again: everything recovers, and the message goes out once. */
  async behave(outboxId: string, subject: string): Promise<void> {
    this.attack({});
    await this.recover();
    await this.until('the message to be sent', () => this.item(outboxId)?.state === 'sent');
    assert.equal(this.accepted(subject), 1);
  }

  /** As a person does who sees no change: tries again until the lock is what it was. */
  async recover(): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) {
      await this.retry();
      for (let look = 0; look < 20; look += 1) {
        if (this.lock().state === 'confirmed') return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    await this.until('a confirmed lock', () => this.lock().state === 'confirmed');
  }

  assertNothingReadable(subject: string): void {
    for (const service of services) {
      const { heard } = this.networks[service];
      for (const secret of [password, subject, bodyMarker])
        assert.deepEqual(search(heard, secret, [userName]), [], `${secret} on ${service}`);
    }
  }

  /** What an impostor with TLS of its own read. */
  assertNothingReadableIn(text: string): void {
    for (const secret of [password, bodyMarker])
      assert.deepEqual(search(Buffer.from(text, 'latin1'), secret, [userName]), []);
  }

  #shows(expected: Expected): boolean {
    if (expected.lock === undefined) return true;
    const { state, legs } = this.lock();
    return (
      state === expected.lock &&
      legs.every(({ service, error }) => expected[service]?.test(error?.code ?? '') ?? true)
    );
  }

  async until(what: string, check: () => boolean): Promise<void> {
    const end = Date.now() + waitMs;
    while (!check()) {
      if (Date.now() > end) {
        const items = JSON.stringify(this.engine.handlers['outbox.list']({}));
        assert.fail(`waited for ${what}: ${JSON.stringify(this.accounts())} ${items}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(): Promise<void> {
    await this.engine.stop();
    for (const service of services) await this.networks[service].stop();
    await this.#gateway.stop();
    await this.smtp.stop();
    await this.dovecot.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function createHost(told: string[]): EngineHost {
  return {
    version: '0.0.0',
    kind: 'fixture',
    capabilities: [],
    secretStorage: 'session',
    sealSecret: (secret) => Promise.resolve(Buffer.from(secret)),
    openSecret: (sealed) => Promise.resolve(Buffer.from(sealed).toString()),
    chooseSavePath: () => Promise.resolve(undefined),
    logger: {
      log: (level, event, fields) => told.push(`${level} ${event} ${JSON.stringify(fields)}`),
    },
  };
}

/** The code that a promise is rejected with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof MailError, String(error));
  return error.code;
}
