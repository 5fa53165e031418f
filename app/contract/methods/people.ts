/** Identities and the address book. */
import * as z from 'zod';
import * as s from '../schemas.ts';
import { listWindow, type MethodShapes, nothing } from './inputs.ts';

const byContact = z.object({ contactId: z.string().max(64) });

export const peopleMethods = {
  /** Own identity first, then as they were added; accounts in their order. */
  'identity.list': { input: nothing, output: z.array(s.identity) },
  'identity.save': { input: s.identityInput, output: s.identity },
  /** Refused for the account's own. */
  'identity.remove': { input: z.object({ identityId: z.string().max(80) }), output: nothing },
  /**
   * People for a recipient field: beginnings of name, address or domain, without case and
   * diacritics. Those written to come first, then those who wrote; the account's own mail first
   * when it is given. An empty text gives those written to most.
   */
  'contact.suggest': {
    input: z.object({
      text: z.string().max(s.limits.addressLength),
      limit: z.int().positive().max(s.limits.suggestions),
      accountId: s.accountId.optional(),
    }),
    output: z.array(s.suggestion).max(s.limits.suggestions),
  },
  /** By name; `text` as in `contact.suggest`. */
  'contact.list': {
    input: z.object({ text: z.string().max(s.limits.addressLength).optional(), ...listWindow }),
    output: z.object({ total: z.int().nonnegative(), contacts: z.array(s.contact) }),
  },
  'contact.get': { input: byContact, output: s.contact },
  'contact.save': { input: s.contactInput, output: s.contact },
  'contact.remove': { input: byContact, output: nothing },
  /** A vCard file, 2.1 to 4.0. Who has an address that the book has is filled in, not added again. */
  'contact.import': {
    input: z.object({ text: z.string().max(s.limits.vcardLength) }),
    output: z.object({
      added: z.int().nonnegative(),
      updated: z.int().nonnegative(),
      failed: z.int().nonnegative(),
    }),
  },
  /** The whole book as vCards, where the host's person wants it; never over an existing file. */
  'contact.export': {
    input: z.object({ version: z.enum(['3.0', '4.0']).optional() }),
    output: z.object({
      /** Absent when the person chose no place. */
      savedAs: z.string().optional(),
      written: z.int().nonnegative(),
    }),
  },
} as const satisfies MethodShapes;
