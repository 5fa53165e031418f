/**
 * The running gateway: its listeners, the sessions they made, renewal of keys, and an orderly end.
 * Composition only; what happens on a connection is in session.ts.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { describeError, type Logger } from '../app/log.ts';
import { ConfigError, type GatewayConfig, type ListenerConfig } from './config.ts';
import { ConnectionCounter } from './connection-counter.ts';
import { imapProtocol } from './imap/imap-dialogue.ts';
import { KeyRing } from './key-ring.ts';
import { KeyWatch } from './key-watch.ts';
import { RelayProbe } from './relay-probe.ts';
import { ReplayGuard } from './replay-guard.ts';
import { type Protocol, Session, type SessionContext } from './session.ts';
import { smtpProtocol } from './smtp/smtp-dialogue.ts';
import { TlsSource } from './tls.ts';

export interface BoundListener {
  readonly config: ListenerConfig;
  readonly address: string;
  /** The real one where the configuration said 0. */
  readonly port: number;
}

export class Gateway {
  readonly #config: GatewayConfig;
  readonly #logger: Logger;
  readonly #keys: KeyRing;
  readonly #tls: TlsSource | undefined;
  readonly #replays = new ReplayGuard();
  readonly #counter: ConnectionCounter;
  readonly #servers: Server[] = [];
  readonly #sessions = new Map<Session, Promise<void>>();
  readonly #keyWatch: KeyWatch;

  private constructor(
    config: GatewayConfig,
    logger: Logger,
    keys: KeyRing,
    tls: TlsSource | undefined,
  ) {
    this.#config = config;
    this.#logger = logger;
    this.#keys = keys;
    this.#tls = tls;
    this.#counter = new ConnectionCounter(config.limits);
    this.#keyWatch = new KeyWatch(keys, logger);
  }

  /**
   * Makes missing keys, then listens. One log line `listening` per listener.
   * @param now the clock by which keys live
   * @throws ConfigError when keys, certificate or a port cannot be used; nothing listens then
   */
  static async start(
    config: GatewayConfig,
    logger: Logger,
    now: () => Date = () => new Date(),
  ): Promise<Gateway> {
    const { stateDir, names, rotation } = config;
    const keys = await KeyRing.open({ stateDir, names, rotation, logger, now });
    const tls = config.tls && (await TlsSource.open(config.tls));
    const gateway = new Gateway(config, logger, keys, tls);
    try {
      for (const listener of config.listeners) gateway.#announce(await gateway.#listen(listener));
    } catch (error) {
      await gateway.stop();
      throw error;
    }
    return gateway;
  }

  /** The public half of what the keys are. */
  get keys(): KeyRing {
    return this.#keys;
  }

  /** In the order of the configuration. */
  get listeners(): readonly BoundListener[] {
    return this.#bound;
  }

  readonly #bound: BoundListener[] = [];

  /** Takes renewed certificate files and keys; goes on with the old ones where they do not fit. */
  async reload(): Promise<void> {
    const keysTaken = await this.#keyWatch.check();
    try {
      await this.#tls?.reload();
      if (keysTaken) this.#logger.log('info', 'reloaded');
    } catch (error) {
      this.#logger.log('error', 'reload-failed', { error: describeError(error) });
    }
  }

  /** Accepts no more, lets sessions finish for a while, then ends them. */
  async stop(): Promise<void> {
    this.#keyWatch.dispose();
    for (const server of this.#servers) server.close();
    const timer = setTimeout(() => {
      for (const session of this.#sessions.keys()) session.shutdown();
    }, this.#config.limits.shutdownMs);
    while (this.#sessions.size > 0) await Promise.all(this.#sessions.values());
    clearTimeout(timer);
  }

  async #listen(config: ListenerConfig): Promise<BoundListener> {
    const context: SessionContext = {
      listener: config,
      protocol: config.service === 'imap' ? imapProtocol : smtpProtocol,
      keys: this.#keys,
      tls: this.#tls,
      replays: this.#replays,
      relayProbe: needsRelayProbe(config)
        ? new RelayProbe(config.backend, this.#config.limits.backendConnectMs, this.#logger)
        : undefined,
      limits: this.#config.limits,
      logger: this.#logger,
    };
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket, context));
    const { host, port } = config.listen;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => {
        const reason = 'code' in cause ? String(cause.code) : cause.message;
        reject(new ConfigError(`cannot listen on ${host}:${port}: ${reason}`, { cause }));
      });
      server.listen({ host, port }, resolve);
    });
    // Too many open files and the like: one connection is lost, not the process.
    server.on('error', (error) => {
      this.#logger.log('error', 'accept-failed', { error: describeError(error) });
    });
    this.#servers.push(server);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no address');
    return { config, address: address.address, port: address.port };
  }

  #announce(bound: BoundListener): void {
    const { config } = bound;
    this.#bound.push(bound);
    this.#logger.log('info', 'listening', {
      service: config.service,
      transport: config.implicitTls ? 'implicit-tls' : 'clear',
      startTls: config.implicitTls ? 'no' : this.#tls === undefined ? 'passed' : 'own',
      address: bound.address,
      port: bound.port,
      backend: `${config.backend.host}:${config.backend.port}`,
    });
    if (config.allowClearAuth) {
      this.#logger.log('warn', 'clear-auth-allowed', { port: bound.port });
    }
  }

  #accept(socket: Socket, context: SessionContext): void {
    const release = this.#counter.admit(socket.remoteAddress ?? 'unknown');
    if (release === undefined) {
      this.#turnAway(socket, context.protocol, context.listener.implicitTls);
      return;
    }
    const session = new Session(context, socket);
    const done = session.run().finally(() => {
      release();
      this.#sessions.delete(session);
    });
    this.#sessions.set(session, done);
  }

  /** Holds nothing of a client that has too many connections. */
  #turnAway(socket: Socket, protocol: Protocol, implicitTls: boolean): void {
    socket.on('error', () => undefined);
    this.#logger.log('warn', 'turned-away', {
      service: protocol.service,
      client: socket.remoteAddress,
    });
    if (!implicitTls) socket.write(protocol.farewell('too-many'));
    socket.destroySoon();
  }
}

/**
 * Where STARTTLS is passed on, MAIL before AUTH can no longer be refused here. With the client's real
 * address, or where the administrator said so, the backend judges for itself.
 */
function needsRelayProbe(config: ListenerConfig): boolean {
  return config.service === 'submission' && config.requireAuth && !config.proxyProtocol;
}
