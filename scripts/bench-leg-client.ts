/**
 * The client's side of the leg's measurement: connections of each kind, ready for a command, and
 * whole sessions up to a successful log-in. TLS goes the leanest way there is; the seal goes through
 * openLeg with all its checks.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, connect as tlsConnect } from 'node:tls';
import { startInitiator } from '../app/leg/handshake.ts';
import { openLeg } from '../app/leg/open-leg.ts';
import { SealedDuplex } from '../app/leg/sealed-duplex.ts';
import { type Suite, suiteFacts, suites } from '../app/leg/suites.ts';
import type { LegPolicy, Pin } from '../app/leg/types.ts';
import { keyId, Lines, prologue, type ServerFacts } from './bench-leg-lines.ts';

export type Kind = 'tcp' | 'tls' | Suite;

export class BenchClient {
  readonly #facts: ServerFacts;
  readonly #context: SecureContext;
  readonly #sealKey: Uint8Array;

  constructor(facts: ServerFacts) {
    this.#facts = facts;
    this.#context = createSecureContext({ ca: facts.certificate, minVersion: 'TLSv1.3' });
    this.#sealKey = Uint8Array.from(Buffer.from(facts.sealKey, 'base64'));
  }

  portOf(kind: Kind): number {
    if (kind === 'tcp') return this.#facts.tcpPort;
    return kind === 'tls' ? this.#facts.tlsPort : this.#facts.sealPort;
  }

  /** A connection after its handshake. */
  async open(kind: Kind, port = this.portOf(kind)): Promise<Duplex> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    if (kind === 'tcp') return socket;
    return kind === 'tls' ? this.#secure(socket) : this.#seal(socket, kind);
  }

  async #secure(socket: Socket): Promise<Duplex> {
    const secured = tlsConnect({ socket, servername: 'localhost', secureContext: this.#context });
    await once(secured, 'secureConnect');
    if (secured.getProtocol() !== 'TLSv1.3' || secured.isSessionReused()) throw new Error('TLS');
    return secured;
  }

  async #seal(socket: Socket, suite: Suite): Promise<Duplex> {
    const initiator = startInitiator({ suite, keyId, sealPublicKey: this.#sealKey, prologue });
    socket.write(Buffer.concat([Buffer.of(suites.indexOf(suite)), initiator.message1]));
    const wanted = suiteFacts(suite)?.message2Octets ?? 0;
    let got: Buffer = Buffer.alloc(0);
    while (got.length < wanted) {
      const [data]: unknown[] = await once(socket, 'data');
      if (data instanceof Buffer) got = Buffer.concat([got, data]);
    }
    socket.pause();
    const keys = initiator.finish(got.subarray(0, wanted));
    return new SealedDuplex(socket, keys, got.subarray(wanted));
  }

  /** From nothing to `235`. @returns the open stream */
  async logIn(kind: Kind, port = this.#facts.smtpPort): Promise<Duplex> {
    const stream = kind === 'tls' ? await this.#startTls(port) : await this.#openLeg(kind, port);
    const lines = new Lines(stream);
    if (kind !== 'tls') await lines.reply();
    stream.write('EHLO [127.0.0.1]\r\n');
    await lines.reply();
    stream.write(`AUTH PLAIN ${Buffer.from('\0someone\0secret').toString('base64')}\r\n`);
    const reply = await lines.reply();
    if (!reply.startsWith('235')) throw new Error(`not logged in: ${reply}`);
    lines.release();
    return stream;
  }

  async #startTls(port: number): Promise<Duplex> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => undefined);
    const lines = new Lines(socket);
    await lines.reply();
    socket.write('EHLO [127.0.0.1]\r\n');
    await lines.reply();
    socket.write('STARTTLS\r\n');
    await lines.reply();
    lines.release();
    return this.#secure(socket);
  }

  async #openLeg(suite: Kind, port: number): Promise<Duplex> {
    const pin: Pin = {
      identity: Buffer.from(this.#facts.identity, 'base64'),
      firstSeenAt: new Date(),
      vouchedBy: 'tls',
      sealKeys: [
        {
          suite,
          keyId,
          publicKey: this.#sealKey,
          validFrom: new Date(Date.now() - 60_000),
          validUntil: new Date(Date.now() + 3_600_000),
        },
      ],
    };
    const policy: LegPolicy = {
      pin,
      floor: 'confirmed',
      next: () => ({ step: 'seal-pinned', suite }),
      judgeCertificate: () => ({ accept: true }),
      judgeIdentity: () => ({ accept: true, pin }),
    };
    const endpoint = {
      service: 'submission',
      host: '127.0.0.1',
      port,
      transport: 'clear',
    } as const;
    return (await openLeg(endpoint, policy)).stream;
  }

  get smtpPort(): number {
    return this.#facts.smtpPort;
  }
}

/** Octets that cross the wire both ways while `work` uses the port it is given. */
export async function countOctets(
  port: number,
  work: (port: number) => Promise<void>,
): Promise<number> {
  let octets = 0;
  const proxy = createServer((near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (data: Buffer) => {
        octets += data.length;
        to.write(data);
      });
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  await work(address.port);
  proxy.close();
  return octets;
}
