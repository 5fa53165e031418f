/**
 * The command line. Simple set-ups need no file: each flag fills the same object that a JSON file
 * would hold, and config.ts checks both alike. docs/gateway.md.
 */
import { parseArgs } from 'node:util';
import { ConfigError, type ConfigInput } from './config.ts';

export type CommandLine =
  | { readonly command: 'run'; readonly config: ConfigSource }
  | { readonly command: 'keys-show'; readonly config: ConfigSource }
  | { readonly command: 'help' }
  | { readonly command: 'version' };

/** A file, or what the flags said; for `keys show` the listeners may be missing. */
export type ConfigSource =
  | { readonly path: string }
  | { readonly input: Omit<ConfigInput, 'stateDir'> & { readonly stateDir?: string } };

export const helpText = `letterlock-gateway: XPUBKEY and XSEAL in front of any mail server

  letterlock-gateway --config FILE
  letterlock-gateway --state-dir DIR --submission listen=HOST:PORT,backend=HOST:PORT
                     --imap listen=HOST:PORT,backend=HOST:PORT
  letterlock-gateway keys show --state-dir DIR

  --config FILE        everything below from a JSON file
  --state-dir DIR      where the keys are kept (made at first start)
  --submission SPEC    submission, STARTTLS or XSEAL        (may be repeated)
  --submissions SPEC   submission, TLS from the first octet (may be repeated)
  --imap SPEC          IMAP, STARTTLS or XSEAL              (may be repeated)
  --imaps SPEC         IMAP, TLS from the first octet       (may be repeated)
  --tls-cert FILE      certificate chain, PEM
  --tls-key FILE       its key, PEM
  --name NAME          host name on the key card (may be repeated; none: any)
  --version, --help

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
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const;

type Listener = ConfigInput['listeners'][number];

/** @throws ConfigError */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  if (values.help === true) return { command: 'help' };
  if (values.version === true) return { command: 'version' };
  const { config: path, ...others } = values;
  let config: ConfigSource;
  if (path !== undefined) {
    if (Object.keys(others).length > 0) throw new ConfigError('--config goes with no other flag');
    config = { path };
  } else {
    config = { input: fromFlags(values) };
  }
  if (positionals.length === 0) return { command: 'run', config };
  if (positionals.join(' ') === 'keys show') return { command: 'keys-show', config };
  throw new ConfigError(`unknown command "${positionals.join(' ')}"; try --help`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : '').split('\n');
    throw new ConfigError(`${line}; try --help`);
  }
}

function fromFlags(values: ReturnType<typeof parse>['values']) {
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
  return {
    listeners,
    ...(stateDir !== undefined && { stateDir }),
    ...(values.name !== undefined && { names: values.name }),
    ...(cert !== undefined && key !== undefined && { tls: { cert, key } }),
  };
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
