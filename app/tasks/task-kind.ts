/**
 * What a kind of change has to bring: a local step, shown at once; a remote step, replayed in
 * order when the server can be reached; and the way back when the server says no for good.
 */
import type * as z from 'zod';
import type { AccountSync } from '../imap/account-sync.ts';

/** What a remote step gets of an account. */
export type RemoteAccount = Pick<AccountSync, 'inMailbox'>;

export interface TaskKind<Payload> {
  readonly kind: string;
  readonly schema: z.ZodType<Payload>;
  /** Shows the change in the store. Called again after a restart: it must be repeatable. */
  applyLocal(accountId: string, payload: Payload): void;
  /** Must be repeatable: it may have been carried out just before a connection broke. */
  runRemote(account: RemoteAccount, accountId: string, payload: Payload): Promise<void>;
  /** The server refused: bring the store back to what the server says. */
  undo(account: RemoteAccount, accountId: string, payload: Payload): Promise<void>;
}
