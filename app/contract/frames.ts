/**
 * The frames that both hosts carry, as JSON text. Nothing else crosses between window and engine.
 */
import * as z from 'zod';
import { wireError } from './schemas.ts';

export const callFrame = z.object({
  kind: z.literal('call'),
  id: z.int().positive(),
  method: z.string().max(64),
  input: z.unknown(),
});
export const resultFrame = z.object({
  kind: z.literal('result'),
  id: z.int().positive(),
  output: z.unknown(),
});
export const errorFrame = z.object({
  kind: z.literal('error'),
  id: z.int().positive(),
  error: wireError,
});
export const eventFrame = z.object({
  kind: z.literal('event'),
  name: z.string().max(64),
  payload: z.unknown(),
});

/** What the engine sends to the window. */
export const downFrame = z.discriminatedUnion('kind', [resultFrame, errorFrame, eventFrame]);
export type CallFrame = z.infer<typeof callFrame>;
export type DownFrame = z.infer<typeof downFrame>;

/** A frame larger than this is refused unread (characters of JSON text). */
export const maxFrameLength = 16 * 1024 * 1024;
