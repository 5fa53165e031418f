/**
 * What is known of one service of one account in this online session: live legs, the latest
 * opening, the latest error. Decides nothing; legs.ts feeds it, the lock reads it.
 */
import type { ErrorCode, LegDetailDto, WireError } from '../contract/index.ts';
import { fingerprintWords } from '../leg/fingerprint.ts';
import { type LegProtection, type Service, worseLevel } from '../leg/types.ts';
import { encodeBase64 } from './pin-json.ts';
import type { StoredLeg } from './state-store.ts';

/** Errors that say "not reached" rather than "not protected as demanded". */
const offlineCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'leg.unreachable',
  'leg.timeout',
  'leg.truncated',
  'offline',
]);

interface Failure {
  readonly state: 'offline' | 'stopped';
  readonly error: WireError;
  /** The first failure in a row that led to this state. */
  readonly since: Date;
}

export class LegTrack {
  readonly #live = new Set<LegProtection>();
  /** The latest opening that counts although its stream may be closed: submission's claim. */
  #claim: LegProtection | undefined;
  #failure: Failure | undefined;
  #changedAt: Date | undefined;
  #confirmed: Uint8Array | undefined;
  readonly #service: Service;

  constructor(service: Service) {
    this.#service = service;
  }

  get anyLive(): boolean {
    return this.#live.size > 0;
  }

  get changedAt(): Date | undefined {
    return this.#changedAt;
  }

  opened(protection: LegProtection): void {
    this.#live.add(protection);
    if (this.#service === 'submission') this.#claim = protection;
    this.#failure = undefined;
    this.#changedAt = protection.openedAt;
  }

  closed(protection: LegProtection, at: Date): void {
    this.#live.delete(protection);
    if (this.#service === 'imap' && !this.anyLive) this.#changedAt = at;
  }

  failed(error: WireError, at: Date): void {
    const state = offlineCodes.has(error.code) ? 'offline' : 'stopped';
    const since = this.#failure?.state === state ? this.#failure.since : at;
    this.#failure = { state, error, since };
    this.#changedAt = at;
  }

  /** Without a live IMAP leg nothing may be claimed of submission either. A stop stays a stop. */
  voidClaim(): void {
    this.#claim = undefined;
    if (this.#failure?.state === 'offline') this.#failure = undefined;
  }

  /** The person compared this key: what is sealed with it counts as confirmed from now on. */
  confirm(identity: Uint8Array): void {
    this.#confirmed = identity;
    this.#failure = undefined;
  }

  #worth(protection: LegProtection): LegProtection {
    const { seal } = protection;
    if (!seal || !this.#confirmed || Buffer.compare(seal.identity, this.#confirmed) !== 0) {
      return protection;
    }
    return { ...protection, level: 'confirmed' };
  }

  /** The least protected of the legs that count. */
  #shown(): LegProtection | undefined {
    let worst: LegProtection | undefined;
    const counted = this.#claim ? [...this.#live, this.#claim] : [...this.#live];
    for (const protection of counted) {
      const candidate = this.#worth(protection);
      if (!worst || worseLevel(worst.level, candidate.level) !== worst.level) worst = candidate;
    }
    return worst;
  }

  detail(stored: StoredLeg): LegDetailDto {
    const { host, port } = stored.endpoint;
    const base = { service: this.#service, host, port, floor: stored.floor };
    const failure = this.#failure;
    // One more connection that timed out says nothing against the one that is up.
    const hidden = failure?.state === 'offline' && this.#service === 'imap' && this.anyLive;
    if (failure && !hidden) {
      const { state, error, since } = failure;
      return { ...base, state, error, since: since.toISOString() };
    }
    const shown = this.#shown();
    if (!shown) return { ...base, state: 'connecting' };
    return {
      ...base,
      state: 'up',
      level: shown.level,
      since: shown.openedAt.toISOString(),
      ...(shown.tls ? { tls: { ...shown.tls } } : {}),
      ...keyDetail(shown, stored),
    };
  }
}

function keyDetail(shown: LegProtection, stored: StoredLeg): Pick<LegDetailDto, 'key'> {
  if (!shown.seal || !stored.pin) return {};
  return {
    key: {
      suite: shown.seal.suite,
      identity: encodeBase64(shown.seal.identity),
      words: fingerprintWords(shown.seal.identity),
      firstSeenAt: stored.pin.firstSeenAt.toISOString(),
      vouchedBy: stored.pin.vouchedBy,
    },
  };
}
