/**
 * A stand-in for openLeg over in-memory pipes: offers what the test says, asks policy as the real
 * one does, and remembers which endpoints were opened.
 */
import { type Duplex, duplexPair } from 'node:stream';
import { LegError } from '../../app/errors.ts';
import type { LegEndpoint, LegProtection, Level, OpenLeg, Pin } from '../../app/leg/types.ts';

/** What a server offers. `identity` is its key; `tls` says that verified TLS carries the leg. */
export interface Offer {
  readonly tls: boolean;
  readonly identity?: Uint8Array;
  readonly error?: LegError;
}

export interface StandIn {
  readonly openLeg: OpenLeg;
  readonly offers: Record<'imap' | 'submission', Offer>;
  readonly opened: LegEndpoint[];
  /** Server's ends of the legs that were opened, latest last. */
  readonly peers: Duplex[];
}

export const key1 = new Uint8Array(32).fill(1);
export const key2 = new Uint8Array(32).fill(2);

export function createStandIn(offer: Offer = { tls: true, identity: key1 }): StandIn {
  const offers = { imap: offer, submission: offer };
  const opened: LegEndpoint[] = [];
  const peers: Duplex[] = [];
  const openLeg: OpenLeg = async (endpoint, policy, options) => {
    const current = offers[endpoint.service];
    await Promise.resolve();
    if (current.error) throw current.error;
    const sealSuites = current.identity ? ['suite'] : [];
    const decision = policy.next({
      transport: current.tls ? 'implicit-tls' : 'clear',
      tlsUp: current.tls,
      offersStartTls: false,
      sealSuites,
    });
    if (decision.step === 'refuse') throw new LegError(decision.code, { host: endpoint.host });
    const now = options?.now?.() ?? new Date();
    let protection: LegProtection = { level: 'encrypted', openedAt: now };
    if (decision.step === 'use-as-is') protection = { level: decision.level, openedAt: now };
    else if (current.identity) {
      const { identity } = current;
      const verdict = policy.judgeIdentity(identity, { tlsUp: current.tls, successorOf: false });
      if (!verdict.accept) {
        const params = { identity: Buffer.from(identity).toString('base64') };
        throw new LegError(verdict.code, params);
      }
      protection = sealed(verdict.pin, now);
    }
    const [stream, peer] = duplexPair();
    opened.push(endpoint);
    peers.push(peer);
    peer.on('error', () => undefined);
    stream.on('close', () => peer.destroy());
    peer.on('close', () => stream.destroy());
    return { stream, protection };
  };
  return { openLeg, offers, opened, peers };
}

function sealed(pin: Pin, openedAt: Date): LegProtection {
  const level: Level = pin.vouchedBy === 'first-use' ? 'unconfirmed' : 'confirmed';
  const seal = { suite: 'suite', keyId: 'k', identity: pin.identity };
  return { level, seal, pin, openedAt };
}
