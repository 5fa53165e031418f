/**
 * Opens the legs of accounts: loads pin and floor, has the leg judged, keeps what was learned before
 * anyone may use it, and knows what the lock may say. Sends no password and no mail.
 * The submission leg is not held open; its claim is its latest opening while IMAP is up.
 * Spec: docs/lock.md, docs/protocol.md (pins, ratchet).
 */
import type { Duplex } from 'node:stream';
import type { LockDto } from '../contract/index.ts';
import { type Disposable, toDisposable } from '../disposable.ts';
import { asMailError, LegError, type MailError, RequestError } from '../errors.ts';
import {
  meetsFloor,
  type OpenedLeg,
  type OpenLeg,
  type Pin,
  type Service,
  type VouchedBy,
} from '../leg/types.ts';
import type { Logger } from '../log.ts';
import { createLegPolicy, floorAfter } from '../policy/leg-policy.ts';
import type { LegOpener } from '../ports.ts';
import { toWireError } from '../wire-error.ts';
import { LegTrack } from './leg-track.ts';
import { lockState } from './lock-state.ts';
import { connectionReport } from './report.ts';
import type { StateStore, StoredLeg } from './state-store.ts';

export interface LegsOptions {
  readonly store: StateStore;
  readonly openLeg: OpenLeg;
  readonly logger: Logger;
  /** For the connection report. */
  readonly version: string;
  readonly trustAnchors?: readonly string[];
  readonly now?: () => Date;
}

type Tracks = Record<Service, LegTrack>;

/** How long a probed server may take to greet before it is let go (ms). */
const probeGreetingMs = 5_000;

export class Legs implements LegOpener, Disposable {
  readonly #options: LegsOptions;
  readonly #now: () => Date;
  readonly #tracks = new Map<string, Tracks>();
  readonly #refused = new Map<string, string>();
  readonly #listeners = new Set<(accountId: string) => void>();
  readonly #streams = new Set<Duplex>();
  readonly #probes = new Map<string, Promise<void>>();

  constructor(options: LegsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * A leg that meets the account's floor; new pin and floor are on disk before it is returned.
   * @throws LegError when it cannot be reached or protected as demanded
   * @throws RequestError `account.not-found`; StorageError when what was learned cannot be kept
   */
  async open(accountId: string, service: Service, signal?: AbortSignal): Promise<OpenedLeg> {
    const { openLeg, trustAnchors } = this.#options;
    const stored = this.#stored(accountId, service);
    const policy = createLegPolicy({
      pin: stored.pin,
      floor: stored.floor,
      allowClear: stored.allowClear,
      acceptedIdentities: [],
      now: this.#now(),
    });
    let opened: OpenedLeg;
    try {
      opened = await openLeg(stored.endpoint, policy, {
        now: this.#now,
        ...(signal ? { signal } : {}),
        ...(trustAnchors ? { trustAnchors } : {}),
      });
    } catch (error) {
      throw this.#failed(accountId, service, error);
    }
    try {
      this.#keep(accountId, service, stored, opened);
    } catch (error) {
      opened.stream.destroy();
      throw this.#failed(accountId, service, error);
    }
    this.#watch(accountId, service, opened);
    return opened;
  }

  /**
   * Opens the submission leg, records what it is worth and takes leave. Never throws: the result is
   * in the lock. Call it when the IMAP leg has come up.
   */
  probe(accountId: string, signal?: AbortSignal): Promise<void> {
    const running = this.#probes.get(accountId);
    if (running) return running;
    const probe = this.open(accountId, 'submission', signal)
      .then((leg) => takeLeave(leg.stream))
      .catch(() => undefined)
      .finally(() => this.#probes.delete(accountId));
    this.#probes.set(accountId, probe);
    return probe;
  }

  /**
   * Nobody opens submission while IMAP is stopped: asks whether mail could leave, unless that is
   * known. Call it when the lock has changed.
   * @throws RequestError `account.not-found`
   */
  async probeWayOut(accountId: string): Promise<void> {
    const { legs } = this.lock(accountId, 0);
    const stateOf = (service: Service) => legs.find((leg) => leg.service === service)?.state;
    const isAsked = stateOf('imap') === 'stopped' && stateOf('submission') === 'connecting';
    if (isAsked) await this.probe(accountId);
  }

  /** @param waiting messages of this account in the outbox */
  lock(accountId: string, waiting: number): LockDto {
    const tracks = this.#tracksOf(accountId);
    const legs = (['imap', 'submission'] as const).map((service) =>
      tracks[service].detail(this.#stored(accountId, service)),
    );
    return { accountId, ...lockState(legs), waiting, legs };
  }

  /** Text for a help desk: no secret, no user name, no address. */
  report(accountId: string): string {
    const tracks = this.#tracksOf(accountId);
    return connectionReport({
      version: this.#options.version,
      now: this.#now(),
      lock: this.lock(accountId, 0),
      changes: { imap: tracks.imap.changedAt, submission: tracks.submission.changedAt },
    });
  }

  onLockChanged(listener: (accountId: string) => void): Disposable {
    this.#listeners.add(listener);
    return toDisposable(() => this.#listeners.delete(listener));
  }

  /** Identity (base64) that was not believed at the last opening: a first or another key. */
  refusedIdentity(accountId: string, service: Service): string | undefined {
    return this.#refused.get(`${accountId} ${service}`);
  }

  /** After the person compared the key: live legs sealed with it count as confirmed. */
  confirmed(accountId: string, service: Service, identity: Uint8Array): void {
    this.#refused.delete(`${accountId} ${service}`);
    this.#tracksOf(accountId)[service].confirm(identity);
    this.#changed(accountId);
  }

  /** Tells listeners that floor or endpoint of an account changed. */
  touch(accountId: string): void {
    this.#changed(accountId);
  }

  /** Drops what is known of a removed account. */
  forget(accountId: string): void {
    this.#tracks.delete(accountId);
    for (const service of ['imap', 'submission']) this.#refused.delete(`${accountId} ${service}`);
  }

  /** Cuts every leg that is still open. */
  dispose(): void {
    this.#listeners.clear();
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  #stored(accountId: string, service: Service): StoredLeg {
    const stored = this.#options.store.leg(accountId, service);
    if (stored === undefined) throw new RequestError('account.not-found');
    return stored;
  }

  #tracksOf(accountId: string): Tracks {
    let tracks = this.#tracks.get(accountId);
    if (!tracks) {
      tracks = { imap: new LegTrack('imap'), submission: new LegTrack('submission') };
      this.#tracks.set(accountId, tracks);
    }
    return tracks;
  }

  /** Another opening may have raised the floor or moved the pin meanwhile: judge by what is stored now. */
  #keep(accountId: string, service: Service, before: StoredLeg, opened: OpenedLeg): void {
    const current = this.#stored(accountId, service);
    const { level, pin } = opened.protection;
    if (!meetsFloor(level, current.floor)) {
      throw new LegError('leg.below-floor', { host: current.endpoint.host, level });
    }
    const moved = !samePin(current.pin, before.pin);
    if (moved && pin && current.pin && !samePin(pin, current.pin)) {
      throw new LegError('leg.key-changed', { host: current.endpoint.host });
    }
    this.#options.store.saveProtection(accountId, service, {
      pin: pin && strongerPin(current.pin, pin),
      floor: floorAfter(current.floor, level),
    });
  }

  #watch(accountId: string, service: Service, { stream, protection }: OpenedLeg): void {
    const tracks = this.#tracksOf(accountId);
    this.#streams.add(stream);
    this.#refused.delete(`${accountId} ${service}`);
    tracks[service].opened(protection);
    // Without a listener, an error of a stream that nobody reads yet would end the process.
    stream.on('error', () => undefined);
    stream.once('close', () => {
      this.#streams.delete(stream);
      tracks[service].closed(protection, this.#now());
      if (service === 'imap' && !tracks.imap.anyLive) tracks.submission.voidClaim();
      this.#changed(accountId);
    });
    this.#changed(accountId);
  }

  #failed(accountId: string, service: Service, error: unknown): MailError {
    const failure = asMailError(error);
    if (!(failure instanceof LegError)) return failure;
    const tracks = this.#tracksOf(accountId);
    const refused = failure.params.identity;
    if (typeof refused === 'string') {
      this.#refused.set(`${accountId} ${service}`, refused);
    }
    const wire = toWireError(failure, this.#options.logger, `leg.${service}`);
    tracks[service].failed(wire, this.#now());
    this.#changed(accountId);
    return failure;
  }

  #changed(accountId: string): void {
    for (const listener of this.#listeners) listener(accountId);
  }
}

function samePin(a: Pin | undefined, b: Pin | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Buffer.compare(a.identity, b.identity) === 0;
}

const vouchingOrder: readonly VouchedBy[] = ['fingerprint', 'tls', 'first-use'];

/** The newer pin, but never with weaker vouching for the same key than is already stored. */
function strongerPin(current: Pin | undefined, learned: Pin): Pin {
  if (!current || !samePin(current, learned)) return learned;
  const keeps = vouchingOrder.indexOf(current.vouchedBy) < vouchingOrder.indexOf(learned.vouchedBy);
  return {
    ...learned,
    firstSeenAt: current.firstSeenAt,
    vouchedBy: keeps ? current.vouchedBy : learned.vouchedBy,
  };
}

/** SMTP's polite end: wait for the greeting, QUIT (RFC 5321 §4.1.1.10), then close whatever comes. */
function takeLeave(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => stream.destroy(), probeGreetingMs);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    stream.once('data', () => stream.end('QUIT\r\n'));
    stream.once('end', () => stream.destroy());
  });
}
