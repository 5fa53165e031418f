/** Composition root of the mail application: one profile, its accounts, the contract's answers. */
import { DisposableStore } from './disposable.ts';
import { createHandlers } from './engine-handlers.ts';
import { createParts } from './engine-parts.ts';
import type { Engine, EngineOptions } from './engine-types.ts';

/** How long closing waits for messages that were kept back only so that they can be undone (ms). */
const heldMs = 5_000;

/** @throws StorageError when the profile cannot be opened; nothing stays open then */
export function createEngine(options: EngineOptions): Engine {
  const open = new DisposableStore();
  try {
    return compose(options, open);
  } catch (error) {
    open.dispose();
    throw error;
  }
}

function compose(options: EngineOptions, open: DisposableStore): Engine {
  const parts = createParts(options, open);
  const { accounts, bus, draftSchedule, mail, outbox, stores, tasks, transfers } = parts;
  return {
    handlers: createHandlers(options, parts),
    onEvent: (listener) => bus.on(listener),
    readPart: async (url) => (await mail.bodies.readLink(url)) ?? parts.drafts.readLink(url),
    start() {
      for (const { accountId } of accounts.list()) {
        tasks.load(accountId);
        draftSchedule.resume(accountId);
        mail.add(accountId);
        transfers.wake(accountId);
      }
      outbox.start();
      parts.people.wake();
    },
    async stop() {
      await outbox.releaseHeld(heldMs);
      draftSchedule.dispose();
      parts.people.dispose();
      // Databases close last: what is in mid-air must be able to note where it was.
      await Promise.all([outbox.stop(), mail.stop(), transfers.stop()]);
      await tasks.stop();
      await stores.content.stop();
      open.dispose();
    },
  };
}
