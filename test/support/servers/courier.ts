/**
 * A real Courier for tests, on 127.0.0.1 only. Its paths are built in, so it lives in a root
 * directory of its own (chroot), which only root may do. Its accounts begin with nothing but INBOX.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ImapServer, ImapServerOptions } from './cyrus.ts';
import { mailUser } from './dovecot-config.ts';
import {
  endChild,
  endWithParent,
  freePorts,
  isRoot,
  runOrThrow,
  waitForPort,
} from './processes.ts';
import { libraryFolders, unpackedServer } from './unpacked.ts';

/** Why there can be no Courier here; false when there can. */
export function courierMissing(): string | false {
  if (!isRoot()) return 'Courier needs root';
  return unpackedServer('courier-imap') === undefined && 'Courier needs Debian and apt';
}

/** As Debian configures it, but for the pause between two looks while idling. */
const environment = {
  IMAP_CAPABILITY:
    'IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE',
  IMAP_KEYWORDS: '1',
  IMAP_ACL: '1',
  IMAP_IDLE_TIMEOUT: '1',
  IMAP_MAILBOX_SANITY_CHECK: '1',
  IMAP_DISABLETHREADSORT: '0',
  IMAP_CHECK_ALL_FOLDERS: '0',
  IMAP_OBSOLETE_CLIENT: '0',
  IMAP_USELOCKS: '1',
  IMAP_ENHANCEDIDLE: '0',
  IMAP_TRASHFOLDERNAME: 'Trash',
  IMAP_MOVE_EXPUNGE_TO_TRASH: '0',
  TCPDOPTS: '-nodnslookup -noidentlookup',
} as const;

const authConfig = `authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=3
authdaemonvar=/run/courier/authdaemon
DEBUG_LOGIN=0
DEFAULTOPTIONS=""
LOGGEROPTS=""
`;

class Jail {
  readonly root: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(root: string) {
    this.root = root;
    const libraries = libraryFolders(root).map((folder) => `/${folder}`);
    this.#env = { ...environment, PATH: process.env.PATH, LD_LIBRARY_PATH: libraries.join(':') };
  }

  run(program: string, args: readonly string[], input = ''): Promise<string> {
    return runOrThrow('chroot', [this.root, program, ...args], { env: this.#env, input });
  }

  spawn(program: string, args: readonly string[], output: string[]): ChildProcess {
    const child = spawn('chroot', [this.root, program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: this.#env,
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    endWithParent(child);
    return child;
  }

  /** Everything that lives in this root and nothing else: helpers that Courier started by itself. */
  endAll(): void {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        if (readlinkSync(`/proc/${name}/root`) === this.root) process.kill(Number(name), 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}

/** makedatprog takes lines of key and value, and a dot as proof that it heard them all. */
async function writeUsers(jail: Jail, users: ImapServerOptions['users'], ids: string[]) {
  const [uid, gid] = ids;
  const facts: string[] = [];
  const secrets: string[] = [];
  for (const { user, password } of users) {
    const home = `/home/${user}`;
    facts.push(`${user}\tuid=${uid}|gid=${gid}|home=${home}|mail=${home}/Maildir`);
    const hash = await runOrThrow('openssl', ['passwd', '-6', '-stdin'], { input: password });
    secrets.push(`${user}\tsystempw=${hash.trim()}`);
    await mkdir(join(jail.root, home), { recursive: true });
    await jail.run('/usr/bin/maildirmake.courier', [`${home}/Maildir`]);
    await runOrThrow('chown', ['-R', `${uid}:${gid}`, join(jail.root, home)]);
  }
  const make = '/usr/lib/courier/courier-authlib/makedatprog';
  for (const [name, lines] of [
    ['userdb', facts],
    ['userdbshadow', secrets],
  ] as const) {
    const text = `${[...lines, '.'].join('\n')}\n`;
    await jail.run(make, ['-', '/tmp/making', `/etc/courier/${name}.dat`], text);
  }
}

async function prepare(root: string, users: ImapServerOptions['users']): Promise<Jail> {
  await runOrThrow('cp', ['-a', unpackedServer('courier-imap') ?? '', root]);
  for (const name of ['run/courier/authdaemon', 'dev', 'tmp', 'home'])
    await mkdir(join(root, name), { recursive: true });
  await chmod(join(root, 'tmp'), 0o1777);
  await writeFile(join(root, 'dev/null'), '');
  await chmod(join(root, 'dev/null'), 0o666);
  await writeFile(join(root, 'etc/courier/authdaemonrc'), authConfig);
  const ids = await Promise.all(
    ['-u', '-g'].map(async (flag) => (await runOrThrow('id', [flag, mailUser()])).trim()),
  );
  // Courier's watcher of mailboxes names its socket after the user.
  const entry = `${mailUser()}:x:${ids.join(':')}:mail:/home:/bin/false\n`;
  await writeFile(join(root, 'etc/passwd'), entry);
  const jail = new Jail(root);
  await writeUsers(jail, users, ids);
  return jail;
}

/** @throws Error when Courier is not unpacked here, or with its own words when it cannot start */
export async function startCourier(options: ImapServerOptions): Promise<ImapServer> {
  const missing = courierMissing();
  if (missing !== false) throw new Error(missing);
  const jail = await prepare(join(resolve(options.dir), 'courier'), options.users);
  const [port = 0] = await freePorts(1);
  const output: string[] = [];
  const auth = jail.spawn('/usr/lib/courier/courier-authlib/authdaemond', [], output);
  const server = jail.spawn(
    '/usr/sbin/couriertcpd',
    [
      '-address=127.0.0.1',
      '-maxprocs=100',
      '-maxperip=100',
      '-nodnslookup',
      '-noidentlookup',
      String(port),
      '/usr/lib/courier/courier/imaplogin',
      '/usr/bin/imapd',
      'Maildir',
    ],
    output,
  );
  const stop = async (): Promise<void> => {
    await Promise.all([endChild(server), endChild(auth)]);
    jail.endAll();
  };
  const failed = (): string | undefined =>
    [auth, server].every(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
      ? undefined
      : `courier did not start: ${output.join('')}`;
  try {
    await waitForPort(port, { greets: true, failed });
  } catch (error) {
    await stop();
    throw new Error(`courier did not come up\n${output.join('')}`, { cause: error });
  }
  return { imapPort: port, stop };
}
