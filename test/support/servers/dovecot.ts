/**
 * A real Dovecot for tests and the demo: own configuration, own directories, on 127.0.0.1 only.
 * Runs as root (mail then belongs to a service user) or as a plain user.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ImapFlow } from 'imapflow';
import { type DovecotLayout, dovecotConfig, mailUser, paths } from './dovecot-config.ts';
import { deliverByLmtp } from './lmtp.ts';
import {
  endChild,
  endWithParent,
  freePorts,
  isRoot,
  run,
  runOrThrow,
  waitForPort,
} from './processes.ts';

export interface DovecotOptions {
  /** An existing directory; Dovecot lives in `<dir>/dovecot`. Opened (0711) to service users when root. */
  readonly dir: string;
  /** `user` is the whole login name, such as `mia@example.test`. */
  readonly users: readonly { readonly user: string; readonly password: string }[];
  /** With it: STARTTLS on the imap port, and an imaps port. */
  readonly tls?: { readonly certPem: string; readonly keyPem: string };
  /**
   * Default true. With false LOGIN is refused on a clear connection, except from the server's own
   * address, which Dovecot trusts: connect from another one (127.0.0.2) to see the refusal.
   */
  readonly allowClearAuth?: boolean;
  readonly mailFormat?: DovecotLayout['mailFormat'];
  readonly extraConfig?: string;
  /** The port to take again after `stop()`, so that a client finds the server where it was. */
  readonly imapPort?: number;
  readonly imapsPort?: number;
}

export interface AppendOptions {
  /** Default INBOX. Other names must exist (Drafts, Sent, Junk, Trash and Archive do). */
  readonly mailbox?: string;
  readonly flags?: readonly string[];
  readonly receivedAt?: Date;
}

export interface Dovecot {
  readonly imapPort: number;
  readonly imapsPort: number | undefined;
  readonly lmtpPort: number;
  /** For Postfix: `smtpd_sasl_path`. */
  readonly authSocket: string;
  /** New mail, as from outside: by LMTP into INBOX, seen by IDLE at once. */
  deliver(user: string, raw: Uint8Array | string): Promise<void>;
  /** Puts a message where and how it is told, by APPEND. */
  append(user: string, raw: Uint8Array | string, options?: AppendOptions): Promise<void>;
  /** Many at once over one connection. */
  appendAll(
    user: string,
    messages: readonly { raw: Uint8Array | string; options?: AppendOptions }[],
  ): Promise<void>;
  /** Runs `doveadm <args>` on this server; gives its output. @throws Error when it fails */
  doveadm(args: readonly string[]): Promise<string>;
  logText(): Promise<string>;
  stop(): Promise<void>;
}

function serverProgram(): string {
  const found = ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot', '/opt/homebrew/sbin/dovecot'].find(
    (path) => existsSync(path),
  );
  if (found === undefined) throw new Error('dovecot is not installed');
  return found;
}

/** Dovecot's service users must be able to reach a directory that mkdtemp made for root alone. */
async function openToServices(dir: string): Promise<void> {
  if (isRoot()) await chmod(dir, 0o711);
}

async function writeFiles(options: DovecotOptions, dir: string): Promise<void> {
  const at = paths(dir);
  for (const path of [dir, at.base, at.state, at.mail]) await mkdir(path, { recursive: true });
  if (at.authSocket.length > 100) throw new Error(`path too long for a socket: ${at.authSocket}`);
  await openToServices(options.dir);
  await chmod(dir, 0o755);
  const lines = options.users.map(({ user, password }) => `${user}:{PLAIN}${password}::::::`);
  await writeFile(at.users, `${lines.join('\n')}\n`, { mode: 0o644 });
  if (options.tls !== undefined) {
    await writeFile(at.cert, options.tls.certPem, { mode: 0o644 });
    await writeFile(at.key, options.tls.keyPem, { mode: 0o600 });
  }
  if (isRoot()) {
    const id = async (flag: string): Promise<number> =>
      Number(await runOrThrow('id', [flag, mailUser()]));
    await chown(at.mail, await id('-u'), await id('-g'));
  }
}

async function layoutFor(options: DovecotOptions, dir: string): Promise<DovecotLayout> {
  const [imapPort = 0, imapsPort = 0, lmtpPort = 0] = await freePorts(3);
  return {
    dir,
    imapPort: options.imapPort ?? imapPort,
    imapsPort: options.tls === undefined ? undefined : (options.imapsPort ?? imapsPort),
    lmtpPort,
    allowClearAuth: options.allowClearAuth ?? true,
    mailFormat: options.mailFormat ?? 'maildir',
    extraConfig: options.extraConfig ?? '',
  };
}

async function readLog(dir: string): Promise<string> {
  return readFile(paths(dir).log, 'utf8').catch(() => '');
}

/** Starts the process and waits for its ports. @throws Error with its output when it does not come up */
async function launch(layout: DovecotLayout): Promise<ChildProcess> {
  const at = paths(layout.dir);
  await writeFile(at.config, dovecotConfig(layout), { mode: 0o644 });
  const child = spawn(serverProgram(), ['-F', '-c', at.config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  endWithParent(child);
  const failed = (): string | undefined =>
    child.exitCode === null && child.signalCode === null
      ? undefined
      : `dovecot did not start: ${output}`;
  try {
    await waitForPort(layout.imapPort, { greets: true, failed });
    await waitForPort(layout.lmtpPort, { greets: true, failed });
  } catch (error) {
    await endChild(child);
    throw new Error(`dovecot did not come up\n${await readLog(layout.dir)}`, { cause: error });
  }
  return child;
}

/** A port can be taken between choosing and using it: then other ones are tried. */
async function launchOnFreePorts(
  options: DovecotOptions,
  dir: string,
): Promise<{ layout: DovecotLayout; child: ChildProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const layout = await layoutFor(options, dir);
    try {
      return { layout, child: await launch(layout) };
    } catch (error) {
      const taken = /already in use/.test(`${String(error)}${await readLog(dir)}`);
      if (!taken || attempt === 3) throw error;
    }
  }
}

/** @throws Error with the server's own words when it cannot start */
export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  const dir = join(resolve(options.dir), 'dovecot');
  await writeFiles(options, dir);
  const { layout, child } = await launchOnFreePorts(options, dir);
  const passwords = new Map(options.users.map(({ user, password }) => [user, password]));

  const appendAll: Dovecot['appendAll'] = async (user, messages) => {
    const pass = passwords.get(user);
    if (pass === undefined) throw new Error(`no such user: ${user}`);
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: layout.imapPort,
      secure: false,
      doSTARTTLS: false,
      auth: { user, pass },
      logger: false,
    });
    await client.connect();
    try {
      for (const { raw, options: to } of messages) {
        const content = typeof raw === 'string' ? raw : Buffer.from(raw);
        await client.append(
          to?.mailbox ?? 'INBOX',
          content,
          [...(to?.flags ?? [])],
          to?.receivedAt,
        );
      }
    } finally {
      await client.logout();
    }
  };

  return {
    imapPort: layout.imapPort,
    imapsPort: layout.imapsPort,
    lmtpPort: layout.lmtpPort,
    authSocket: paths(dir).authSocket,
    deliver: (user, raw) =>
      deliverByLmtp({
        port: layout.lmtpPort,
        reversePath: 'sender@example.org',
        forwardPath: user,
        raw: typeof raw === 'string' ? Buffer.from(raw) : raw,
      }),
    append: (user, raw, to) => appendAll(user, [to === undefined ? { raw } : { raw, options: to }]),
    appendAll,
    doveadm: async (args) => {
      const result = await run('doveadm', ['-c', paths(dir).config, ...args]);
      if (result.status !== 0) throw new Error(`doveadm ${args.join(' ')}: ${result.stderr}`);
      return result.stdout;
    },
    logText: () => readLog(dir),
    stop: async () => {
      await endChild(child, 15_000);
      // A part of it that outlives its master would hold these, and they this process.
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
  };
}
