/**
 * The command line. Simple set-ups need no file: each flag fills the same object that a JSON file
 * would hold, and config.ts checks both alike. docs/gateway.md.
 */
import { parseArgs } from 'node:util';
import { ConfigError, type ConfigInput } from './config.ts';

export type CommandLine =
  | { readonly command: 'run'; readonly config: ConfigSource }
  | KeysCommand
  | { readonly command: 'help' }
  | { readonly command: 'version' };

/** What is done with the keys; of the configuration only the state folder counts. */
export type KeysCommand =
  | { readonly command: 'keys-show'; readonly config: ConfigSource; readonly json: boolean }
  | {
      readonly command: 'keys-rotate';
      readonly config: ConfigSource;
      readonly step: 'announce' | 'now' | 'cancel';
      /** When the announced identity takes over; the default when missing. */
      readonly on: Date | undefined;
    }
  | {
      readonly command: 'keys-backup';
      readonly config: ConfigSource;
      readonly to: string;
      readonly passphraseFile: string | undefined;
    }
  | {
      readonly command: 'keys-restore';
      readonly config: ConfigSource;
      readonly from: string;
      readonly replace: boolean;
      readonly passphraseFile: string | undefined;
    };

/** A file, or what the flags said; for `keys …` the listeners may be missing. */
export type ConfigSource =
  | { readonly path: string }
  | { readonly input: Omit<ConfigInput, 'stateDir'> & { readonly stateDir?: string } };

export const helpText = `letterlock-gateway: XPUBKEY and XSEAL in front of any mail server

  letterlock-gateway --config FILE
  letterlock-gateway --state-dir DIR --submission listen=HOST:PORT,backend=HOST:PORT
                     --imap listen=HOST:PORT,backend=HOST:PORT
  letterlock-gateway keys show    --state-dir DIR [--json]
  letterlock-gateway keys rotate  --state-dir DIR [--on DATE | --now | --cancel]
  letterlock-gateway keys backup  --state-dir DIR --to FILE [--passphrase-file FILE]
  letterlock-gateway keys restore --state-dir DIR --from FILE [--passphrase-file FILE] [--replace]

  --config FILE        everything below from a JSON file
  --state-dir DIR      where the keys are kept (made at first start)
  --submission SPEC    submission, STARTTLS or XSEAL        (may be repeated)
  --submissions SPEC   submission, TLS from the first octet (may be repeated)
  --imap SPEC          IMAP, STARTTLS or XSEAL              (may be repeated)
  --imaps SPEC         IMAP, TLS from the first octet       (may be repeated)
  --tls-cert FILE      certificate chain, PEM
  --tls-key FILE       its key, PEM
  --name NAME          host name on the key card (may be repeated; none: any)
  --seal-key-days N    a new seal key after so many days (30)
  --overlap-days N     how long the one before stays valid beside it (15)
  --version, --help

  --on DATE            when the new identity takes over: 2026-12-24 or 2026-12-24T08:00:00Z
                       (in 14 days); until then the key card announces it
  --now                it takes over now;  --cancel takes an announcement back
  --passphrase-file    its first line; without it the terminal or standard input is asked
  --replace            put the keys that are there aside and take those of the backup

  SPEC is listen=HOST:PORT,backend=HOST:PORT and may go on with
    ,proxy             tell the backend the client's address (PROXY protocol, version 1)
    ,allow-clear-auth  take passwords on unprotected connections
    ,no-auth           take mail without AUTH; only for a backend that trusts nobody by address
`;

const options = {
  config: { type: 'string' },
  'state-dir': { type: 'string' },
  submission: { type: 'string', multiple: true },
  submissions: { type: 'string', multiple: true },
  imap: { type: 'string', multiple: true },
  imaps: { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  name: { type: 'string', multiple: true },
  'seal-key-days': { type: 'string' },
  'overlap-days': { type: 'string' },
  json: { type: 'boolean' },
  on: { type: 'string' },
  now: { type: 'boolean' },
  cancel: { type: 'boolean' },
  to: { type: 'string' },
  from: { type: 'string' },
  replace: { type: 'boolean' },
  'passphrase-file': { type: 'string' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const;

type Listener = ConfigInput['listeners'][number];
type Values = ReturnType<typeof parse>['values'];

/** The flags of each command that are not configuration. */
const ownFlags = {
  '': [],
  'keys show': ['json'],
  'keys rotate': ['on', 'now', 'cancel'],
  'keys backup': ['to', 'passphrase-file'],
  'keys restore': ['from', 'replace', 'passphrase-file'],
} as const satisfies Record<string, readonly (keyof typeof options)[]>;
const commandFlags = new Set<string>(Object.values(ownFlags).flat());

/** @throws ConfigError */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  if (values.help === true) return { command: 'help' };
  if (values.version === true) return { command: 'version' };
  const name = positionals.join(' ');
  if (!isCommand(name)) throw new ConfigError(`unknown command "${name}"; try --help`);
  const allowed: readonly string[] = ownFlags[name];
  for (const flag of Object.keys(values)) {
    if (commandFlags.has(flag) && !allowed.includes(flag)) {
      throw new ConfigError(`--${flag} does not go with ${name || 'a running gateway'}`);
    }
  }
  const config = configSource(values);
  return name === '' ? { command: 'run', config } : keysCommand(name, config, values);
}

function isCommand(name: string): name is keyof typeof ownFlags {
  return Object.hasOwn(ownFlags, name);
}

function configSource(values: Values): ConfigSource {
  const { config: path } = values;
  if (path === undefined) return { input: fromFlags(values) };
  const others = Object.keys(values).filter((flag) => flag !== 'config' && !commandFlags.has(flag));
  if (others.length > 0) throw new ConfigError('--config goes with no other configuration');
  return { path };
}

function keysCommand(
  name: Exclude<keyof typeof ownFlags, ''>,
  config: ConfigSource,
  values: Values,
): KeysCommand {
  const passphraseFile = values['passphrase-file'];
  switch (name) {
    case 'keys show':
      return { command: 'keys-show', config, json: values.json === true };
    case 'keys rotate': {
      const { on, now, cancel } = values;
      if ([on !== undefined, now, cancel].filter(Boolean).length > 1) {
        throw new ConfigError('--on, --now and --cancel: one of them');
      }
      const step = now ? 'now' : cancel ? 'cancel' : 'announce';
      return { command: 'keys-rotate', config, step, on: on === undefined ? on : parseDate(on) };
    }
    case 'keys backup':
      if (values.to === undefined) throw new ConfigError('--to FILE is missing');
      return { command: 'keys-backup', config, to: values.to, passphraseFile };
    case 'keys restore': {
      const { from, replace } = values;
      if (from === undefined) throw new ConfigError('--from FILE is missing');
      return {
        command: 'keys-restore',
        config,
        from,
        replace: replace === true,
        passphraseFile,
      };
    }
  }
}

/** A day (its first moment) or a second, in UTC. */
function parseDate(text: string): Date {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time) ? new Date(time) : undefined;
  // Date rolls 31 February over; the round trip refuses it.
  if (date && date.getTime() > 0 && `${date.toISOString().slice(0, 19)}Z` === time) return date;
  throw new ConfigError(`--on: "${text}" is not a date like 2026-12-24 or 2026-12-24T08:00:00Z`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : '').split('\n');
    throw new ConfigError(`${line}; try --help`);
  }
}

function fromFlags(values: Values) {
  const kinds = [
    ['submission', 'submission', false],
    ['submissions', 'submission', true],
    ['imap', 'imap', false],
    ['imaps', 'imap', true],
  ] as const;
  const listeners: Listener[] = [];
  for (const [flag, service, implicitTls] of kinds) {
    for (const spec of values[flag] ?? []) {
      listeners.push({ ...parseSpec(flag, spec), service, implicitTls });
    }
  }
  const cert = values['tls-cert'];
  const key = values['tls-key'];
  if ((cert === undefined) !== (key === undefined)) {
    throw new ConfigError('--tls-cert and --tls-key go together');
  }
  const stateDir = values['state-dir'];
  const sealKeyDays = parseDays('seal-key-days', values);
  const overlapDays = parseDays('overlap-days', values);
  return {
    listeners,
    ...(stateDir !== undefined && { stateDir }),
    ...(values.name !== undefined && { names: values.name }),
    ...(cert !== undefined && key !== undefined && { tls: { cert, key } }),
    ...(sealKeyDays !== undefined && { sealKeyDays }),
    ...(overlapDays !== undefined && { overlapDays }),
  };
}

function parseDays(flag: 'seal-key-days' | 'overlap-days', values: Values): number | undefined {
  const text = values[flag];
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new ConfigError(`--${flag}: a number of days`);
  return Number(text);
}

function parseSpec(flag: string, spec: string): Omit<Listener, 'service' | 'implicitTls'> {
  let listen = '';
  let backend = '';
  const switches = { proxyProtocol: false, allowClearAuth: false, requireAuth: true };
  for (const part of spec.split(',')) {
    if (part.startsWith('listen=')) listen = part.slice('listen='.length);
    else if (part.startsWith('backend=')) backend = part.slice('backend='.length);
    else if (part === 'proxy') switches.proxyProtocol = true;
    else if (part === 'allow-clear-auth') switches.allowClearAuth = true;
    else if (part === 'no-auth') switches.requireAuth = false;
    else throw new ConfigError(`--${flag}: "${part}" is not understood; try --help`);
  }
  if (listen === '' || backend === '') {
    throw new ConfigError(`--${flag} needs listen=HOST:PORT,backend=HOST:PORT`);
  }
  return { listen, backend, ...switches };
}
