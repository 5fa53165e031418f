/** outbox.db with its files: drafts, attachments, queued messages. Signatures first; body follows. */
import { InternalError } from '../errors.ts';

export class OutboxStore {
  /** @param profileDir folder that gets outbox.db, attachments/ and outbox/ */
  constructor(profileDir: string) {
    throw new InternalError(profileDir);
  }
  close(): void {}
}
