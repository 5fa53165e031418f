/**
 * Opens a leg: connects, negotiates, protects, and hands on a Duplex whose next octet is a fresh
 * greeting. Sends no credential and decides no fallback: policy is asked. docs/protocol.md §8.
 */
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { domainToASCII } from 'node:url';
import { asMailError } from '../errors.ts';
import { Attempt } from './attempt.ts';
import { ClearChannel } from './clear-channel.ts';
import type { ClearSession } from './clear-session.ts';
import { ImapSession } from './imap-session.ts';
import { type LegTimeouts, limits } from './limits.ts';
import { sealLeg } from './seal-leg.ts';
import { SmtpSession } from './smtp-session.ts';
import { matchSuites } from './suites.ts';
import { interceptorParams, startTls } from './tls.ts';
import type {
  LegDecision,
  LegEndpoint,
  LegPolicy,
  LegProtection,
  OpenedLeg,
  OpenLeg,
  OpenLegOptions,
  TlsFacts,
} from './types.ts';
import { meetsFloor } from './types.ts';

/**
 * @param timeouts shorter waits, for tests
 * @returns an `openLeg`: it throws LegError, or CancelledError when `signal` fires; then every
 *   socket is destroyed
 */
export function createOpenLeg(timeouts: Partial<LegTimeouts> = {}): OpenLeg {
  const { openMs, connectMs, tlsMs, replyMs } = limits;
  const waits: LegTimeouts = { openMs, connectMs, tlsMs, replyMs, ...timeouts };
  return async (endpoint, policy, options = {}) => {
    const attempt = new Attempt(endpoint, waits, options.signal);
    try {
      const leg = await new Opening(attempt, policy, options).run();
      attempt.succeed();
      return leg;
    } catch (error) {
      const failure = asMailError(error);
      attempt.fail(failure);
      throw failure;
    }
  };
}

export const openLeg: OpenLeg = createOpenLeg();

/** Where the session stands between two decisions. */
interface Stage {
  readonly session: ClearSession;
  /** What to say first when the session is handed on without a seal. */
  readonly greeting: Buffer;
  readonly tls: TlsFacts | undefined;
}

class Opening {
  readonly #attempt: Attempt;
  readonly #policy: LegPolicy;
  readonly #options: OpenLegOptions;
  readonly #endpoint: LegEndpoint;
  readonly #serverName: string;

  constructor(attempt: Attempt, policy: LegPolicy, options: OpenLegOptions) {
    this.#attempt = attempt;
    this.#policy = policy;
    this.#options = options;
    this.#endpoint = attempt.endpoint;
    this.#serverName = normalizeHost(attempt);
  }

  async run(): Promise<OpenedLeg> {
    const tcp = await this.#connect();
    const stage =
      this.#endpoint.transport === 'implicit-tls'
        ? await this.#secure(tcp)
        : await this.#clear(tcp);
    const offers = await stage.session.probe();
    const decision = this.#decide(stage, offers);
    if (decision.step !== 'starttls') return this.#finish(stage, decision);
    const secured = await this.#upgrade(tcp, stage);
    const inside = this.#decide(secured, await secured.session.probe());
    return this.#finish(secured, inside);
  }

  async #connect(): Promise<Socket> {
    const { port } = this.#endpoint;
    const socket = this.#attempt.own(connect({ host: this.#serverName, port, noDelay: true }));
    const connected = new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (cause) => reject(this.#attempt.error('leg.unreachable', {}, cause)));
    });
    await this.#attempt.step(this.#attempt.timeouts.connectMs, connected);
    return socket;
  }

  async #clear(tcp: Socket): Promise<Stage> {
    const session = this.#createSession(tcp, false);
    return { session, greeting: await session.greet(), tls: undefined };
  }

  async #secure(tcp: Socket): Promise<Stage> {
    const { socket, facts } = await this.#startTls(tcp);
    const session = this.#createSession(socket, true);
    return { session, greeting: await session.greet(), tls: facts };
  }

  /** STARTTLS. Nothing learnt before it is kept: not the greeting, not the offers. */
  async #upgrade(tcp: Socket, stage: Stage): Promise<Stage> {
    await stage.session.startTls();
    if (stage.session.channel.release().length > 0) {
      throw this.#attempt.protocolError('octets in clear after the reply to STARTTLS');
    }
    const { socket, facts } = await this.#startTls(tcp);
    const session = this.#createSession(socket, true);
    return { session, greeting: session.freshGreeting(this.#serverName), tls: facts };
  }

  #startTls(tcp: Socket) {
    const anchors = this.#options.trustAnchors ?? [];
    return startTls(this.#attempt, tcp, this.#serverName, anchors, (result) =>
      this.#policy.judgeCertificate(result),
    );
  }

  #createSession(socket: Duplex, authenticated: boolean): ClearSession {
    const channel = new ClearChannel(this.#attempt, socket, authenticated);
    return this.#endpoint.service === 'imap' ? new ImapSession(channel) : new SmtpSession(channel);
  }

  #decide(stage: Stage, offers: { startTls: boolean; sealSuites: readonly string[] }): LegDecision {
    const tlsUp = stage.tls !== undefined;
    const interceptor = stage.tls?.interceptor;
    return this.#policy.next({
      transport: this.#endpoint.transport,
      tlsUp,
      ...(interceptor && { interceptor }),
      // Inside TLS the offer has no meaning, and taking it would be an error.
      offersStartTls: !tlsUp && offers.startTls,
      sealSuites: matchSuites(offers.sealSuites),
    });
  }

  async #finish(stage: Stage, decision: LegDecision): Promise<OpenedLeg> {
    switch (decision.step) {
      case 'refuse':
        throw this.#attempt.error(decision.code, {
          floor: this.#policy.floor,
          ...interceptorParams(stage.tls?.interceptor),
        });
      case 'starttls':
        throw this.#attempt.protocolError('STARTTLS decided inside TLS');
      case 'use-as-is':
        return this.#handOn(stage, decision.level);
      case 'seal-pinned':
      case 'fetch-and-seal': {
        const leg = await sealLeg({
          session: stage.session,
          policy: this.#policy,
          serverName: this.#serverName,
          decision,
          tls: stage.tls,
          now: this.#now(),
        });
        return this.#checkFloor(leg);
      }
    }
  }

  #handOn(stage: Stage, level: 'encrypted' | 'unconfirmed' | 'clear'): OpenedLeg {
    if (level !== 'clear' && !stage.tls) {
      throw this.#attempt.protocolError(`called ${level} without TLS`);
    }
    if (level === 'encrypted' && stage.tls?.interceptor) {
      throw this.#attempt.protocolError('called encrypted though intercepted');
    }
    const { channel } = stage.session;
    const { socket } = channel;
    if (channel.release().length > 0) throw this.#attempt.protocolError('octets out of turn');
    socket.unshift(stage.greeting);
    const protection: LegProtection = {
      level,
      ...(stage.tls && { tls: stage.tls }),
      ...(this.#policy.pin && { pin: this.#policy.pin }),
      openedAt: this.#now(),
    };
    return this.#checkFloor({ stream: socket, protection });
  }

  /** The last guard, whatever was decided on the way. */
  #checkFloor(leg: OpenedLeg): OpenedLeg {
    const { level } = leg.protection;
    const { floor } = this.#policy;
    if (meetsFloor(level, floor)) return leg;
    leg.stream.destroy();
    throw this.#attempt.error('leg.below-floor', { floor, level });
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}

/** Lower case, IDNA as ASCII, addresses bare: what goes on the wire and into the certificate check. */
function normalizeHost(attempt: Attempt): string {
  const host = attempt.endpoint.host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIP(host) !== 0 && !host.includes('%')) return host;
  const ascii = domainToASCII(host);
  if (
    /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(ascii) &&
    ascii.length <= limits.serverNameOctets
  ) {
    return ascii;
  }
  throw attempt.error('leg.unreachable', {}, new Error('not a host name'));
}
