/**
 * Server names for an address: a known provider, then SRV records (RFC 6186, RFC 8314 §5.1), then
 * the usual host names if they answer on TCP. Asks DNS and opens TCP connections, nothing else: no
 * HTTP, no password, not a byte to a mail server. What is found is shown before it is used.
 */
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import type { MethodOutput, ServerEndpointDto } from '../contract/index.ts';
import { parseAddress, wireAddress } from '../mime/build-address.ts';
import { findProvider, type Provider } from './providers.ts';

export interface DiscoverOptions {
  /** `host:port` of DNS servers; the system's when absent. */
  readonly dnsServers?: readonly string[];
  readonly dnsTimeoutMs?: number;
  readonly tcpTimeoutMs?: number;
}

export type Discovered = MethodOutput<'account.discover'>;

const defaults = { dnsTimeoutMs: 2_000, tcpTimeoutMs: 2_500 } as const;

/**
 * Always answers: the last resort is a guess that nothing confirmed.
 * @throws RequestError `address.invalid`
 */
export async function discover(
  address: string,
  options: DiscoverOptions = {},
): Promise<Discovered> {
  const parsed = parseAddress(address);
  const domain = wireAddress(parsed).split('@').at(-1)?.toLowerCase() ?? '';
  const person = { userName: parsed, displayName: displayNameOf(parsed) };
  const provider = findProvider(domain);
  if (provider) return { ...person, ...fromProvider(provider) };
  const [srvImap, srvSubmission] = domain === 'localhost' ? [] : await fromSrv(domain, options);
  const [imap, submission] = await Promise.all([
    srvImap ?? guess('imap', domain, options),
    srvSubmission ?? guess('submission', domain, options),
  ]);
  return { ...person, imap, submission, source: (srvImap ?? srvSubmission) ? 'srv' : 'guess' };
}

function fromProvider(
  provider: Provider,
): Pick<Discovered, 'imap' | 'submission' | 'source' | 'note'> {
  const { imapHost, imapPort = 993, submissionHost, submissionPort, note, local } = provider;
  return {
    imap: { host: imapHost, port: imapPort, transport: local ? 'clear' : 'implicit-tls' },
    submission: {
      host: submissionHost,
      port: submissionPort,
      transport: submissionPort === 465 ? 'implicit-tls' : 'clear',
    },
    source: 'provider',
    ...(note ? { note } : {}),
  };
}

/** TLS from the first byte is preferred over a port that begins in clear, whatever its priority. */
async function fromSrv(
  domain: string,
  options: DiscoverOptions,
): Promise<[ServerEndpointDto | undefined, ServerEndpointDto | undefined]> {
  const resolver = new Resolver({
    timeout: options.dnsTimeoutMs ?? defaults.dnsTimeoutMs,
    tries: 1,
  });
  if (options.dnsServers && options.dnsServers.length > 0) {
    resolver.setServers(options.dnsServers);
  }
  const look = (service: string, transport: ServerEndpointDto['transport']) =>
    bestRecord(resolver, `${service}._tcp.${domain}`, transport);
  const [imaps, imap, submissions, submission] = await Promise.all([
    look('_imaps', 'implicit-tls'),
    look('_imap', 'clear'),
    look('_submissions', 'implicit-tls'),
    look('_submission', 'clear'),
  ]);
  return [imaps ?? imap, submissions ?? submission];
}

async function bestRecord(
  resolver: Resolver,
  name: string,
  transport: ServerEndpointDto['transport'],
): Promise<ServerEndpointDto | undefined> {
  const records = await resolver.resolveSrv(name).catch(() => []);
  const usable = records
    .map((record) => ({ ...record, name: record.name.replace(/\.$/, '') }))
    // A record of "." says that the service is not offered (RFC 2782).
    .filter((record) => record.port > 0 && isHostName(record.name))
    .sort((a, b) => a.priority - b.priority || b.weight - a.weight);
  const [best] = usable;
  return best && { host: best.name.toLowerCase(), port: best.port, transport };
}

function isHostName(name: string): boolean {
  return /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i.test(
    name,
  );
}

/** The first of the usual names that accepts a TCP connection; the best bet when none does. */
async function guess(
  service: 'imap' | 'submission',
  domain: string,
  options: DiscoverOptions,
): Promise<ServerEndpointDto> {
  const candidates = candidatesFor(service, domain);
  const timeoutMs = options.tcpTimeoutMs ?? defaults.tcpTimeoutMs;
  const answers = await Promise.all(candidates.map((each) => answersTcp(each, timeoutMs)));
  const found = candidates.find((_candidate, index) => answers[index]);
  const [first] = candidates;
  return found ?? first ?? { host: domain, port: 993, transport: 'implicit-tls' };
}

function candidatesFor(service: 'imap' | 'submission', domain: string): ServerEndpointDto[] {
  const prefixes = service === 'imap' ? ['imap', 'mail'] : ['smtp', 'mail'];
  const hosts =
    domain === 'localhost'
      ? [domain]
      : [...prefixes.map((prefix) => `${prefix}.${domain}`), domain];
  const [tls, clear] = service === 'imap' ? [993, 143] : [465, 587];
  return [
    ...hosts.map((host) => ({ host, port: tls, transport: 'implicit-tls' as const })),
    ...hosts.map((host) => ({ host, port: clear, transport: 'clear' as const })),
  ];
}

/** Connects and hangs up; nothing is sent or read. */
function answersTcp({ host, port }: ServerEndpointDto, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (answers: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answers);
    };
    const timer = setTimeout(() => settle(false), timeoutMs);
    socket.once('connect', () => settle(true));
    socket.on('error', () => settle(false));
  });
}

/** "ada.lovelace" → "Ada Lovelace": a first suggestion, editable. */
function displayNameOf(address: string): string {
  const local = address.slice(0, address.lastIndexOf('@')).replace(/\+.*$/, '');
  return local
    .split(/[._-]+/)
    .filter((word) => word !== '' && !/^\d+$/.test(word))
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(' ');
}
