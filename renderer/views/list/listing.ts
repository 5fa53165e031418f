/** What the list pane shows of a place: its name, its counts, and where a row of it lies. Pure. */
import type {
  AccountDto,
  LockState,
  MailboxDto,
  MessageRow,
  Settings,
  ViewCounts,
  ViewFilter,
} from '../../../app/contract/index.ts';
import type { Translate } from '../../i18n/translate.ts';
import type { Place } from '../desk-state.ts';
import { mailboxTitle } from '../sidebar/mailbox-title.ts';
import { orderOfPlace } from './list-order.ts';
import type { ListSource } from './message-windows.ts';

export interface Listing {
  readonly source: ListSource;
  /** It can be shown by conversations. */
  readonly groups: boolean;
  readonly title: string;
  /** Shows whom messages went to. */
  readonly outgoing: boolean;
  /** Known before the first rows are. */
  readonly total: number;
  readonly unseen: number;
  /** Whose mail it is, for progress and refresh. */
  readonly accountIds: readonly string[];
  /** The one mailbox, when it is one. */
  readonly mailbox: MailboxDto | undefined;
  whereOf(row: MessageRow): string | undefined;
}

interface ListingOptions {
  readonly place: Place | undefined;
  readonly accounts: readonly AccountDto[];
  /** Of all accounts, as far as they are here. */
  readonly mailboxes: readonly MailboxDto[];
  readonly counts: ViewCounts | undefined;
  readonly filter?: ViewFilter | undefined;
  readonly listBy?: Settings['listBy'];
  readonly listOrders?: Settings['listOrders'];
  readonly t: Translate;
}

/** Undefined for places without messages of a server, and until the mailbox is known. */
export function listingOf(options: ListingOptions): Listing | undefined {
  const { place, accounts, mailboxes, counts, filter, t } = options;
  const { listBy = 'conversations', listOrders = [] } = options;
  const order = orderOfPlace(listOrders, place);
  if (place?.kind === 'mailbox') {
    const mailbox = mailboxes.find((one) => one.mailboxId === place.mailboxId);
    if (mailbox === undefined) return undefined;
    const outgoing = mailbox.role === 'sent' || mailbox.role === 'drafts';
    const view = { kind: 'mailbox', mailboxId: mailbox.mailboxId } as const;
    return {
      // What one wrote is looked for letter by letter.
      source: { view, by: outgoing ? 'messages' : listBy, order, filter },
      groups: !outgoing,
      title: mailboxTitle(t, mailbox),
      outgoing,
      total: mailbox.total,
      unseen: mailbox.unseen,
      accountIds: [mailbox.accountId],
      mailbox,
      whereOf: () => undefined,
    };
  }
  if (place?.kind !== 'view') return undefined;
  const { view } = place;
  const known = view.kind === 'unified' ? counts?.inbox : undefined;
  const total = known?.total ?? (view.kind === 'unified' ? 0 : (counts?.[view.kind] ?? 0));
  return {
    // Unread and starred are said of messages.
    source: { view, by: view.kind === 'unified' ? listBy : 'messages', order, filter },
    groups: view.kind === 'unified',
    title: t(view.kind === 'unified' ? 'view.inboxes' : `view.${view.kind}`),
    outgoing: false,
    total,
    unseen: known?.unseen ?? 0,
    accountIds: accounts.map((account) => account.accountId),
    mailbox: undefined,
    whereOf: whereIn(accounts, mailboxes, t),
  };
}

/** Says of a row what is not plain from the list: its mailbox unless the inbox, its account if one of several. */
export function whereIn(
  accounts: readonly AccountDto[],
  mailboxes: readonly MailboxDto[],
  t: Translate,
): (row: MessageRow) => string | undefined {
  const names = accountNames(accounts);
  return ({ ref }) => {
    const mailbox = mailboxes.find((one) => one.mailboxId === ref.mailboxId);
    const words = [
      mailbox === undefined || mailbox.role === 'inbox' ? '' : mailboxTitle(t, mailbox),
      accounts.length > 1 ? (names.get(ref.accountId) ?? '') : '',
    ].filter((word) => word !== '');
    return words.length === 0 ? undefined : words.join(' · ');
  };
}

/** The shortest word that tells an account from the others: its domain, or the whole address. */
export function accountNames(accounts: readonly AccountDto[]): ReadonlyMap<string, string> {
  const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  const domains = accounts.map((account) => domainOf(account.address));
  return new Map(
    accounts.map(({ accountId, address }) => {
      const domain = domainOf(address);
      const alone = domains.filter((one) => one === domain).length === 1;
      return [accountId, alone ? domain : address];
    }),
  );
}

/** Worst last: docs/lock.md. */
const lockOrder: readonly LockState[] = [
  'confirmed',
  'encrypted',
  'connecting',
  'offline',
  'unconfirmed',
  'clear',
  'stopped',
];

/** Mail of several accounts is as well protected as the worst of them. */
export function worstAccount(accounts: readonly AccountDto[]): AccountDto | undefined {
  const rank = (account: AccountDto) => lockOrder.indexOf(account.lock.state);
  return accounts.reduce<AccountDto | undefined>(
    (worst, account) => (worst === undefined || rank(account) > rank(worst) ? account : worst),
    undefined,
  );
}
