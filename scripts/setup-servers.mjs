/**
 * Cyrus and Courier beside Dovecot: their Debian packages exclude each other, so these two are
 * fetched and unpacked into a folder of their own instead of installed. Nothing on the system
 * changes. Missing libraries come along; Courier, whose paths are built in, gets a whole root
 * directory to live in, with copies of the system libraries that it loads.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const servers = {
  cyrus: { package: 'cyrus-imapd', programs: [] },
  courier: {
    package: 'courier-imap',
    programs: [
      'usr/bin/imapd',
      'usr/lib/courier/courier/imaplogin',
      'usr/lib/courier/courier-authlib/authdaemond',
      'usr/lib/courier-authlib/libauthuserdb.so.0',
      'usr/sbin/couriertcpd',
      'usr/lib/courier/courier-authlib/makedatprog',
      'usr/libexec/gam_server',
    ],
  },
};

/** The unpacked servers; readable for the users that mail servers run as. */
function serversFolder() {
  const asRoot = process.getuid?.() === 0;
  const cache = asRoot ? '/var/cache' : (process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'));
  return join(cache, 'letterlock-test-servers');
}

/** The folder of an unpacked server, of any version; undefined when it is not there. */
function unpackedServer(name) {
  const folder = serversFolder();
  const prefix = `${servers[name].package}_`;
  const found = existsSync(folder)
    ? readdirSync(folder).filter((one) => one.startsWith(prefix))
    : [];
  const last = found.sort().at(-1);
  return last === undefined ? undefined : join(folder, last);
}

function must(program, args, env = process.env) {
  const result = spawnSync(program, args, { encoding: 'utf8', env });
  if (result.status === 0) return result.stdout;
  throw new Error(`${program}: ${result.stderr ?? result.error?.message}`);
}

function addSystemLibraries(root, programs) {
  const own = [
    'usr/lib',
    'usr/lib/courier-authlib',
    ...multiarch(join(root, 'usr/lib'), 'usr/lib'),
  ];
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: own.map((path) => join(root, path)).join(':'),
  };
  for (const program of programs) {
    for (const [path] of must('ldd', [join(root, program)], env).matchAll(/\/[^\s()]+/g)) {
      if (path.startsWith(`${root}/`) || existsSync(join(root, path))) continue;
      mkdirSync(dirname(join(root, path)), { recursive: true });
      copyFileSync(path, join(root, path));
      chmodSync(join(root, path), 0o755);
    }
  }
}

function multiarch(folder, below) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('-linux-gnu'))
    .map((name) => join(below, name));
}

/** @throws Error with the words of the program that failed */
function unpack(name, sudo) {
  const { package: wanted, programs } = servers[name];
  const folder = serversFolder();
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const work = join(folder, `.${name}-${process.pid}`);
  const archives = join(work, 'archives');
  const root = join(work, 'root');
  try {
    mkdirSync(join(archives, 'partial'), { recursive: true });
    mkdirSync(root);
    const options = ['-y', '-qq', '--no-install-recommends', '--download-only'];
    const apt = [
      'apt-get',
      'install',
      ...options,
      '-o',
      `Dir::Cache::archives=${archives}`,
      wanted,
    ];
    const [program, ...args] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', ...apt];
    must(program, args);
    const debs = readdirSync(archives).filter((file) => file.endsWith('.deb'));
    for (const deb of debs) must('dpkg-deb', ['-x', join(archives, deb), root]);
    for (const unused of ['usr/share', 'usr/include'])
      rmSync(join(root, unused), { recursive: true, force: true });
    addSystemLibraries(root, programs);
    const own = debs.find((file) => file.startsWith(`${wanted}_`)) ?? `${wanted}_.deb`;
    const kept = join(folder, own.replace(/_[a-z0-9]+\.deb$/, ''));
    rmSync(kept, { recursive: true, force: true });
    renameSync(root, kept);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export function serversMissing() {
  return Object.keys(servers).some((name) => unpackedServer(name) === undefined);
}

/** Unpacks what is missing. @param sudo words before a command that needs root, often none */
export function unpackServers(sudo, say) {
  for (const name of Object.keys(servers)) {
    if (unpackedServer(name) !== undefined) continue;
    say(`Fetching ${servers[name].package} for the tests (once) …`);
    try {
      unpack(name, sudo);
    } catch (error) {
      say(
        `${servers[name].package} could not be fetched: ${error.message.trim().split('\n').at(-1)}`,
      );
    }
  }
}
