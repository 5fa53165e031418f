/**
 * A server's mailboxes in memory, which can fail at each step: before a message is taken, after it
 * was taken without telling, or by saying no.
 */
import { createHash } from 'node:crypto';
import { LegError } from '../../app/errors.ts';
import type {
  AppendOutcome,
  AppendTarget,
  MailboxAppender,
  MessageToAppend,
} from '../../app/ports.ts';

export type Fault = 'before' | 'after' | { refused: string; by: 'message' | 'mailbox' } | undefined;

export interface KeptMessage {
  readonly text: string;
  readonly flags: readonly string[];
  readonly receivedAt: Date | undefined;
  readonly messageId: string | undefined;
  readonly sha256: string;
}

export class AppenderStandIn implements MailboxAppender {
  /** By names joined with `/`. */
  readonly mailboxes = new Map<string, KeptMessage[]>();
  appends = 0;
  opened = 0;
  finished: string[] = [];
  /** Asked before each APPEND, with its number from 1. */
  fault: (append: number, message: MessageToAppend) => Fault | Promise<Fault> = () => undefined;

  ensureMailbox(_accountId: string, names: readonly string[]): Promise<AppendTarget> {
    this.opened += 1;
    const name = names.join('/');
    const kept = this.mailboxes.get(name) ?? [];
    this.mailboxes.set(name, kept);
    return Promise.resolve({
      has: (message, by) => Promise.resolve(kept.some((each) => isSame(each, message, by))),
      append: (message) => this.#append(kept, message),
      finished: () => {
        this.finished.push(name);
        return Promise.resolve();
      },
    });
  }

  async #append(kept: KeptMessage[], message: MessageToAppend): Promise<AppendOutcome> {
    this.appends += 1;
    const fault = await this.fault(this.appends, message);
    if (fault === 'before') throw new LegError('leg.unreachable');
    if (typeof fault === 'object') {
      return { kind: 'refused', text: fault.refused, by: fault.by };
    }
    const { raw, flags, receivedAt, messageId } = message;
    const sha256 = createHash('sha256').update(raw).digest('hex');
    const text = Buffer.from(raw).toString('latin1');
    kept.push({ text, flags, receivedAt, messageId, sha256 });
    if (fault === 'after') throw new LegError('leg.truncated');
    return { kind: 'appended' };
  }
}

function isSame(kept: KeptMessage, message: MessageToAppend, by: 'message-id' | 'bytes'): boolean {
  if (kept.sha256 === message.sha256) return true;
  return (
    by === 'message-id' && message.messageId !== undefined && kept.messageId === message.messageId
  );
}
