/**
 * Who writes: an account's own address and others that the person writes from. Rows of state.db.
 * Each account has its own identity, which stays, and one default. No network; signatures come
 * cleaned.
 */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { IdentityDto, IdentityInput } from '../contract/index.ts';
import { RequestError, StorageError } from '../errors.ts';
import { addressKey, parseAddress, plainDisplayName } from '../mime/build-address.ts';
import { transaction } from '../store/database.ts';

const identityRow = z.object({
  identity_id: z.string(),
  account_id: z.string(),
  name: z.string(),
  address: z.string(),
  reply_to: z.string().nullable(),
  signature_text: z.string(),
  signature_html: z.string().nullable(),
  is_default: z.number(),
  is_own: z.number(),
});

const inOrder = `SELECT identity.* FROM identity JOIN account USING (account_id)
  ORDER BY account.position, is_own DESC, identity.rowid`;

/** The identity of the account's own address. */
export function ownIdentityId(accountId: string): string {
  return `own:${accountId}`;
}

export class Identities {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** The account's own first, then as they were added; accounts in their order. */
  list(): IdentityDto[] {
    return this.#db.prepare(inOrder).all().map(toIdentity);
  }

  ofAccount(accountId: string): IdentityDto[] {
    return this.list().filter((identity) => identity.accountId === accountId);
  }

  /** The one that is asked for, or the default when that is not there or of another account. */
  choose(accountId: string, identityId: string | undefined): IdentityDto | undefined {
    const all = this.ofAccount(accountId);
    return (
      all.find((identity) => identity.identityId === identityId) ??
      all.find(({ isDefault }) => isDefault) ??
      all[0]
    );
  }

  /**
   * @throws RequestError `account.not-found`, `identity.not-found`, `address.invalid`,
   *   `identity.protected` when the account's own address would change
   */
  save(input: IdentityInput): IdentityDto {
    const { accountId } = input;
    const address = parseAddress(input.address);
    const replyTo = input.replyTo?.trim() ? parseAddress(input.replyTo) : undefined;
    const identityId = input.identityId ?? randomUUID();
    return transaction(this.#db, () => {
      const all = this.ofAccount(accountId);
      if (all.length === 0) throw new RequestError('account.not-found');
      const known = all.find((identity) => identity.identityId === identityId);
      if (known === undefined && input.identityId !== undefined) {
        throw new RequestError('identity.not-found');
      }
      if (known?.isOwn === true && addressKey(known.address) !== addressKey(address)) {
        throw new RequestError('identity.protected');
      }
      this.#db
        .prepare(
          `INSERT INTO identity VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0) ON CONFLICT (identity_id)
           DO UPDATE SET name = excluded.name, address = excluded.address,
             reply_to = excluded.reply_to, signature_text = excluded.signature_text,
             signature_html = excluded.signature_html`,
        )
        .run(
          identityId,
          accountId,
          plainDisplayName(input.name),
          known?.isOwn === true ? known.address : address,
          replyTo ?? null,
          input.signatureText.toWellFormed(),
          input.signatureHtml?.toWellFormed() ?? null,
        );
      if (input.isDefault) this.#makeDefault(accountId, identityId);
      else if (known?.isDefault === true) this.#makeDefault(accountId, ownIdentityId(accountId));
      return this.#get(identityId);
    });
  }

  /** @throws RequestError `identity.not-found`, `identity.protected` */
  remove(identityId: string): void {
    transaction(this.#db, () => {
      const known = this.#get(identityId);
      if (known.isOwn) throw new RequestError('identity.protected');
      this.#db.prepare('DELETE FROM identity WHERE identity_id = ?').run(identityId);
      if (known.isDefault) this.#makeDefault(known.accountId, ownIdentityId(known.accountId));
    });
  }

  #makeDefault(accountId: string, identityId: string): void {
    this.#db
      .prepare('UPDATE identity SET is_default = (identity_id = ?) WHERE account_id = ?')
      .run(identityId, accountId);
  }

  #get(identityId: string): IdentityDto {
    const row = this.#db.prepare('SELECT * FROM identity WHERE identity_id = ?').get(identityId);
    if (row === undefined) throw new RequestError('identity.not-found');
    return toIdentity(row);
  }
}

function toIdentity(row: unknown): IdentityDto {
  const parsed = identityRow.safeParse(row);
  if (!parsed.success) {
    throw new StorageError('storage.failed', { what: 'identity' }, { cause: parsed.error });
  }
  const { data } = parsed;
  return {
    identityId: data.identity_id,
    accountId: data.account_id,
    name: data.name,
    address: data.address,
    ...(data.reply_to === null ? {} : { replyTo: data.reply_to }),
    signatureText: data.signature_text,
    ...(data.signature_html === null ? {} : { signatureHtml: data.signature_html }),
    isDefault: data.is_default === 1,
    isOwn: data.is_own === 1,
  };
}
