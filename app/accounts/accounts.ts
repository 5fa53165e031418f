/**
 * Accounts: adding one (both legs judged, both sign-ins tried, then kept), passwords, floors, keys.
 * A password leaves this computer only on a leg that policy accepted. Knows no mailbox and no mail.
 */
import { randomUUID } from 'node:crypto';
import type { MethodParsedInput, RememberedServerDto, WireError } from '../contract/index.ts';
import type { EngineHost } from '../engine-types.ts';
import { LegError, type MailError, RequestError } from '../errors.ts';
import {
  type LegEndpoint,
  type Level,
  meetsFloor,
  type OpenedLeg,
  type OpenLeg,
  type Pin,
  type Service,
} from '../leg/types.ts';
import { parseAddress, plainDisplayName } from '../mime/build-address.ts';
import { createLegPolicy, floorAfter } from '../policy/leg-policy.ts';
import type { AccountDirectory, SignInCheck, StoredAccount, SubmissionOffer } from '../ports.ts';
import { toWireError } from '../wire-error.ts';
import type { Legs } from './legs.ts';
import { encodeBase64 } from './pin-json.ts';
import { atService } from './service-error.ts';
import type { ServerMemory, ServerName, StateStore } from './state-store.ts';

export interface AccountsOptions {
  readonly store: StateStore;
  readonly legs: Legs;
  readonly openLeg: OpenLeg;
  /** How each service proves a password: app/imap and app/submission. */
  readonly signIn: Readonly<Record<Service, SignInCheck>>;
  readonly host: Pick<EngineHost, 'sealSecret' | 'openSecret' | 'logger'>;
  /** A list entry changed: emit `account.changed`. */
  readonly onChanged: () => void;
  readonly trustAnchors?: readonly string[];
  readonly now?: () => Date;
}

export type NewAccountInput = MethodParsedInput<'account.add'>;

const services = ['imap', 'submission'] as const;

export class Accounts implements AccountDirectory {
  readonly #options: AccountsOptions;
  readonly #now: () => Date;
  readonly #problems = new Map<string, WireError>();

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  list(): StoredAccount[] {
    return this.#options.store.accounts();
  }

  get(accountId: string): StoredAccount {
    const account = this.#options.store.account(accountId);
    if (account === undefined) throw new RequestError('account.not-found');
    return account;
  }

  async password(accountId: string): Promise<string> {
    this.get(accountId);
    const sealed = this.#options.store.sealedPassword(accountId);
    if (sealed === undefined) throw new RequestError('secret.unavailable');
    try {
      return await this.#options.host.openSecret(sealed);
    } catch (error) {
      throw new RequestError('secret.unavailable', {}, { cause: error });
    }
  }

  /**
   * Opens both legs before either sees the password, signs in on both, then keeps the account with
   * pins, floors and the sealed password in one step. Nothing is kept when anything fails; the
   * error's `service` says where.
   * @throws RequestError `account.exists`, `address.invalid`; LegError, AuthError, ImapError,
   *   SubmissionError
   */
  async add(input: NewAccountInput, signal?: AbortSignal): Promise<StoredAccount> {
    const { store, host } = this.#options;
    const address = parseAddress(input.address);
    if (store.hasAddress(address)) throw new RequestError('account.exists', { address });
    const endpoints = {
      imap: { service: 'imap', ...input.imap },
      submission: { service: 'submission', ...input.submission },
    } as const;
    const opened = await this.#openBoth(endpoints, input, signal);
    const offer = await this.#signInBoth(opened, endpoints, input, signal);
    const account: StoredAccount = {
      accountId: randomUUID(),
      address,
      displayName: plainDisplayName(input.displayName),
      userName: input.userName,
      ...endpoints,
    };
    const learned = (service: Service) => ({
      pin: opened[service].protection.pin ?? store.serverMemory(endpoints[service])?.pin,
      floor: floorAfter(
        startingFloor(store.serverMemory(endpoints[service]), input.allowClear),
        opened[service].protection.level,
      ),
    });
    const sealedPassword = await host.sealSecret(input.password);
    store.addAccount(
      {
        ...account,
        sealedPassword,
        legs: { imap: learned('imap'), submission: learned('submission') },
        allowClear: input.allowClear,
      },
      this.#now(),
    );
    if (offer !== undefined) store.setSubmissionOffer(account.accountId, offer);
    this.#options.onChanged();
    return account;
  }

  /**
   * Signs in on both legs with the new password before it replaces the old one.
   * @throws as `add`; the old password stays then
   */
  async setPassword(
    accountId: string,
    password: string,
    signal?: AbortSignal,
  ): Promise<StoredAccount> {
    const { store, legs, host } = this.#options;
    const account = this.get(accountId);
    for (const service of services) {
      try {
        const leg = await legs.open(accountId, service, signal);
        const credentials = { host: account[service].host, userName: account.userName, password };
        await this.#options.signIn[service](leg, credentials, signal);
      } catch (error) {
        throw atService(error, service);
      }
    }
    store.setSealedPassword(accountId, await host.sealSecret(password));
    this.setProblem(accountId, undefined);
    return account;
  }

  setOrder(accountIds: readonly string[]): void {
    this.#options.store.setOrder(accountIds);
    this.#options.onChanged();
  }

  /**
   * Asks the submission server what it offers, once, for an account that an older version added.
   * @throws as `add`
   */
  async learnOffer(accountId: string): Promise<void> {
    const { store, legs, signIn } = this.#options;
    if (store.submissionOffer(accountId) !== undefined) return;
    const { submission, userName } = this.get(accountId);
    const leg = await legs.open(accountId, 'submission');
    const password = await this.password(accountId).catch((error: unknown) => {
      leg.stream.destroy();
      throw error;
    });
    const offer = await signIn.submission(leg, { host: submission.host, userName, password });
    if (offer !== undefined && store.setSubmissionOffer(accountId, offer)) {
      this.#options.onChanged();
    }
  }

  /** The person's deliberate act in account settings; takes effect with the next opening. */
  setFloor(accountId: string, service: Service, floor: Level): StoredAccount {
    const account = this.get(accountId);
    this.#options.store.setFloor(accountId, service, floor);
    this.#options.legs.touch(accountId);
    return account;
  }

  /**
   * The person compared the key's words over another channel: the pinned key, or the one for which
   * the last opening was refused, which then takes its place.
   * @param identity base64
   * @throws RequestError `leg.key-changed` when it is neither of the two
   */
  confirmKey(accountId: string, service: Service, identity: string): void {
    const stored = this.get(accountId)[service];
    if (!this.#confirmAt(accountId, service, identity)) {
      throw new RequestError('leg.key-changed', { host: stored.host, service });
    }
    // One gateway, one key: who compared its words need not do so again for the other service.
    this.#confirmAt(accountId, service === 'imap' ? 'submission' : 'imap', identity);
  }

  /** @returns false when this service neither has that key nor was shown it */
  #confirmAt(accountId: string, service: Service, identity: string): boolean {
    const { store, legs } = this.#options;
    const stored = store.leg(accountId, service);
    if (stored === undefined) return false;
    const pinned = stored.pin && encodeBase64(stored.pin.identity) === identity;
    if (!pinned && legs.refusedIdentity(accountId, service) !== identity) return false;
    const key = new Uint8Array(Buffer.from(identity, 'base64'));
    const fresh = { identity: key, firstSeenAt: this.#now(), sealKeys: [] };
    const pin: Pin = {
      ...(pinned && stored.pin ? stored.pin : fresh),
      vouchedBy: 'fingerprint',
    };
    store.saveProtection(accountId, service, { pin, floor: floorAfter(stored.floor, 'confirmed') });
    legs.confirmed(accountId, service, key);
    return true;
  }

  /** What is remembered of these servers, whether or not an account uses them. */
  remembered(servers: readonly ServerName[]): RememberedServerDto[] {
    const { store } = this.#options;
    return servers.flatMap(({ service, host, port }) => {
      const server = { service, host, port };
      const memory = store.serverMemory(server);
      if (memory === undefined) return [];
      const since = memory.since ?? memory.pin?.firstSeenAt;
      return {
        ...server,
        level: memory.floor,
        ...(since ? { since: since.toISOString() } : {}),
        inUse: store.isServerUsed(server),
      };
    });
  }

  /**
   * The person's deliberate act: the next account there starts as with a server never seen.
   * @throws RequestError `server.in-use`
   */
  forgetServer(server: ServerName): void {
    this.#options.store.forgetServer(server);
  }

  /** Secrets and account data go; what is remembered of its servers' keys and floors stays. */
  remove(accountId: string): void {
    this.get(accountId);
    this.#options.store.removeAccount(accountId);
    this.#options.legs.forget(accountId);
    this.#problems.delete(accountId);
    this.#options.onChanged();
  }

  setProblem(accountId: string, problem: MailError | undefined): void {
    const known = this.#problems.get(accountId);
    if (problem === undefined) {
      if (this.#problems.delete(accountId)) this.#options.onChanged();
      return;
    }
    if (known?.code === problem.code) return;
    this.#problems.set(
      accountId,
      toWireError(problem, this.#options.host.logger, 'account.problem'),
    );
    this.#options.onChanged();
  }

  /** For `account.problem` of the contract. */
  problem(accountId: string): WireError | undefined {
    return this.#problems.get(accountId);
  }

  async #openBoth(
    endpoints: Readonly<Record<Service, LegEndpoint>>,
    input: NewAccountInput,
    signal?: AbortSignal,
  ): Promise<Record<Service, OpenedLeg>> {
    const tries = await Promise.allSettled([
      this.#openNew(endpoints.imap, input, signal),
      this.#openNew(endpoints.submission, input, signal),
    ]);
    const [imap, submission] = tries;
    if (imap.status === 'fulfilled' && submission.status === 'fulfilled') {
      return { imap: imap.value, submission: submission.value };
    }
    for (const each of tries) if (each.status === 'fulfilled') each.value.stream.destroy();
    if (imap.status === 'rejected') throw atService(imap.reason, 'imap');
    throw atService(submission.status === 'rejected' ? submission.reason : undefined, 'submission');
  }

  async #openNew(
    endpoint: LegEndpoint,
    input: NewAccountInput,
    signal?: AbortSignal,
  ): Promise<OpenedLeg> {
    const { store, openLeg, trustAnchors } = this.#options;
    const memory = store.serverMemory(endpoint);
    const floor = startingFloor(memory, input.allowClear);
    const policy = createLegPolicy({
      pin: memory?.pin,
      floor,
      allowClear: input.allowClear,
      acceptedIdentities: input.acceptedIdentities,
      now: this.#now(),
    });
    const leg = await openLeg(endpoint, policy, {
      now: this.#now,
      ...(signal ? { signal } : {}),
      ...(trustAnchors ? { trustAnchors } : {}),
    });
    leg.stream.on('error', () => undefined);
    const { level } = leg.protection;
    if (meetsFloor(level, floor)) return leg;
    leg.stream.destroy();
    throw new LegError('leg.below-floor', { host: endpoint.host, level });
  }

  async #signInBoth(
    opened: Readonly<Record<Service, OpenedLeg>>,
    endpoints: Readonly<Record<Service, LegEndpoint>>,
    input: NewAccountInput,
    signal?: AbortSignal,
  ): Promise<SubmissionOffer | undefined> {
    const { userName, password } = input;
    let offer: SubmissionOffer | undefined;
    for (const service of services) {
      try {
        const credentials = { host: endpoints[service].host, userName, password };
        offer =
          (await this.#options.signIn[service](opened[service], credentials, signal)) ?? offer;
      } catch (error) {
        for (const each of services) opened[each].stream.destroy();
        throw atService(error, service);
      }
    }
    return offer;
  }
}

/** A server that is known keeps its floor, whatever is chosen now: only account settings lower it. */
function startingFloor(memory: ServerMemory | undefined, allowClear: boolean): Level {
  return memory?.floor ?? (allowClear ? 'clear' : 'unconfirmed');
}
