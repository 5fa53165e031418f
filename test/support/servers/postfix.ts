/**
 * A real Postfix for tests and the demo: own configuration and queue in one folder, 127.0.0.1
 * only. Mail for its domain goes to Dovecot by LMTP, everything else comes back. Needs root.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  endWithParent,
  freePorts,
  hasEnded,
  isRoot,
  runOrThrow,
  waitForPort,
} from './processes.ts';

export interface PostfixOptions {
  /** An existing directory; Postfix lives in `<dir>/postfix`. Opened (0711) to service users. */
  readonly dir: string;
  /** The only domain that is delivered. */
  readonly domain: string;
  /** Whole addresses that exist; others are refused with 550. */
  readonly users: readonly string[];
  /** Dovecot's LMTP port and the socket that checks passwords. */
  readonly dovecot: { readonly lmtpPort: number; readonly authSocket: string };
  /** With it: STARTTLS on the submission port, and a submissions port (implicit TLS). */
  readonly tls?: { readonly certPem: string; readonly keyPem: string };
  /** Default true. With false AUTH is offered after STARTTLS only. */
  readonly allowClearAuth?: boolean;
  /** Lets a front end on 127.0.0.1 tell the client's address by XCLIENT. Default false. */
  readonly xclient?: boolean;
  /** Lines put at the end of main.cf. */
  readonly extraConfig?: string;
  /** Ports to take again after `stop()`. */
  readonly submissionPort?: number;
  readonly submissionsPort?: number;
}

export interface SubmissionServer {
  /** Submission with AUTH; STARTTLS when there is a certificate. RFC 6409 */
  readonly submissionPort: number;
  /** Implicit TLS. RFC 8314 §3.3 */
  readonly submissionsPort: number | undefined;
  stop(): Promise<void>;
}

export interface Postfix extends SubmissionServer {
  /** Incoming mail for the domain, without AUTH. */
  readonly smtpPort: number;
}

interface Layout {
  readonly dir: string;
  readonly submissionPort: number;
  readonly submissionsPort: number | undefined;
  readonly smtpPort: number;
}

const paths = (dir: string) => ({
  config: join(dir, 'config'),
  queue: join(dir, 'queue'),
  data: join(dir, 'data'),
  users: join(dir, 'config', 'users'),
  cert: join(dir, 'config', 'cert.pem'),
  key: join(dir, 'config', 'key.pem'),
});

/**
 * It logs to the system's log, where there is one. With a log file its parts wait for each other
 * for good when ten lines are queued (net.unix.max_dgram_qlen) while no postlogd runs, as happens
 * on a busy machine.
 */
function mainCf(options: PostfixOptions, dir: string): string {
  const at = paths(dir);
  const { dovecot, tls } = options;
  const tlsLines =
    tls === undefined
      ? 'smtpd_tls_security_level = none'
      : `smtpd_tls_security_level = may
smtpd_tls_cert_file = ${at.cert}
smtpd_tls_key_file = ${at.key}
smtpd_tls_protocols = >=TLSv1.2
smtpd_tls_auth_only = ${options.allowClearAuth === false ? 'yes' : 'no'}`;
  return `compatibility_level = 3.6
queue_directory = ${at.queue}
data_directory = ${at.data}
maillog_file =
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.${options.domain}
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
biff = no
notify_classes =
disable_dns_lookups = yes
smtpd_peername_lookup = no
virtual_mailbox_domains = ${options.domain}
virtual_mailbox_maps = texthash:${at.users}
virtual_transport = lmtp:inet:127.0.0.1:${dovecot.lmtpPort}
local_transport = error:5.1.1 no local mail here
default_transport = error:5.1.2 this test server sends nothing outside
relay_transport = error:5.1.2 this test server sends nothing outside
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${dovecot.authSocket}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_authorized_xclient_hosts = ${options.xclient === true ? '127.0.0.1' : ''}
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
message_size_limit = 73400320
mailbox_size_limit = 0
virtual_mailbox_limit = 0
${tlsLines}
${options.extraConfig ?? ''}
`;
}

function masterCf(layout: Layout): string {
  const submission = [
    '  -o syslog_name=postfix/submission',
    '  -o smtpd_sasl_auth_enable=yes',
    '  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject',
  ];
  const lines = [
    `127.0.0.1:${layout.smtpPort} inet n - n - - smtpd`,
    `127.0.0.1:${layout.submissionPort} inet n - n - - smtpd`,
    ...submission,
  ];
  if (layout.submissionsPort !== undefined) {
    lines.push(`127.0.0.1:${layout.submissionsPort} inet n - n - - smtpd`, ...submission);
    lines.push('  -o smtpd_tls_wrappermode=yes');
  }
  return `${lines.join('\n')}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
}

async function writeFiles(options: PostfixOptions, layout: Layout): Promise<void> {
  const at = paths(layout.dir);
  for (const path of [layout.dir, at.config, at.queue, at.data])
    await mkdir(path, { recursive: true });
  await chmod(options.dir, 0o711);
  await chmod(layout.dir, 0o755);
  const postfixUid = Number(await runOrThrow('id', ['-u', 'postfix']));
  await chown(at.data, postfixUid, 0);
  const main = join(at.config, 'main.cf');
  await writeFile(main, mainCf(options, layout.dir));
  await writeFile(join(at.config, 'master.cf'), masterCf(layout));
  await writeFile(at.users, options.users.map((user) => `${user} x\n`).join(''));
  // Postfix reads a file again and again until it is a second old, for it might still be changing.
  const longAgo = new Date(Date.now() - 60_000);
  for (const path of [main, at.users]) await utimes(path, longAgo, longAgo);
  if (options.tls !== undefined) {
    await writeFile(at.cert, options.tls.certPem, { mode: 0o600 });
    await writeFile(at.key, options.tls.keyPem, { mode: 0o600 });
  }
}

function checkCanRun(): void {
  if (!isRoot()) throw new Error('Postfix needs root; use startNpmSubmission instead');
  if (!existsSync('/usr/sbin/postfix')) throw new Error('postfix is not installed');
}

async function launch(layout: Layout): Promise<ChildProcess> {
  const at = paths(layout.dir);
  const child = spawn('/usr/sbin/postfix', ['-c', at.config, 'start-fg'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in a terminal would end the script that waits for Postfix, and Postfix would go on.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  endWithParent(child);
  const failed = (): string | undefined => (hasEnded(child) ? 'postfix ended' : undefined);
  try {
    await waitForPort(layout.submissionPort, { greets: true, failed });
  } catch (error) {
    await stop(layout, child).catch(() => endHard(layout, child));
    throw new Error(`postfix did not come up\n${output}`, { cause: error });
  }
  return child;
}

/** The running daemon. It has a session of its own and outlives the script that started it. */
async function masterOf(layout: Layout): Promise<number | undefined> {
  const file = join(paths(layout.dir).queue, 'pid/master.pid');
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  if (!(pid > 1)) return undefined;
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return name.trim() === 'master' ? pid : undefined;
}

/** For a Postfix that does not obey. Its orphans hold our pipes: those are closed from here. */
async function endHard(layout: Layout, child: ChildProcess): Promise<void> {
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  const master = await masterOf(layout);
  for (const each of [master, hasEnded(child) ? undefined : child.pid]) {
    try {
      if (each !== undefined) process.kill(each, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
  if (!hasEnded(child)) await gone;
  child.stdout?.destroy();
  child.stderr?.destroy();
}

async function stop(layout: Layout, child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return endHard(layout, child);
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  const { config } = paths(layout.dir);
  await runOrThrow('/usr/sbin/postfix', ['-c', config, 'stop'], { timeoutMs: 15_000 });
  await gone;
  // A part of it that outlives its master would hold these, and they this process.
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** @throws Error without root, when Postfix is not installed, or with its own words when it fails */
export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  checkCanRun();
  const dir = join(resolve(options.dir), 'postfix');
  for (let attempt = 1; ; attempt += 1) {
    const [submissionPort = 0, submissionsPort = 0, smtpPort = 0] = await freePorts(3);
    const layout: Layout = {
      dir,
      smtpPort,
      submissionPort: options.submissionPort ?? submissionPort,
      submissionsPort:
        options.tls === undefined ? undefined : (options.submissionsPort ?? submissionsPort),
    };
    await writeFiles(options, layout);
    try {
      const child = await launch(layout);
      return {
        submissionPort: layout.submissionPort,
        submissionsPort: layout.submissionsPort,
        smtpPort,
        stop: () => stop(layout, child).catch(() => endHard(layout, child)),
      };
    } catch (error) {
      if (!/already in use|did not come up/.test(String(error)) || attempt === 3) throw error;
    }
  }
}
