/** The person's changes put together: the queue, its kinds, and what the window may ask of them. */
import type { EmitEvent } from '../engine-types.ts';
import { describeError, type Logger } from '../log.ts';
import type { DraftCopySource } from '../ports.ts';
import type { MailStore } from '../store/mail-store.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import { toWireError } from '../wire-error.ts';
import { createDraftTask } from './draft-task.ts';
import { createExpungeTask } from './expunge-task.ts';
import { createFlagsTask } from './flags-task.ts';
import { createKeywordTask } from './keyword-task.ts';
import { MessageChanges } from './message-changes.ts';
import { createMoveTask, showMoved } from './move-task.ts';
import type { PendingFlags } from './pending-flags.ts';
import { copiesArriving, uidsLeaving } from './pending-moves.ts';
import type { RemoteAccount } from './task-kind.ts';
import { TaskQueue } from './task-queue.ts';
import type { TaskStore } from './task-store.ts';

export interface TasksOptions {
  readonly store: Pick<MailStore, 'reader' | 'writer' | 'placement'>;
  readonly tasks: TaskStore;
  readonly mail: { account(accountId: string): RemoteAccount };
  readonly pending: PendingFlags;
  /** Without it, drafts stay on this computer. */
  readonly drafts?: DraftCopySource;
  readonly emit: EmitEvent;
  readonly logger: Logger;
}

export function createTasks(options: TasksOptions): { tasks: TaskQueue; changes: MessageChanges } {
  const { store, mail, pending, emit, logger } = options;
  const { reader, writer, placement } = store;
  const changed = ({ accountId, mailboxId }: StoredMailbox) => {
    emit('messages.changed', { accountId, mailboxId });
    emit('mailboxes.changed', { accountId });
  };
  const syncSoon = ({ accountId, mailboxId }: StoredMailbox) => {
    mail
      .account(accountId)
      .syncMailbox(mailboxId)
      .catch((error: unknown) => {
        logger.log('info', 'task.sync-waits', { error: describeError(error) });
      });
  };
  const flags = createFlagsTask({ reader, writer, changed });
  const keyword = createKeywordTask({ reader, placement, changed });
  const arriving = (mailbox: StoredMailbox) => pending.arriving(mailbox);
  const move = createMoveTask({ reader, writer, placement, changed, syncSoon, arriving });
  const expunge = createExpungeTask({ reader, writer, placement, changed });
  const tasks = new TaskQueue({
    store: options.tasks,
    account: (accountId) => mail.account(accountId),
    logger,
    onPending: (accountId, list, resolve) =>
      pending.replace(accountId, list, { flags, keyword }, resolve),
    onRefused: ({ accountId, kind }, count, failure) => {
      const error = toWireError(failure, logger, 'task.refused');
      const known = taskKinds.find((one) => one === kind);
      if (known !== undefined) emit('task.refused', { accountId, kind: known, count, error });
    },
    onLoad: (accountId, { moved, renamed }, showPending) => {
      for (const pair of renamed) writer.mailboxes.followRename(accountId, pair);
      for (const group of moved) showMoved({ reader, writer, placement }, accountId, group);
      placement.showAllBack(accountId);
      showPending();
      for (const mailbox of reader.mailboxes(accountId)) {
        placement.showArrived(mailbox.mailboxId, pending.arriving(mailbox));
      }
    },
    flush: () => writer.flush(),
  });
  pending.follow({
    showPending: (accountId) => tasks.showPending(accountId),
    leaving(mailbox) {
      const underWay = tasks.underWay(mailbox.accountId);
      return underWay && uidsLeaving(underWay, mailbox, reader);
    },
    arriving(mailbox) {
      const underWay = tasks.underWay(mailbox.accountId);
      return underWay && copiesArriving(underWay, mailbox, reader);
    },
  });
  tasks.register(flags);
  tasks.register(keyword);
  tasks.register(move);
  tasks.register(expunge);
  if (options.drafts !== undefined) {
    tasks.register(createDraftTask({ copies: options.drafts, reader, logger, syncSoon }));
  }
  return { tasks, changes: new MessageChanges(reader, tasks) };
}

const taskKinds = ['flags', 'keyword', 'move', 'expunge', 'draft'] as const;
