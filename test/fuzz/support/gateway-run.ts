/**
 * One whole session of the gateway in memory: a client and a backend that may both say anything. Checks
 * what reaches the backend; shared by the targets `gateway-smtp` and `gateway-imap`.
 *
 * Marks of an input: C client speaks; S client sends a genuine XSEAL line, the octets with it; I client
 * speaks inside the seal; B what the backend answers next instead of its own words; U backend speaks unasked;
 * E client ends.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { startInitiator } from '../../../app/leg/handshake.ts';
import { RecordSealer } from '../../../app/leg/records.ts';
import { encodePrologue, Transcript } from '../../../app/leg/transcript.ts';
import { BackendLink } from '../../../gateway/backend-link.ts';
import { KeyRing } from '../../../gateway/key-ring.ts';
import { defaultLimits } from '../../../gateway/limits.ts';
import { ReplayGuard } from '../../../gateway/replay-guard.ts';
import { type Protocol, Session } from '../../../gateway/session.ts';
import { MemorySocket } from './memory-socket.ts';
import { quickPrimitives } from './quick-primitives.ts';
import { readScript } from './script.ts';
import { expectRule } from './target.ts';

/** Bits of an input's first octet. */
export const modes = { allowClearAuth: 1, openRelay: 2 } as const;

/** What the gateway sends to one backend connection, judged as it comes. */
export interface Listener {
  /** @returns the backend's answer to what it has heard, may be empty; @throws FuzzFinding */
  hear(octets: Buffer, nextAnswer: () => Buffer | undefined): Buffer;
  /** The backend said this unasked. */
  said(octets: Buffer): void;
}

export interface GatewayKind {
  readonly protocol: Protocol;
  readonly greeting: string;
  /** @param isProtected passwords may come on this connection */
  createListener(isProtected: boolean, needsAuth: boolean): Listener;
  /** The line of XSEAL from its arguments. */
  sealLine(words: string): string;
  readonly sealReply: RegExp;
  /** A harmless line that says where it came from. */
  readonly marker: string;
}

export interface GatewayCounts {
  sealed: number;
  forced: number;
}

const marks = 'CSIBUE';
const serverName = 'mail.example.org';
const suite = 'nk-25519-aesgcm-sha256';

export async function openKeys(): Promise<KeyRing> {
  const folder = mkdtempSync(join(tmpdir(), 'll-fuzz-'));
  try {
    return await KeyRing.open({ stateDir: join(folder, 'state') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Conversation {
  readonly #kind: GatewayKind;
  readonly #keys: KeyRing;
  readonly #mode: number;
  readonly #answers: Buffer[] = [];
  readonly #broken: unknown[] = [];
  readonly #transcript = new Transcript();
  readonly client: MemorySocket;
  #heard = '';
  #injected = false;
  #finish: ((message2: Uint8Array) => RecordSealer) | undefined;
  #sealer: RecordSealer | undefined;
  #backend: { readonly socket: MemorySocket; readonly listener: Listener } | undefined;

  constructor(kind: GatewayKind, keys: KeyRing, mode: number) {
    this.#kind = kind;
    this.#keys = keys;
    this.#mode = mode;
    this.client = new MemorySocket(
      (octets) => this.#fromGateway(octets),
      () => undefined,
    );
  }

  get isSealed(): boolean {
    return this.#sealer !== undefined;
  }

  /** In place of BackendLink.connect. */
  connect(adopt: (socket: MemorySocket) => void): BackendLink {
    const allowed = this.isSealed || (this.#mode & modes.allowClearAuth) !== 0;
    const listener = this.#kind.createListener(allowed, (this.#mode & modes.openRelay) === 0);
    const socket: MemorySocket = new MemorySocket(
      (octets) => this.#toBackend(socket, listener, octets),
      () => socket.deliverEnd(),
    );
    this.#backend = { socket, listener };
    adopt(socket);
    const link = new BackendLink(socket);
    socket.deliver(this.#answers.shift() ?? Buffer.from(this.#kind.greeting, 'latin1'));
    return link;
  }

  play(mark: string, octets: Buffer): void {
    switch (mark) {
      case 'B':
        this.#answers.push(octets);
        return;
      case 'U':
        this.#backend?.listener.said(octets);
        this.#backend?.socket.deliver(octets);
        return;
      case 'S':
        this.#seal(octets);
        return;
      case 'E':
        this.client.deliverEnd();
        return;
      case 'I':
        if (this.#sealer !== undefined && octets.length > 0) {
          this.#sealer.append(octets);
          this.client.deliver(this.#sealer.sealData());
          return;
        }
        break;
      default:
    }
    this.#speak(octets);
  }

  end(): void {
    this.client.deliverEnd();
    this.#backend?.socket.deliverEnd();
  }

  check(): void {
    const [first] = this.#broken;
    if (first !== undefined) throw first;
  }

  #speak(octets: Buffer): void {
    // Whatever comes in clear once the seal is up must never get through.
    const marked = this.isSealed ? Buffer.from(this.#kind.marker, 'latin1') : Buffer.alloc(0);
    if (!this.isSealed) this.#transcript.client(octets);
    this.client.deliver(Buffer.concat([marked, octets]));
  }

  #seal(injected: Buffer): void {
    const key = this.#keys.sealKeys.find((each) => each.suite === suite);
    if (key === undefined || this.#finish !== undefined) {
      this.#speak(injected);
      return;
    }
    const { keyId, publicKey } = key;
    const transcript = this.#transcript.digest();
    const service = this.#kind.protocol.service;
    // Fixed ephemeral keys: the same client again and again.
    const primitives = quickPrimitives((length) => new Uint8Array(length).fill(5));
    const initiator = startInitiator({
      suite,
      keyId,
      sealPublicKey: publicKey,
      prologue: encodePrologue({ service, suite, keyId, serverName, transcript }),
      primitives,
    });
    this.#finish = (message2) => new RecordSealer(initiator.finish(message2).send);
    this.#injected = injected.length > 0;
    const message1 = Buffer.from(initiator.message1).toString('base64');
    const line = this.#kind.sealLine(`${suite} ${keyId} ${serverName} ${message1}`);
    this.client.deliver(Buffer.concat([Buffer.from(line, 'latin1'), injected]));
  }

  #fromGateway(octets: Buffer): void {
    if (this.isSealed) return;
    const text = octets.toString('latin1');
    this.#heard = (this.#heard + text).slice(-4_096);
    const message2 = this.#kind.sealReply.exec(this.#heard)?.[1];
    if (this.#finish === undefined || message2 === undefined) {
      this.#transcript.server(octets);
      return;
    }
    try {
      this.#sealer = this.#finish(Buffer.from(message2, 'base64'));
      expectRule(!this.#injected, 'no seal when octets came with the XSEAL line');
    } catch (error) {
      this.#broken.push(error);
    }
  }

  #toBackend(socket: MemorySocket, listener: Listener, octets: Buffer): void {
    try {
      const isMarked = octets.includes(this.#kind.marker.trim());
      expectRule(!isMarked, 'nothing in clear after XSEAL reaches the backend');
      socket.deliver(listener.hear(octets, () => this.#answers.shift()));
    } catch (error) {
      this.#broken.push(error);
    }
  }
}

export function createGatewayRun(kind: GatewayKind, keys: KeyRing, counts: GatewayCounts) {
  let current: Conversation | undefined;
  // No network: the gateway's one way to a backend ends here.
  BackendLink.connect = async (_endpoint, _header, _timeoutMs, adopt) => {
    if (current === undefined) throw new Error('a connection after the end');
    return current.connect(adopt);
  };
  const place = { host: '127.0.0.1', port: 1 };
  return async (input: Buffer): Promise<void> => {
    const mode = input[0] ?? 0;
    const talk = new Conversation(kind, keys, mode);
    current = talk;
    const failures: string[] = [];
    const listener = {
      service: kind.protocol.service,
      listen: place,
      backend: place,
      implicitTls: false,
      proxyProtocol: false,
      allowClearAuth: (mode & modes.allowClearAuth) !== 0,
      requireAuth: (mode & modes.openRelay) === 0,
    };
    const session = new Session(
      {
        listener,
        protocol: kind.protocol,
        keys,
        tls: undefined,
        replays: new ReplayGuard(4),
        relayProbe: undefined,
        limits: { ...defaultLimits, closeMs: 200 },
        logger: {
          log: (_level, event, fields) => {
            if (event === 'session-failed') failures.push(String(fields?.error));
          },
        },
      },
      talk.client,
    );
    let isOver = false;
    const done = session.run().then(() => {
      isOver = true;
    });
    // A handshake costs as much as twenty sessions: one input in four may have one.
    const maySeal = input.length % 4 === 0;
    for (const { mark, octets } of readScript(input.subarray(1), marks)) {
      talk.play(mark === 'S' && !maySeal ? 'C' : mark, Buffer.from(octets));
      await turn();
      if (isOver) break;
    }
    talk.end();
    for (let wait = 0; wait < 50 && !isOver; wait += 1) await turn();
    if (!isOver) {
      counts.forced += 1;
      session.shutdown();
    }
    await done;
    if (talk.isSealed) counts.sealed += 1;
    talk.check();
    const [failure] = failures;
    expectRule(failure === undefined, `no session fails: ${failure}`);
  };
}
