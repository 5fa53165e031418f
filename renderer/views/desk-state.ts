/** What the main window shows: one place, one message or several picked, the open composers, one sheet. Pure. */
import type {
  DraftDto,
  MailboxDto,
  Settings,
  ViewDto,
  ViewFilter,
} from '../../app/contract/index.ts';
import type { FoundAccount } from './account/add-account-state.ts';
import type { ListRow } from './list/list-row.ts';
import { refKey, sameRef } from './refs.ts';
import type { SettingsSection } from './settings/settings-sections.ts';

export { refKey, sameRef } from './refs.ts';

export type Place =
  | { readonly kind: 'mailbox'; readonly accountId: string; readonly mailboxId: number }
  | { readonly kind: 'view'; readonly view: Exclude<ViewDto, { kind: 'mailbox' }> }
  | { readonly kind: 'drafts' }
  | { readonly kind: 'outbox' };

export type Pane = 'sidebar' | 'list' | 'reader';

export type SheetState =
  | { readonly kind: 'add-account'; readonly found?: FoundAccount; readonly thenImport?: boolean }
  | { readonly kind: 'import' }
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'lock'; readonly accountId: string }
  | { readonly kind: 'settings'; readonly section?: SettingsSection }
  | { readonly kind: 'shortcuts' }
  /** All that can be done, or only where one can go. */
  | { readonly kind: 'palette'; readonly scope: 'all' | 'places' }
  | { readonly kind: 'contacts' }
  | { readonly kind: 'move'; readonly rows: readonly ListRow[] }
  | { readonly kind: 'delete'; readonly rows: readonly ListRow[] }
  | MailboxSheetState;

/** A mailbox is made (within `mailbox` when given), gets another name, or goes. */
export type MailboxSheetState =
  | {
      readonly kind: 'create-mailbox';
      readonly accountId: string;
      readonly mailbox: MailboxDto | undefined;
    }
  | { readonly kind: 'rename-mailbox'; readonly mailbox: MailboxDto }
  | { readonly kind: 'delete-mailbox'; readonly mailbox: MailboxDto };

export interface Selection {
  readonly index: number;
  /** Absent until the row's window is here. */
  readonly row: ListRow | undefined;
}

/** Several rows chosen, by their keys; none: the selection alone counts. */
export type Picked = ReadonlyMap<string, ListRow>;

export interface DeskState {
  readonly place: Place | undefined;
  readonly filter: ViewFilter | undefined;
  /** The row that is open, and where the keys are. */
  readonly selection: Selection | undefined;
  readonly picked: Picked;
  /** Where a range began. */
  readonly anchor: number;
  /** The pane that narrow windows show. */
  readonly pane: Pane;
  readonly composers: readonly DraftDto[];
  readonly sheet: SheetState | undefined;
}

export type DeskAction =
  | { readonly type: 'go'; readonly place: Place; readonly pane?: Pane }
  | { readonly type: 'filter'; readonly filter: ViewFilter | undefined }
  | { readonly type: 'select'; readonly index: number; readonly row: ListRow | undefined }
  | { readonly type: 'deselect' }
  /** Adds the row to those picked, or takes it out; the open one is the first to be picked. */
  | { readonly type: 'toggle'; readonly index: number; readonly row: ListRow }
  /** These rows and no others; the keys are at `index`, the anchor stays. */
  | {
      readonly type: 'pick';
      readonly index: number;
      readonly row: ListRow | undefined;
      readonly rows: readonly ListRow[];
    }
  /** None is picked, none is open; the keys go on from where they were. */
  | { readonly type: 'unpick' }
  /** The row of the selection has come. */
  | { readonly type: 'found'; readonly index: number; readonly row: ListRow }
  /** The message that is open has another name: it was moved. */
  | { readonly type: 'renamed'; readonly from: ListRow; readonly row: ListRow }
  | { readonly type: 'pane'; readonly pane: Pane }
  | { readonly type: 'compose'; readonly draft: DraftDto }
  | { readonly type: 'composed'; readonly draftId: string }
  | { readonly type: 'sheet'; readonly sheet: SheetState | undefined };

const none: Picked = new Map();

export const initialDesk: DeskState = {
  place: undefined,
  filter: undefined,
  selection: undefined,
  picked: none,
  anchor: 0,
  pane: 'list',
  composers: [],
  sheet: undefined,
};

export function reduceDesk(state: DeskState, action: DeskAction): DeskState {
  switch (action.type) {
    case 'go':
      return {
        ...state,
        place: action.place,
        filter: undefined,
        selection: undefined,
        picked: none,
        anchor: 0,
        pane: action.pane ?? 'list',
      };
    case 'select':
      return {
        ...state,
        selection: { index: action.index, row: action.row },
        picked: none,
        anchor: action.index,
      };
    case 'deselect':
      return { ...state, selection: undefined, picked: none, pane: 'list' };
    case 'filter':
      return { ...state, filter: action.filter, selection: undefined, picked: none, anchor: 0 };
    case 'toggle':
      return toggled(state, action.index, action.row);
    case 'pick':
      return {
        ...state,
        selection: { index: action.index, row: action.row },
        picked: new Map(action.rows.map((row) => [refKey(row.ref), row])),
      };
    case 'unpick':
      return {
        ...state,
        picked: none,
        selection: undefined,
        anchor: state.selection?.index ?? state.anchor,
      };
    case 'found':
      return state.selection?.index === action.index && state.selection.row === undefined
        ? { ...state, selection: { index: action.index, row: action.row } }
        : state;
    case 'renamed': {
      const { selection } = state;
      return selection?.row !== undefined && sameRef(selection.row.ref, action.from.ref)
        ? { ...state, selection: { ...selection, row: action.row } }
        : state;
    }
    case 'pane':
      return { ...state, pane: action.pane };
    case 'compose':
      // One card per draft: opening it again brings it to the front.
      return {
        ...state,
        composers: [
          ...state.composers.filter((draft) => draft.draftId !== action.draft.draftId),
          action.draft,
        ],
      };
    case 'composed':
      return {
        ...state,
        composers: state.composers.filter((draft) => draft.draftId !== action.draftId),
      };
    case 'sheet':
      return { ...state, sheet: action.sheet };
  }
}

/** Where the window begins, by the person's choice. */
export function startPlace(startWith: Settings['startWith'], inbox: MailboxDto): Place {
  switch (startWith) {
    case 'inbox': {
      const { accountId, mailboxId } = inbox;
      return { kind: 'mailbox', accountId, mailboxId };
    }
    case 'inboxes':
      return { kind: 'view', view: { kind: 'unified', role: 'inbox' } };
    case 'unread':
      return { kind: 'view', view: { kind: 'unread' } };
  }
}

function toggled(state: DeskState, index: number, row: ListRow): DeskState {
  const picked = new Map(state.picked);
  const open = state.selection?.row;
  const key = refKey(row.ref);
  if (picked.size === 0 && open !== undefined && refKey(open.ref) !== key) {
    picked.set(refKey(open.ref), open);
  }
  if (!picked.delete(key)) picked.set(key, row);
  if (picked.size === 0) return { ...state, selection: undefined, picked: none, anchor: index };
  return { ...state, selection: { index, row }, picked, anchor: index };
}

/** What an action is about: the rows picked, or else the one that is open. */
export function targetsOf(state: DeskState): readonly ListRow[] {
  if (state.picked.size > 0) return [...state.picked.values()];
  return state.selection?.row === undefined ? [] : [state.selection.row];
}

/** The same place gives the same text. */
export function placeKey(place: Place): string {
  switch (place.kind) {
    case 'mailbox':
      return `mailbox ${place.mailboxId}`;
    case 'view':
      return `view ${place.view.kind} ${place.view.kind === 'unified' ? place.view.role : ''}`;
    case 'drafts':
    case 'outbox':
      return place.kind;
  }
}

export function samePlace(a: Place | undefined, b: Place): boolean {
  return a !== undefined && placeKey(a) === placeKey(b);
}
