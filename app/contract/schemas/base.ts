/** Names, limits and errors that every other shape uses. */
import * as z from 'zod';
import { errorCodeList } from '../error-codes.ts';

export const limits = {
  /** Addresses are at most 320 octets (RFC 5321 §4.5.3.1: 64 + @ + 255). */
  addressLength: 320,
  nameLength: 500,
  subjectLength: 2_000,
  recipients: 500,
  textLength: 5_000_000,
  /** One attachment frame: 256 KiB of bytes as base64. */
  chunkLength: 349_528,
  attachmentSizeBytes: 100 * 1024 * 1024,
  attachments: 100,
  listWindow: 500,
  /** Places with an order of their own. */
  listOrders: 200,
  htmlLength: 5_000_000,
  signatureLength: 100_000,
  /** A vCard file as text: about 20,000 people. */
  vcardLength: 8_000_000,
  suggestions: 50,
  undoSendSeconds: 30,
  searchLength: 1_000,
  searchWindow: 200,
} as const;

export const accountId = z.string().min(1).max(64);

export const mailboxId = z.int().positive();

export const isoTime = z.iso.datetime();

export const shortText = z.string().max(limits.nameLength);

export const address = z.object({
  name: shortText,
  address: z.string().max(limits.addressLength),
});
export type AddressDto = z.infer<typeof address>;

/** Names one message for good: a uid means nothing without its uidValidity (RFC 9051 §2.3.1.1). */
export const messageRef = z.object({
  accountId,
  mailboxId,
  uidValidity: z.int().nonnegative(),
  uid: z.int().positive(),
});
export type MessageRef = z.infer<typeof messageRef>;

export const wireError = z.object({
  code: z.enum(errorCodeList),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  retry: z.enum(['no', 'now', 'later', 'after-user-action']),
  /** Ties what the person sees to the line in the log. */
  logId: z.string().max(40),
});
export type WireError = z.infer<typeof wireError>;

export const filePath = z.string().min(1).max(4_096);
