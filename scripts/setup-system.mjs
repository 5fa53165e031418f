/**
 * The programs a purpose needs beside npm packages. On Debian and Ubuntu, as root or with sudo that
 * asks nothing, they are installed without starting any service; elsewhere one line says what to do.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { serversMissing, unpackServers } from './setup-servers.mjs';

const browsers = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
];
const macApps = ['Google Chrome', 'Chromium', 'Microsoft Edge'];

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(name) {
  const extra = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin'];
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...extra];
  return folders.some((folder) => folder !== '' && isExecutable(join(folder, name)));
}

function hasBrowser() {
  if (process.env.LETTERLOCK_BROWSER !== undefined) return true;
  return (
    browsers.some(onPath) ||
    macApps.some((name) => existsSync(`/Applications/${name}.app/Contents/MacOS/${name}`))
  );
}

function perlHas(module) {
  return spawnSync('perl', [`-M${module}`, '-e', '1']).status === 0;
}

/** Debian's own Python first, as the tests do: another in PATH may not see Debian's packages. */
function pythonHas(module) {
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  return spawnSync(python, ['-c', `import ${module}`]).status === 0;
}

/** Debian's package, how to tell that it is there, and its name elsewhere. */
const programs = {
  openssl: { apt: ['openssl'], present: () => onPath('openssl'), brew: 'openssl' },
  browser: { apt: ['chromium'], present: hasBrowser, brew: '--cask chromium' },
  dovecot: {
    apt: ['dovecot-imapd', 'dovecot-lmtpd'],
    present: () =>
      onPath('dovecot') &&
      (process.platform !== 'linux' ||
        ['imap', 'lmtp'].every((name) =>
          ['/usr/lib/dovecot', '/usr/libexec/dovecot'].some((dir) => existsSync(join(dir, name))),
        )),
    brew: 'dovecot',
  },
  postfix: { apt: ['postfix'], present: () => onPath('postfix') },
  // Without the Perl library swaks speaks no TLS.
  swaks: {
    apt: ['swaks', 'libnet-ssleay-perl'],
    present: () => onPath('swaks') && perlHas('Net::SSLeay'),
    brew: 'swaks',
  },
  // For the independent reader of the test vectors.
  python: {
    apt: ['python3', 'python3-cryptography'],
    present: () => pythonHas('cryptography'),
    brew: 'python-cryptography',
  },
  xvfb: { apt: ['xvfb'], present: () => onPath('Xvfb') },
  // What the engine is measured against.
  isync: { apt: ['isync'], present: () => onPath('mbsync'), brew: 'isync' },
  notmuch: { apt: ['notmuch'], present: () => onPath('notmuch'), brew: 'notmuch' },
};

// Made-up mail has names in many scripts; not worth an installation of their own.
const alongside = [
  'fonts-noto-core',
  'fonts-noto-cjk',
  'fonts-noto-color-emoji',
  'ca-certificates',
];

function needed(purpose, args, asRoot) {
  const linux = process.platform === 'linux';
  const postfix = asRoot ? ['postfix'] : [];
  switch (purpose) {
    case 'demo':
      return [
        'openssl',
        'browser',
        'dovecot',
        ...postfix,
        ...(linux && args.includes('--headless') ? ['xvfb'] : []),
      ];
    case 'test': {
      if (args.includes('--unit')) return ['openssl'];
      const screen = linux && process.env.DISPLAY === undefined ? ['xvfb'] : [];
      return ['openssl', 'browser', 'dovecot', ...postfix, 'swaks', 'python', ...screen];
    }
    case 'bench':
      return ['openssl', 'dovecot', 'isync', 'notmuch'];
    case 'servers':
      return ['openssl', 'dovecot', ...postfix];
    case 'check':
      return ['openssl'];
    default:
      return [];
  }
}

// The two mail servers are wanted as programs: nothing may listen on this machine because of us.
const installScript = `
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
before=$(dpkg-query -W -f '\${Package}\\n' dovecot-core postfix 2>/dev/null || true)
echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections || true
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@"
if command -v systemctl >/dev/null && [ -d /run/systemd/system ]; then
  for pair in dovecot-core:dovecot postfix:postfix; do
    case "$before" in *"\${pair%%:*}"*) ;; *) systemctl disable "\${pair##*:}" 2>/dev/null || true ;; esac
  done
fi
`;

function aptInstall(packages, asRoot, say) {
  say(`Installing ${packages.join(', ')} (once) …`);
  const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c', installScript, 'sh'];
  const [program, ...args] = [...(asRoot ? [] : ['sudo', '-n']), ...command, ...packages];
  const result = spawnSync(program, [...args, ...alongside], { encoding: 'utf8' });
  if (result.status === 0) return;
  const lines = `${result.stdout}${result.stderr}`.replace(/\bhttps?:\/\/\S+/g, '(address)');
  say(lines.trim().split('\n').slice(-15).join('\n'));
}

function canInstall(asRoot) {
  if (!onPath('apt-get')) return false;
  return asRoot || (onPath('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0);
}

function runsIntegration(args) {
  return args.includes('--integration') || !args.some((word) => ['--unit', '--e2e'].includes(word));
}

/** Where they cannot be fetched, their tests say so and are left out. */
function fetchServers(asRoot, say) {
  if (serversMissing() && onPath('dpkg-deb') && canInstall(asRoot))
    unpackServers(asRoot ? [] : ['sudo', '-n'], say);
}

function advice(missing) {
  const apt = missing.flatMap((name) => programs[name].apt);
  if (onPath('apt-get')) return `Please install first: sudo apt-get install ${apt.join(' ')}`;
  if (process.platform === 'darwin') {
    const brew = missing.map((name) => programs[name].brew ?? name);
    return `Please install first: ${brew.map((name) => `brew install ${name}`).join(' && ')}`;
  }
  if (process.platform === 'win32')
    return 'This needs Dovecot, which does not run on Windows: please use WSL (wsl --install) for it.';
  return `Please install first, with your system's package manager: ${missing.join(', ')}`;
}

/**
 * Sees that what `purpose` needs is there.
 * @returns undefined when it is, else one line that says what to install
 */
export function prepareSystem(purpose, args, say) {
  const asRoot = process.getuid?.() === 0;
  if (purpose === 'test' && runsIntegration(args)) fetchServers(asRoot, say);
  const absent = () => needed(purpose, args, asRoot).filter((name) => !programs[name].present());
  const before = absent();
  if (before.length === 0) return undefined;
  if (canInstall(asRoot)) {
    aptInstall(
      before.flatMap((name) => programs[name].apt),
      asRoot,
      say,
    );
  }
  const after = absent();
  return after.length === 0 ? undefined : advice(after);
}
