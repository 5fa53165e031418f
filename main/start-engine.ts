/** The engine of a host: app/ in a worker of its own. */
import type { EngineOptions } from '../app/engine-types.ts';
import { EngineClient } from './engine/engine-client.ts';
import type { EngineLink } from './engine-link.ts';
import { workerUrl } from './layout.ts';

export function startEngine(options: EngineOptions): EngineLink {
  return new EngineClient({ ...options, workerUrl });
}
