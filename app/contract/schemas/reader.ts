/** What the reader asks for beside a message's body: its journey, source, pictures, invitations. */
import * as z from 'zod';
import { address, isoTime, limits } from './base.ts';

export const hopEncryption = z.enum(['encrypted', 'clear', 'inside', 'unknown']);
export type HopEncryptionDto = z.infer<typeof hopEncryption>;

const travelName = z.string().max(300);

export const travelHop = z.object({
  /** What the sender called itself; its own claim. */
  from: travelName.optional(),
  /** Name that the receiver found for the sender's network address. */
  fromName: travelName.optional(),
  fromAddress: travelName.optional(),
  by: travelName.optional(),
  /** As written, e.g. `ESMTPS` (RFC 3848). */
  protocol: travelName.optional(),
  /** e.g. `TLS 1.3` */
  tls: travelName.optional(),
  encryption: hopEncryption,
  at: isoTime.optional(),
  /** Since the hop before; negative when their clocks differ. */
  delaySeconds: z.int().optional(),
  /** Written by the person's own mail server. */
  vouched: z.boolean(),
});
export type TravelHopDto = z.infer<typeof travelHop>;

export const travelResult = z.object({
  /** `spf`, `dkim`, `dmarc`, … (RFC 8601 §2.7) */
  method: travelName,
  /** `pass`, `fail`, … */
  result: travelName,
  domain: travelName.optional(),
  /** Who says so; empty when it did not say. */
  server: travelName,
  /** False where the sender may have written it. */
  vouched: z.boolean(),
});
export type TravelResultDto = z.infer<typeof travelResult>;

export const travel = z.object({
  /** First hop first. */
  hops: z.array(travelHop).max(50),
  results: z.array(travelResult).max(100),
});
export type TravelDto = z.infer<typeof travel>;

/** Pictures that one message may load. */
export const remotePictures = 300;
export const remoteUrl = z.string().min(8).max(4_000);

export const remoteAnswer = z.object({
  /** Whether pictures may be loaded, and for how long that was said. */
  allowed: z.enum(['no', 'once', 'sender']),
  /** Whether the sender can be remembered: one address, and nothing that speaks against it. */
  canRemember: z.boolean(),
  /** Those that name the reader: never loaded. */
  personal: z.array(remoteUrl).max(remotePictures),
  /** Paths under the app's own origin; empty unless allowed. */
  links: z.array(z.object({ url: remoteUrl, path: z.string().max(200) })).max(remotePictures),
});
export type RemoteAnswer = z.infer<typeof remoteAnswer>;

export const remoteSender = z.object({
  address: z.string().max(limits.addressLength),
  since: isoTime,
});
export type RemoteSender = z.infer<typeof remoteSender>;

/** A time of an invitation: an instant, or a day without a time. */
export const inviteTime = z.object({
  /** `2026-12-04` for a whole day. */
  value: z.union([isoTime, z.iso.date()]),
  isDay: z.boolean(),
  /** No zone was given, so it is meant wherever one is. */
  floating: z.boolean(),
});
export type InviteTimeDto = z.infer<typeof inviteTime>;

export const inviteRepeat = z.object({
  every: z.enum(['day', 'week', 'month', 'year']),
  interval: z.int().positive().max(1_000),
  /** 0 is Sunday. */
  weekdays: z.array(z.int().min(0).max(6)).max(7),
  count: z.int().positive().optional(),
  until: z.iso.date().optional(),
  /** More rules than can be said in words. */
  more: z.boolean(),
});
export type InviteRepeatDto = z.infer<typeof inviteRepeat>;

export const invite = z.object({
  kind: z.enum(['request', 'cancel', 'reply', 'publish', 'other']),
  summary: z.string().max(1_000),
  description: z.string().max(20_000),
  location: z.string().max(1_000),
  start: inviteTime.optional(),
  /** Exclusive for whole days. */
  end: inviteTime.optional(),
  repeat: inviteRepeat.optional(),
  organizer: address.optional(),
  attendees: z
    .array(address.extend({ answer: z.enum(['accepted', 'declined', 'tentative', 'none']) }))
    .max(200),
  cancelled: z.boolean(),
});
export type InviteDto = z.infer<typeof invite>;
