/** What lists of the pane are given. */
import type { Dispatch, ReactNode, RefObject } from 'react';
import type { MessageRow, SearchHitDto, Settings } from '../../../app/contract/index.ts';
import type { DeskAction, Picked, Selection } from '../desk-state.ts';
import type { ListOrder, Moves } from '../moves.ts';
import type { ReplyKind } from '../use-letters.ts';
import type { ListRow } from './list-row.ts';
import type { Rows } from './message-windows.ts';

/** What every list of the pane has in common. */
export interface ListProps {
  readonly density: Settings['density'];
  readonly selection: Selection | undefined;
  readonly picked: Picked;
  /** Where a range began, or where the keys were. */
  readonly anchor: number;
  readonly dispatch: Dispatch<DeskAction>;
  readonly moves: Moves;
  /** Told what stands where, so that the next message can be chosen from elsewhere. */
  readonly order: RefObject<ListOrder | undefined>;
  /** Goes on with a message of Drafts. */
  readonly onEdit: (row: MessageRow) => void;
  readonly onReply: (row: MessageRow, kind: ReplyKind) => void;
  /** What is being dragged, for whoever it is dropped on. */
  readonly dragged: RefObject<readonly ListRow[] | undefined>;
  /** The element that has the keys, so that others can give it the focus. */
  readonly focusRef: RefObject<HTMLDivElement | null>;
}

export interface RowListProps extends ListProps {
  readonly label: string;
  readonly rows: Rows;
  readonly outgoing: boolean;
  /** False where archiving leads nowhere. */
  readonly archives: boolean;
  /** Says how large messages are where it else says when they came. */
  readonly sized?: boolean;
  readonly whereOf: (row: MessageRow) => string | undefined;
  readonly foundIn?: (index: number) => SearchHitDto['snippet'] | undefined;
  /** Someone who reads further down stays where they are when rows come in on top. */
  readonly growsOnTop: boolean;
  /** What is shown answers an earlier question. */
  readonly busy?: boolean;
  /** Rows in sight, so that they can be loaded. */
  readonly onRange: (first: number, last: number) => void;
  /** Rows that are not here, when a selection reaches over them. */
  readonly fetchRange?: (first: number, last: number) => Promise<readonly ListRow[]>;
  /** Instead of the list when it has no rows. */
  readonly empty: ReactNode;
  /** Below the last row. */
  readonly children?: ReactNode;
}
