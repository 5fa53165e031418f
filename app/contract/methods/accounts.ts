/** Accounts, their locks, and what is remembered of their servers. */
import * as z from 'zod';
import * as s from '../schemas.ts';
import { byAccount, type MethodShapes, nothing } from './inputs.ts';

const serverName = z.object({
  service: z.enum(['imap', 'submission']),
  host: s.serverEndpoint.shape.host,
  port: s.serverEndpoint.shape.port,
});

/** Server names and levels that the person saw before the password leaves this computer. */
const accountInput = z.object({
  address: z.string().trim().min(3).max(s.limits.addressLength),
  displayName: z.string().max(s.limits.nameLength),
  userName: z.string().min(1).max(s.limits.addressLength),
  password: z.string().min(1).max(4_096),
  imap: s.serverEndpoint,
  submission: s.serverEndpoint,
  /** Base64 identity keys whose fingerprint was shown at set-up and accepted there. */
  acceptedIdentities: z.array(z.string().max(64)).max(4),
  /** True only after the person chose, at set-up, to go without any encryption. */
  allowClear: z.boolean(),
});

export const accountMethods = {
  'account.list': { input: nothing, output: z.array(s.account) },
  /** Guesses servers for an address; asks DNS, never sends a password. */
  'account.discover': {
    input: z.object({ address: z.string().trim().min(3).max(s.limits.addressLength) }),
    output: z.object({
      userName: z.string(),
      displayName: z.string(),
      imap: s.serverEndpoint,
      submission: s.serverEndpoint,
      source: z.enum(['provider', 'srv', 'guess']),
      /** A provider's own rule, e.g. that it wants an app password. */
      note: z.enum(['app-password', 'oauth-only']).optional(),
    }),
  },
  /** Opens both legs, signs in on both, and only then keeps the account. */
  'account.add': { input: accountInput, output: s.account },
  'account.setPassword': {
    input: byAccount.extend({ password: z.string().min(1).max(4_096) }),
    output: s.account,
  },
  /** The deliberate act of account settings: raises or lowers what this account demands. */
  'account.setFloor': {
    input: byAccount.extend({ service: z.enum(['imap', 'submission']), floor: s.level }),
    output: s.account,
  },
  /** The order of `account.list`; accounts that are left out follow. */
  'account.setOrder': {
    input: z.object({ accountIds: z.array(s.accountId).max(100) }),
    output: nothing,
  },
  'account.remove': { input: byAccount, output: nothing },
  /** Try again now: connect, sync, submit what waits. */
  'account.retry': { input: byAccount, output: nothing },
  /**
   * The person compared this key over another channel: the pinned one, or the one that the last
   * opening refused. Counts for both services of the account where they have that same key.
   */
  'lock.confirmKey': {
    input: byAccount.extend({
      service: z.enum(['imap', 'submission']),
      identity: z.string().max(64),
    }),
    output: s.lock,
  },
  /** Text for a help desk: versions, issuer, fingerprint, last change, no secret. */
  'lock.report': { input: byAccount, output: z.object({ text: z.string() }) },
  /** What this computer remembers of these servers; unknown ones are left out. */
  'server.remembered': {
    input: z.object({ servers: z.array(serverName).max(4) }),
    output: z.array(s.rememberedServer).max(4),
  },
  /** The deliberate act of forgetting level and key; refused while an account uses the server. */
  'server.forget': { input: serverName, output: nothing },
} as const satisfies MethodShapes;
