/**
 * state.db: accounts, sealed passwords, pins, floors and settings; synchronous=FULL.
 * A pin belongs to (service, host, port), a floor to the account's leg; both are also kept in
 * `server_memory`, which outlives the account. Knows no network. Schema: state-schema.ts.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import * as z from 'zod';
import { level, type Settings } from '../contract/index.ts';
import { RequestError, StorageError } from '../errors.ts';
import { type LegEndpoint, type Level, meetsFloor, type Pin, type Service } from '../leg/types.ts';
import type { StoredAccount, SubmissionOffer } from '../ports.ts';
import { openDatabase, transaction } from '../store/database.ts';
import { Identities } from './identities.ts';
import { encodePin, parsePin } from './pin-json.ts';
import { readSettings, settingText } from './setting-text.ts';
import { stateMigrations } from './state-schema.ts';

export interface StoredLeg {
  readonly endpoint: LegEndpoint;
  readonly pin: Pin | undefined;
  readonly floor: Level;
  readonly allowClear: boolean;
}

/** What is remembered of a server, whether or not an account uses it now. */
export interface ServerMemory {
  readonly pin: Pin | undefined;
  readonly floor: Level;
  /** When the floor was reached; undefined when an older version wrote it. */
  readonly since: Date | undefined;
}

/** Names a server of one service. Host names compare without case. */
export type ServerName = Pick<LegEndpoint, 'service' | 'host' | 'port'>;

export interface NewAccount extends StoredAccount {
  readonly sealedPassword: Uint8Array;
  readonly legs: Readonly<Record<Service, { pin: Pin | undefined; floor: Level }>>;
  readonly allowClear: boolean;
}

type Row = Record<string, SQLOutputValue>;

const endpointRow = z.object({
  host: z.string(),
  port: z.number(),
  transport: z.enum(['implicit-tls', 'clear']),
});
const legRow = endpointRow.extend({ floor: level, allow_clear: z.number() });
const accountRow = z.object({
  account_id: z.string(),
  address: z.string(),
  display_name: z.string(),
  user_name: z.string(),
});
const offerRow = z.object({ require_tls: z.number(), max_bytes: z.number().nullable() });
const memoryRow = z.object({
  floor: level,
  pin: z.string().nullable(),
  since: z.number().nullable(),
});

export class StateStore {
  readonly identities: Identities;
  readonly #db: DatabaseSync;
  readonly #now: () => Date;

  /**
   * @param path state.db, or `:memory:`
   * @throws StorageError
   */
  constructor(path: string, now: () => Date = () => new Date()) {
    this.#now = now;
    this.#db = openDatabase(path, stateMigrations, { synchronous: 'FULL' });
    // What is deleted is overwritten, or a removed password would stay in a free page.
    this.#db.exec('PRAGMA secure_delete = ON');
    this.identities = new Identities(this.#db);
  }

  close(): void {
    this.#db.close();
  }

  /** In the order of the person, at first that in which they were added. */
  accounts(): StoredAccount[] {
    const rows = this.#db.prepare('SELECT * FROM account ORDER BY position').all();
    return rows.map((row) => this.#toAccount(row));
  }

  account(accountId: string): StoredAccount | undefined {
    const row = this.#db.prepare('SELECT * FROM account WHERE account_id = ?').get(accountId);
    return row && this.#toAccount(row);
  }

  hasAddress(address: string): boolean {
    const query = this.#db.prepare('SELECT 1 FROM account WHERE address_key = ?');
    return query.get(addressKey(address)) !== undefined;
  }

  /**
   * Account, secret, pins and floors in one transaction.
   * @throws RequestError `account.exists`
   */
  addAccount(account: NewAccount, now: Date): void {
    transaction(this.#db, () => {
      if (this.hasAddress(account.address)) throw new RequestError('account.exists');
      this.#db
        .prepare(
          `INSERT INTO account SELECT ?, coalesce(max(position), 0) + 1, ?, ?, ?, ?, ? FROM account`,
        )
        .run(
          account.accountId,
          account.address,
          addressKey(account.address),
          account.displayName,
          account.userName,
          now.getTime(),
        );
      this.#writeSecret(account.accountId, account.sealedPassword);
      for (const service of ['imap', 'submission'] as const) {
        const endpoint = account[service];
        const { pin, floor } = account.legs[service];
        this.#db
          .prepare('INSERT INTO leg VALUES (?, ?, ?, ?, ?, ?, ?)')
          .run(
            account.accountId,
            service,
            endpoint.host,
            endpoint.port,
            endpoint.transport,
            floor,
            account.allowClear ? 1 : 0,
          );
        this.#remember(endpoint, pin, floor);
      }
    });
  }

  /** Secrets and account data go, from the file's free pages too; the memory of its servers stays. */
  removeAccount(accountId: string): void {
    this.#db.prepare('DELETE FROM account WHERE account_id = ?').run(accountId);
    this.setSyncPaused(accountId, false);
    this.#forgetLog();
  }

  /** Accounts that are not named come after those that are, in their order so far. */
  setOrder(accountIds: readonly string[]): void {
    const known = this.accounts().map(({ accountId }) => accountId);
    const named = [...new Set(accountIds)].filter((accountId) => known.includes(accountId));
    const order = [...named, ...known.filter((accountId) => !named.includes(accountId))];
    const put = this.#db.prepare('UPDATE account SET position = ? WHERE account_id = ?');
    transaction(this.#db, () => {
      for (const [index, accountId] of order.entries()) put.run(index + 1, accountId);
    });
  }

  leg(accountId: string, service: Service): StoredLeg | undefined {
    const row = this.#db
      .prepare('SELECT * FROM leg WHERE account_id = ? AND service = ?')
      .get(accountId, service);
    if (row === undefined) return undefined;
    const { host, port, transport, floor, allow_clear } = parseRow(legRow, row);
    const endpoint: LegEndpoint = { service, host, port, transport };
    const pin = this.serverMemory(endpoint)?.pin;
    return { endpoint, pin, floor, allowClear: allow_clear === 1 };
  }

  /** Host names compare without case (RFC 4343). */
  serverMemory(server: ServerName): ServerMemory | undefined {
    const row = this.#db
      .prepare(`SELECT floor, pin, since FROM server_memory ${whichServer}`)
      .get(...serverKey(server));
    if (row === undefined) return undefined;
    const { floor, pin, since } = parseRow(memoryRow, row);
    return {
      floor,
      pin: pin === null ? undefined : parsePin(pin),
      since: since === null ? undefined : new Date(since),
    };
  }

  /** True while an account has this server. */
  isServerUsed(server: ServerName): boolean {
    const [service, host, port] = serverKey(server);
    const rows = this.#db.prepare('SELECT host FROM leg WHERE service = ? AND port = ?');
    return rows.all(service, port).some((row) => hostKey(String(row.host)) === host);
  }

  /**
   * Level and key of a server go: the person's deliberate act. A damaged pin goes, too.
   * @throws RequestError `server.in-use` while an account has it
   */
  forgetServer(server: ServerName): void {
    transaction(this.#db, () => {
      if (this.isServerUsed(server)) {
        throw new RequestError('server.in-use', { host: server.host });
      }
      this.#db.prepare(`DELETE FROM server_memory ${whichServer}`).run(...serverKey(server));
    });
  }

  /** What an opening taught. A missing pin leaves the stored one. The memory's floor only rises. */
  saveProtection(
    accountId: string,
    service: Service,
    learned: { readonly pin: Pin | undefined; readonly floor: Level },
  ): void {
    const leg = this.leg(accountId, service);
    if (leg === undefined) throw new RequestError('account.not-found');
    transaction(this.#db, () => {
      this.#writeFloor(accountId, service, learned.floor);
      this.#remember(leg.endpoint, learned.pin, learned.floor);
    });
  }

  /** The person's deliberate act: the only way by which a floor falls, here and in the memory. */
  setFloor(accountId: string, service: Service, floor: Level): void {
    const leg = this.leg(accountId, service);
    if (leg === undefined) throw new RequestError('account.not-found');
    transaction(this.#db, () => {
      this.#writeFloor(accountId, service, floor);
      this.#db
        .prepare('UPDATE leg SET allow_clear = ? WHERE account_id = ? AND service = ?')
        .run(floor === 'clear' ? 1 : 0, accountId, service);
      this.#db
        .prepare(`UPDATE server_memory SET floor = ?, since = ? ${whichServer}`)
        .run(floor, this.#now().getTime(), ...serverKey(leg.endpoint));
    });
  }

  /** What the submission server could do when it was last asked; undefined before that. */
  submissionOffer(accountId: string): SubmissionOffer | undefined {
    const row = this.#db
      .prepare('SELECT require_tls, max_bytes FROM submission_offer WHERE account_id = ?')
      .get(accountId);
    if (row === undefined) return undefined;
    const { require_tls, max_bytes } = parseRow(offerRow, row);
    return {
      requireTls: require_tls === 1,
      ...(max_bytes === null ? {} : { maxMessageBytes: max_bytes }),
    };
  }

  /** @returns whether that is another one than before */
  setSubmissionOffer(accountId: string, offer: SubmissionOffer): boolean {
    const known = this.submissionOffer(accountId);
    const same =
      known?.requireTls === offer.requireTls && known.maxMessageBytes === offer.maxMessageBytes;
    // It may have been removed while the server was asked.
    if (same || this.account(accountId) === undefined) return false;
    this.#db
      .prepare('INSERT OR REPLACE INTO submission_offer VALUES (?, ?, ?)')
      .run(accountId, offer.requireTls ? 1 : 0, offer.maxMessageBytes ?? null);
    return true;
  }

  sealedPassword(accountId: string): Uint8Array | undefined {
    const row = this.#db.prepare('SELECT sealed FROM secret WHERE account_id = ?').get(accountId);
    const sealed = row?.sealed;
    return sealed instanceof Uint8Array ? sealed : undefined;
  }

  setSealedPassword(accountId: string, sealed: Uint8Array): void {
    this.#writeSecret(accountId, sealed);
    this.#forgetLog();
  }

  settings(): Settings {
    const rows = this.#db.prepare('SELECT name, value FROM setting').all();
    return readSettings(new Map(rows.map(({ name, value }) => [String(name), String(value)])));
  }

  setSettings(patch: { readonly [K in keyof Settings]?: Settings[K] | undefined }): Settings {
    const put = this.#db.prepare(
      'INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    transaction(this.#db, () => {
      for (const [name, value] of Object.entries(patch)) {
        if (value !== undefined) put.run(name, settingText(value));
      }
    });
    return this.settings();
  }

  /** Whether the person holds back what is fetched ahead for this account. */
  syncPaused(accountId: string): boolean {
    const row = this.#db.prepare('SELECT 1 FROM setting WHERE name = ?').get(pausedName(accountId));
    return row !== undefined;
  }

  setSyncPaused(accountId: string, paused: boolean): void {
    const sql = paused
      ? "INSERT OR REPLACE INTO setting VALUES (?, '1')"
      : 'DELETE FROM setting WHERE name = ?';
    this.#db.prepare(sql).run(pausedName(accountId));
  }

  /** The write-ahead log still holds pages as they were before: empties it. */
  #forgetLog(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  #toAccount(row: Row): StoredAccount {
    const { account_id: accountId, ...rest } = parseRow(accountRow, row);
    return {
      accountId,
      address: rest.address,
      displayName: rest.display_name,
      userName: rest.user_name,
      imap: this.#endpoint(accountId, 'imap'),
      submission: this.#endpoint(accountId, 'submission'),
    };
  }

  #endpoint(accountId: string, service: Service): LegEndpoint {
    const row = this.#db
      .prepare('SELECT host, port, transport FROM leg WHERE account_id = ? AND service = ?')
      .get(accountId, service);
    return { service, ...parseRow(endpointRow, row) };
  }

  #writeSecret(accountId: string, sealed: Uint8Array): void {
    this.#db
      .prepare(
        `INSERT INTO secret VALUES (?, ?)
         ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed`,
      )
      .run(accountId, sealed);
  }

  #writeFloor(accountId: string, service: Service, floor: Level): void {
    this.#db
      .prepare('UPDATE leg SET floor = ? WHERE account_id = ? AND service = ?')
      .run(floor, accountId, service);
  }

  #remember(endpoint: LegEndpoint, pin: Pin | undefined, floor: Level): void {
    const known = this.serverMemory(endpoint);
    const kept = known && meetsFloor(known.floor, floor) ? known.floor : floor;
    const keptPin = pin ?? known?.pin;
    const since = known?.floor === kept ? known.since : this.#now();
    this.#db
      .prepare(
        `INSERT INTO server_memory (service, host, port, floor, pin, since)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (service, host, port)
         DO UPDATE SET floor = excluded.floor, pin = excluded.pin, since = excluded.since`,
      )
      .run(
        ...serverKey(endpoint),
        kept,
        keptPin ? encodePin(keptPin) : null,
        since?.getTime() ?? null,
      );
  }
}

function parseRow<T>(shape: z.ZodType<T>, row: unknown): T {
  const parsed = shape.safeParse(row);
  if (!parsed.success) {
    throw new StorageError('storage.failed', { what: 'state' }, { cause: parsed.error });
  }
  return parsed.data;
}

const whichServer = 'WHERE service = ? AND host = ? AND port = ?';

function serverKey({ service, host, port }: ServerName): [string, string, number] {
  return [service, hostKey(host), port];
}

function hostKey(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

/** One account per address: compared without case, whatever the local part's server thinks. */
function addressKey(address: string): string {
  return address.normalize('NFC').toLowerCase();
}

/** A name that no setting of the person's has. */
function pausedName(accountId: string): string {
  return `paused ${accountId}`;
}
