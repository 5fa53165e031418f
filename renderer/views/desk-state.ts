/** What the main window shows: one place, one message, the open composers, one sheet. Pure. */
import type {
  DraftDto,
  MailboxDto,
  MessageRef,
  MessageRow,
  Settings,
  ViewDto,
} from '../../app/contract/index.ts';
import type { FoundAccount } from './account/add-account-state.ts';
import type { SettingsSection } from './settings/settings-sections.ts';

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
  | { readonly kind: 'move'; readonly row: MessageRow }
  | { readonly kind: 'delete'; readonly row: MessageRow };

export interface Selection {
  readonly index: number;
  /** Absent until the row's window is here. */
  readonly row: MessageRow | undefined;
}

export interface DeskState {
  readonly place: Place | undefined;
  readonly selection: Selection | undefined;
  /** The pane that narrow windows show. */
  readonly pane: Pane;
  readonly composers: readonly DraftDto[];
  readonly sheet: SheetState | undefined;
}

export type DeskAction =
  | { readonly type: 'go'; readonly place: Place; readonly pane?: Pane }
  | { readonly type: 'select'; readonly index: number; readonly row: MessageRow | undefined }
  | { readonly type: 'deselect' }
  | { readonly type: 'pane'; readonly pane: Pane }
  | { readonly type: 'compose'; readonly draft: DraftDto }
  | { readonly type: 'composed'; readonly draftId: string }
  | { readonly type: 'sheet'; readonly sheet: SheetState | undefined };

export const initialDesk: DeskState = {
  place: undefined,
  selection: undefined,
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
        selection: undefined,
        pane: action.pane ?? 'list',
      };
    case 'select':
      return { ...state, selection: { index: action.index, row: action.row } };
    case 'deselect':
      return { ...state, selection: undefined, pane: 'list' };
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

/** The same message gives the same text. */
export function refKey(ref: MessageRef): string {
  return `${ref.accountId}/${ref.mailboxId}/${ref.uidValidity}/${ref.uid}`;
}

export function sameRef(a: MessageRef, b: MessageRef): boolean {
  return (
    a.uid === b.uid &&
    a.mailboxId === b.mailboxId &&
    a.uidValidity === b.uidValidity &&
    a.accountId === b.accountId
  );
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
