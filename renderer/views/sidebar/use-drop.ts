/** A mailbox as a place to drop messages of its account on. */
import { type DragEvent, type RefObject, useState } from 'react';
import type { MailboxDto } from '../../../app/contract/index.ts';
import type { ListRow } from '../list/list-row.ts';

interface DropOptions {
  readonly mailbox: MailboxDto;
  readonly dragged: RefObject<readonly ListRow[] | undefined>;
  readonly onDrop: (rows: readonly ListRow[], mailbox: MailboxDto) => void;
}

/** What would be moved: messages of this account that do not all lie here already. */
export function droppable(
  rows: readonly ListRow[] | undefined,
  mailbox: MailboxDto,
): readonly ListRow[] | undefined {
  if (rows === undefined || rows.length === 0 || !mailbox.selectable) return undefined;
  if (rows.some(({ ref }) => ref.accountId !== mailbox.accountId)) return undefined;
  return rows.every(({ ref }) => ref.mailboxId === mailbox.mailboxId) ? undefined : rows;
}

export function useDrop({ mailbox, dragged, onDrop }: DropOptions) {
  const [over, setOver] = useState(false);
  const enter = (event: DragEvent) => {
    if (droppable(dragged.current, mailbox) === undefined) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'move';
    if (!over) setOver(true);
  };
  return {
    over,
    handlers: {
      onDragEnter: enter,
      onDragOver: enter,
      onDragLeave(event: DragEvent) {
        const { relatedTarget, currentTarget } = event;
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) {
          setOver(false);
        }
      },
      onDrop(event: DragEvent) {
        setOver(false);
        const rows = droppable(dragged.current, mailbox);
        if (rows === undefined) return;
        event.preventDefault();
        onDrop(rows, mailbox);
      },
    },
  };
}
