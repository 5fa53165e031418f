/** Drafts that were made a moment ago: their signature is still to come, and unchanged they leave nothing. */
import type { DraftDto } from '../../../app/contract/index.ts';

const fresh = new WeakSet<DraftDto>();

export function markFresh(draft: DraftDto): DraftDto {
  fresh.add(draft);
  return draft;
}

export function isFresh(draft: DraftDto): boolean {
  return fresh.has(draft);
}
