/** What of an account is still on its way. Pure. */
import type { SyncProgress, SyncStatus } from '../../../app/contract/index.ts';

export interface SyncStep {
  readonly kind: 'headers' | 'bodies';
  readonly progress: SyncProgress;
}

/** What is left to get: headers first, then texts. */
export function syncStep({ headers, bodies }: SyncStatus): SyncStep | undefined {
  if (headers.done < headers.total) return { kind: 'headers', progress: headers };
  if (bodies.done < bodies.total) return { kind: 'bodies', progress: bodies };
  return undefined;
}
