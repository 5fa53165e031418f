/**
 * One client connection from accept to close: levels of protection, the backend behind it, deadlines,
 * and the one log line at its end. Knows no commands: a Protocol (smtp/, imap/) speaks them.
 */
import type { Socket } from 'node:net';
import { acceptHandshake } from '../app/leg/handshake.ts';
import { SealedDuplex } from '../app/leg/sealed-duplex.ts';
import { encodePrologue } from '../app/leg/transcript.ts';
import type { Service } from '../app/leg/types.ts';
import { describeError, type Logger } from '../app/log.ts';
import { BackendLink } from './backend-link.ts';
import { ClientChannel } from './client-channel.ts';
import { closeOrderly, cutOff } from './close-stream.ts';
import type { ListenerConfig } from './config.ts';
import type { KeyRing } from './key-ring.ts';
import type { GatewayLimits } from './limits.ts';
import { joinStreams, type Pipe } from './pipe.ts';
import { encodeProxyHeader, plainAddress } from './proxy-protocol.ts';
import type { RelayProbe } from './relay-probe.ts';
import type { ReplayGuard } from './replay-guard.ts';
import type { SealRequest } from './seal-request.ts';
import { SessionEnd } from './session-end.ts';
import { acceptTls, type TlsSource } from './tls.ts';

/** `passed`: TLS that the backend itself terminates; the gateway sees nothing of it. */
export type Protection = 'clear' | 'tls' | 'sealed' | 'passed';

export type Farewell = 'unreachable' | 'timeout' | 'shutdown' | 'refused' | 'too-long' | 'too-many';

export interface Protocol {
  readonly service: Service;
  /** From the greeting on. Returns after an orderly end, throws SessionEnd for others. */
  run(session: Session): Promise<void>;
  /** A last line with its CRLF, such as a 421 or a BYE. */
  farewell(kind: Farewell): string;
}

export interface SessionContext {
  readonly listener: ListenerConfig;
  readonly protocol: Protocol;
  readonly keys: KeyRing;
  readonly tls: TlsSource | undefined;
  readonly replays: ReplayGuard;
  /** Asked before the gateway gives up its view of a submission session. */
  readonly relayProbe: RelayProbe | undefined;
  readonly limits: GatewayLimits;
  readonly logger: Logger;
}

export class Session {
  readonly context: SessionContext;
  readonly #socket: Socket;
  readonly #address: string;
  readonly #startedAt = performance.now();
  #client: ClientChannel | undefined;
  #backend: BackendLink | undefined;
  #backendSocket: Socket | undefined;
  #pipe: Pipe | undefined;
  #protection: Protection = 'clear';
  #authenticated: boolean | undefined = false;
  #forced: SessionEnd | undefined;
  #timer: NodeJS.Timeout | undefined;
  #loginTimer: NodeJS.Timeout | undefined;
  #hardTimer: NodeJS.Timeout | undefined;

  constructor(context: SessionContext, socket: Socket) {
    this.context = context;
    this.#socket = socket;
    this.#address = plainAddress(socket.remoteAddress ?? 'unknown');
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
  }

  get client(): ClientChannel {
    if (this.#client === undefined) throw new Error('no client yet');
    return this.#client;
  }

  get backend(): BackendLink {
    if (this.#backend === undefined) throw new Error('no backend yet');
    return this.#backend;
  }

  get protection(): Protection {
    return this.#protection;
  }

  /** Passwords and mail may pass. */
  get isProtected(): boolean {
    return this.#protection !== 'clear' || this.context.listener.allowClearAuth;
  }

  /** STARTTLS is ours to offer and to answer here. */
  get offersStartTls(): boolean {
    return this.#protection === 'clear' && this.context.tls !== undefined;
  }

  /** STARTTLS is the backend's business: we have no certificate. */
  get passesStartTls(): boolean {
    return this.#protection === 'clear' && this.context.tls === undefined;
  }

  get offersSeal(): boolean {
    return this.#protection !== 'sealed';
  }

  get authenticated(): boolean {
    return this.#authenticated === true;
  }

  /** The backend took a name and password: deadlines are long from here on. */
  setAuthenticated(): void {
    this.#authenticated = true;
    clearTimeout(this.#loginTimer);
    this.client.dropTranscript();
  }

  /** Serves the connection to its end. Never rejects. */
  async run(): Promise<void> {
    const { limits, listener, tls, protocol } = this.context;
    let end: SessionEnd;
    try {
      this.#loginTimer = setTimeout(() => this.#expire('timeout'), limits.loginMs);
      if (listener.implicitTls) await this.#acceptTls(tls);
      else this.#client = new ClientChannel(this.#socket);
      await this.connectBackend();
      await protocol.run(this);
      end = new SessionEnd('quit');
    } catch (error) {
      end = this.#endOf(error);
    }
    await this.#finish(this.#forced ?? end);
  }

  /** Ends what has not ended by itself, with a farewell where one can be said. */
  shutdown(): void {
    this.#expire('shutdown');
  }

  /**
   * A fresh connection to the backend; nothing is read from it yet.
   * @throws SessionEnd with a farewell when there is none
   */
  async connectBackend(): Promise<void> {
    const { listener, limits, protocol } = this.context;
    this.#dropBackend();
    const header = listener.proxyProtocol ? this.#proxyHeader() : '';
    try {
      const link = await BackendLink.connect(
        listener.backend,
        header,
        limits.backendConnectMs,
        (socket) => {
          this.#backendSocket = socket;
        },
      );
      this.#backend = link;
      if (this.#forced !== undefined) throw this.#forced;
    } catch (cause) {
      if (cause instanceof SessionEnd && cause.reason !== 'backend-unreachable') throw cause;
      throw new SessionEnd('backend-unreachable', { farewell: protocol.farewell('unreachable') });
    }
  }

  /**
   * The dialogue waits for whoever speaks first. The backend goes first: when it speaks unasked, it
   * is to say goodbye.
   */
  async waitForEither(): Promise<'client' | 'backend'> {
    const { limits } = this.context;
    this.arm(this.authenticated ? limits.idleMs : limits.idleBeforeLoginMs);
    return Promise.race([
      this.backend.whenReadable().then(() => 'backend' as const),
      this.client.whenReadable().then(() => 'client' as const),
    ]);
  }

  /** The client has begun to say something, and must come to its end. */
  armForLine(): void {
    const { limits } = this.context;
    this.arm(this.authenticated ? limits.idleMs : limits.lineMs);
  }

  armForReply(): void {
    this.arm(this.context.limits.backendReplyMs, 'backend-timeout');
  }

  armForGreeting(): void {
    this.arm(this.context.limits.backendConnectMs, 'backend-unreachable');
  }

  /** Sets the deadline of the present wait; each call replaces the one before. */
  arm(
    timeoutMs: number,
    reason: 'timeout' | 'backend-timeout' | 'backend-unreachable' = 'timeout',
  ): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#expire(reason), timeoutMs);
  }

  /**
   * Octets that came before the answer to STARTTLS or XSEAL were put there by someone in between.
   * @throws SessionEnd `injection`
   */
  assertNothingInjected(): void {
    if (this.client.waiting > 0) this.#throwInjection();
  }

  /** After the answer to STARTTLS: TLS begins, everything of before is forgotten. */
  async startTls(): Promise<void> {
    // Our answer may have waited for a client that does not read: look once more.
    const leftover = this.client.release();
    if (leftover.length > 0) this.#throwInjection();
    await this.#acceptTls(this.context.tls);
  }

  /** After the backend's answer to STARTTLS: from here on the gateway is a piece of wire. */
  async passThrough(): Promise<void> {
    this.#protection = 'passed';
    this.#authenticated = undefined;
    clearTimeout(this.#loginTimer);
    throw await this.join(() => true);
  }

  /** Joins client and backend; resolves when either is gone. */
  async join(isOrderlyEnd: (tail: Buffer) => boolean): Promise<SessionEnd> {
    const { idleMs } = this.context.limits;
    this.arm(idleMs);
    this.#pipe = joinStreams({
      client: this.client.stream,
      backend: this.backend.stream,
      fromClient: this.client.release(),
      fromBackend: this.backend.release(),
      onActivity: () => this.#timer?.refresh(),
      isOrderlyEnd,
    });
    return this.#pipe.done;
  }

  /**
   * The handshake, the answer, and a session that starts over inside the seal. The backend hears
   * nothing of it before message 2 is on its way. Call assertNothingInjected first.
   * @param answer the reply line that carries message 2
   * @returns false when there is no such key; nothing has been answered then
   * @throws SessionEnd when message 1 does not fit, all reasons alike
   */
  async seal(request: SealRequest, answer: (message2: string) => string): Promise<boolean> {
    const { keys, protocol } = this.context;
    const key = keys.findSealKey(request.suite, request.keyId);
    if (key === undefined) return false;
    const accepted = this.#accept(request, key);
    if (accepted === undefined) {
      throw new SessionEnd('seal-refused', { farewell: protocol.farewell('refused') });
    }
    this.#dropBackend();
    await this.client.write(answer(Buffer.from(accepted.message2).toString('base64')));
    const leftover = this.client.release();
    if (leftover.length > 0) throw new SessionEnd('injection', { cut: true });
    this.#client = new ClientChannel(new SealedDuplex(this.client.stream, accepted.keys));
    this.#client.dropTranscript();
    this.#protection = 'sealed';
    await this.connectBackend();
    return true;
  }

  #accept(request: SealRequest, key: { publicKey: Uint8Array; secretKey: Uint8Array }) {
    const { protocol, replays } = this.context;
    if (!replays.admit(request.message1)) return undefined;
    const { suite, keyId, serverName, message1 } = request;
    const transcript = this.client.transcriptDigest();
    const service = protocol.service;
    try {
      return acceptHandshake({
        suite,
        keyId,
        sealPublicKey: key.publicKey,
        sealSecretKey: key.secretKey,
        prologue: encodePrologue({ service, suite, keyId, serverName, transcript }),
        message1,
      });
    } catch {
      // The peer learns only that it failed, and the log has the reason `seal-refused`.
      return undefined;
    }
  }

  async #acceptTls(tls: TlsSource | undefined): Promise<void> {
    if (tls === undefined) throw new Error('no certificate');
    clearTimeout(this.#timer);
    const secured = await acceptTls(this.#socket, tls.context, this.context.limits.tlsMs);
    this.#client = new ClientChannel(secured);
    this.#protection = 'tls';
    if (this.#forced !== undefined) throw this.#forced;
  }

  #throwInjection(): never {
    throw new SessionEnd('injection', { farewell: this.context.protocol.farewell('refused') });
  }

  #proxyHeader(): string {
    const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = this.#socket;
    return encodeProxyHeader({ remoteAddress, remotePort, localAddress, localPort });
  }

  #dropBackend(): void {
    this.#backend?.release();
    const socket = this.#backendSocket;
    this.#backend = undefined;
    this.#backendSocket = undefined;
    if (socket === undefined) return;
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), this.context.limits.closeMs);
    socket.once('close', () => clearTimeout(timer));
  }

  /** A deadline or the administrator ends it: waiting reads fail, and waiting writes soon after. */
  #expire(reason: 'timeout' | 'backend-timeout' | 'backend-unreachable' | 'shutdown'): void {
    if (this.#forced !== undefined) return;
    const { protocol, limits } = this.context;
    const words = reason === 'backend-unreachable' ? 'unreachable' : reason;
    const end =
      words === 'backend-timeout'
        ? new SessionEnd(reason, { cut: true })
        : new SessionEnd(reason, {
            ...(this.#pipe === undefined ? { farewell: protocol.farewell(words) } : { cut: true }),
          });
    this.#forced = end;
    this.#pipe?.stop(end);
    this.#client?.fail(end);
    this.#backend?.fail(end);
    if (this.#client === undefined || this.#backend === undefined) this.#socket.destroy();
    this.#hardTimer = setTimeout(() => {
      this.#socket.destroy();
      this.#backendSocket?.destroy();
    }, limits.closeMs);
  }

  #endOf(error: unknown): SessionEnd {
    if (error instanceof SessionEnd) return error;
    this.context.logger.log('error', 'session-failed', { error: describeError(error) });
    return new SessionEnd('internal', { cut: true, cause: error });
  }

  async #finish(end: SessionEnd): Promise<void> {
    const { limits } = this.context;
    clearTimeout(this.#timer);
    clearTimeout(this.#loginTimer);
    if (end.cut) this.#backendSocket?.destroy();
    this.#dropBackend();
    const stream = this.#client?.stream ?? this.#socket;
    if (end.cut || stream.destroyed) {
      cutOff(stream, this.#socket);
    } else {
      this.#client?.release();
      await closeOrderly(stream, this.#socket, end.farewell, limits.closeMs);
    }
    clearTimeout(this.#hardTimer);
    this.#log(end);
  }

  #log(end: SessionEnd): void {
    this.context.logger.log('info', 'session', {
      service: this.context.protocol.service,
      client: this.#address,
      protection: this.#protection,
      authenticated: this.#authenticated ?? 'unknown',
      durationMs: Math.round(performance.now() - this.#startedAt),
      octetsIn: this.#socket.bytesRead,
      octetsOut: this.#socket.bytesWritten,
      end: end.reason,
    });
  }
}
