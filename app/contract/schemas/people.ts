/** Who writes (identities) and who is written to (address book, suggestions). */
import * as z from 'zod';
import { accountId, isoTime, limits, shortText } from './base.ts';

const addressText = z.string().trim().max(limits.addressLength);

/** A sender as others see it. Every account has one of its own address, which stays. */
export const identity = z.object({
  identityId: z.string(),
  accountId,
  name: shortText,
  address: addressText,
  replyTo: addressText.optional(),
  signatureText: z.string().max(limits.signatureLength),
  /** As the composer made it, cleaned; absent: the signature is plain text only. */
  signatureHtml: z.string().max(limits.signatureLength).optional(),
  /** The account's choice when nothing speaks for another one; one of each account. */
  isDefault: z.boolean(),
  /** The account's own address: neither it nor this identity can be changed away. */
  isOwn: z.boolean(),
});
export type IdentityDto = z.infer<typeof identity>;

/** Without an id it is a new one. The address of the account's own identity stays as it is. */
export const identityInput = identity
  .omit({ isOwn: true, identityId: true })
  .extend({ identityId: z.string().max(80).optional() });
export type IdentityInput = z.infer<typeof identityInput>;

const kind = z.enum(['home', 'work', 'other']);

/** An entry of the address book. */
export const contact = z.object({
  contactId: z.string(),
  /** As it is shown; never empty: the first address stands in for a missing name. */
  name: shortText,
  givenName: shortText.optional(),
  familyName: shortText.optional(),
  /** The first is the one that is suggested first. */
  emails: z.array(z.object({ address: addressText.min(3), kind })).max(50),
  phones: z.array(z.object({ number: z.string().trim().min(1).max(100), kind })).max(50),
  organization: shortText.optional(),
  note: z.string().max(10_000).optional(),
  savedAt: isoTime,
});
export type ContactDto = z.infer<typeof contact>;

/** Without an id it is a new one. */
export const contactInput = contact
  .omit({ contactId: true, savedAt: true })
  .extend({ contactId: z.string().max(64).optional() });
export type ContactInput = z.infer<typeof contactInput>;

export const suggestion = z.object({
  name: shortText,
  address: addressText,
  /** `mail`: known from messages alone. */
  source: z.enum(['book', 'mail']),
  contactId: z.string().optional(),
});
export type SuggestionDto = z.infer<typeof suggestion>;
