/**
 * A real Cyrus for tests: own configuration, own directories, on 127.0.0.1 only. As root its
 * processes change to the service user; as a plain user everything runs as that user.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';
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

export interface ImapServerOptions {
  /** An existing directory; opened (0711) to service users when root. */
  readonly dir: string;
  /** `user` is the whole login name, such as `mia@example.test`; all of one domain. */
  readonly users: readonly { readonly user: string; readonly password: string }[];
}

export interface ImapServer {
  /** Clear, on 127.0.0.1. */
  readonly imapPort: number;
  stop(): Promise<void>;
}

/** Why there can be no Cyrus here; false when there can. */
export function cyrusMissing(): string | false {
  return unpackedServer('cyrus-imapd') === undefined && 'Cyrus needs Debian and apt';
}

interface Layout {
  readonly root: string;
  readonly dir: string;
  readonly port: number;
  readonly domain: string;
}

function imapdConfig({ dir, domain }: Layout): string {
  const user = mailUser();
  return `configdirectory: ${dir}/conf
partition-default: ${dir}/spool
defaultpartition: default
cyrus_user: ${user}
servername: localhost
virtdomains: userid
defaultdomain: ${domain}
unixhierarchysep: yes
altnamespace: yes
allowplaintext: yes
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: ${dir}/sasl/mux
sasl_mech_list: PLAIN LOGIN
autocreate_quota: 0
autocreate_inbox_folders: Drafts | Sent | Junk | Trash | Archive
autocreate_subscribe_folders: Drafts | Sent | Junk | Trash | Archive
xlist-drafts: Drafts
xlist-sent: Sent
xlist-junk: Junk
xlist-trash: Trash
xlist-archive: Archive
idlesocket: ${dir}/conf/socket/idle
`;
}

function masterConfig({ root, dir, port }: Layout): string {
  const command = (name: string, more = ''): string =>
    `cmd="${root}/usr/lib/cyrus/bin/${name} -C ${dir}/imapd.conf${more}"`;
  return `START {
  recover ${command('ctl_cyrusdb', ' -r')}
}
SERVICES {
  imap ${command('imapd')} listen="127.0.0.1:${port}" prefork=1 maxchild=100
}
DAEMON {
  idled ${command('idled')}
}
EVENTS {
}
`;
}

/** What Cyrus asks for passwords: four counted strings in, one out (saslauthd's own words). */
function startPasswordCheck(
  path: string,
  domain: string,
  users: ImapServerOptions['users'],
): Promise<Server> {
  const known = new Map(users.map(({ user, password }) => [user, password]));
  const server = createServer((socket) => {
    let heard: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      const words: string[] = [];
      for (let at = 0; at + 2 <= heard.length; ) {
        const end = at + 2 + heard.readUInt16BE(at);
        if (end > heard.length) break;
        words.push(heard.toString('utf8', at + 2, end));
        at = end;
      }
      if (words.length < 4) return;
      const [name = '', password, , realm = ''] = words;
      // The default domain has been taken off the name.
      const user = `${name}@${realm === '' ? domain : realm}`;
      const answer = known.get(user) === password ? 'OK' : 'NO';
      socket.end(Buffer.from(`\0${String.fromCharCode(answer.length)}${answer}`));
    });
  });
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(path, () => done(server));
  });
}

async function writeFiles(layout: Layout, opened: string): Promise<void> {
  const { dir } = layout;
  for (const name of ['conf/socket', 'spool', 'sasl'])
    await mkdir(join(dir, name), { recursive: true });
  await writeFile(join(dir, 'imapd.conf'), imapdConfig(layout), { mode: 0o644 });
  await writeFile(join(dir, 'cyrus.conf'), masterConfig(layout), { mode: 0o644 });
  if (!isRoot()) return;
  await chmod(opened, 0o711);
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number(await runOrThrow('id', [flag, mailUser()]))),
  );
  for (const name of ['.', 'conf', 'conf/socket', 'spool'])
    await chown(join(dir, name), uid ?? 0, gid ?? 0);
}

async function launch({ root, dir, port }: Layout): Promise<ChildProcess> {
  const libraries = libraryFolders(root).map((folder) => join(root, folder));
  const files = ['-C', `${dir}/imapd.conf`, '-M', `${dir}/cyrus.conf`, '-p', `${dir}/conf/pid`];
  const child = spawn(join(root, 'usr/lib/cyrus/bin/master'), [...files, '-D'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // When it ends it sends SIGTERM to its whole process group: that must not be ours.
    detached: true,
    env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  endWithParent(child);
  const failed = (): string | undefined =>
    child.exitCode === null && child.signalCode === null
      ? undefined
      : `cyrus did not start: ${output}`;
  try {
    await waitForPort(port, { greets: true, failed });
  } catch (error) {
    await endChild(child);
    throw new Error(`cyrus did not come up\n${output}`, { cause: error });
  }
  return child;
}

/** @throws Error when Cyrus is not unpacked here, or with its own words when it cannot start */
export async function startCyrus(options: ImapServerOptions): Promise<ImapServer> {
  const root = unpackedServer('cyrus-imapd');
  if (root === undefined) throw new Error('cyrus is not here');
  const dir = join(resolve(options.dir), 'cyrus');
  const [port = 0] = await freePorts(1);
  const domain = options.users[0]?.user.split('@')[1] ?? 'localhost';
  const layout = { root, dir, port, domain };
  await mkdir(dir, { recursive: true });
  await writeFiles(layout, options.dir);
  const check = await startPasswordCheck(join(dir, 'sasl', 'mux'), domain, options.users);
  await chmod(join(dir, 'sasl', 'mux'), 0o777);
  const child = await launch(layout);
  return {
    imapPort: port,
    async stop() {
      await endChild(child);
      await new Promise((done) => check.close(done));
    },
  };
}
