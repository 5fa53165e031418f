/**
 * How a draft came into the window. Made a moment ago: its signature is still to come, and unchanged
 * it leaves nothing. Reopened: it was here when the window was last closed.
 */
import type { DraftDto } from '../../../app/contract/index.ts';

const fresh = new WeakSet<DraftDto>();
const reopened = new WeakSet<DraftDto>();

export function markFresh(draft: DraftDto): DraftDto {
  fresh.add(draft);
  return draft;
}

export function isFresh(draft: DraftDto): boolean {
  return fresh.has(draft);
}

export function markReopened(draft: DraftDto): DraftDto {
  reopened.add(draft);
  return draft;
}

export function isReopened(draft: DraftDto): boolean {
  return reopened.has(draft);
}
