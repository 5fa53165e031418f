/** Which mailboxes a search looks into: all but trash and junk, unless they are asked for. */
import type { MailboxRole, SearchNote } from '../contract/index.ts';
import { foldWord } from './fold.ts';
import type { Filter } from './query.ts';

export interface SearchedMailbox {
  readonly mailboxId: number;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly role: string;
}

/** As much of an account as a person may name. */
export interface NamedAccount {
  readonly accountId: string;
  readonly address: string;
  readonly displayName: string;
}

export interface MailboxChoice {
  readonly mailboxes: readonly SearchedMailbox[];
  /** Less than everything that is searched by default. */
  readonly narrowed: boolean;
  readonly notes: readonly SearchNote[];
}

type NameFilter = Extract<Filter, { kind: 'in' | 'account' }>;

const roleWords: Readonly<Record<string, MailboxRole>> = {
  inbox: 'inbox',
  drafts: 'drafts',
  sent: 'sent',
  archive: 'archive',
  junk: 'junk',
  spam: 'junk',
  trash: 'trash',
  bin: 'trash',
  all: 'all',
};

export function chooseMailboxes(
  all: readonly SearchedMailbox[],
  accounts: () => readonly NamedAccount[],
  filters: readonly Filter[],
  scope: { readonly accountId?: string | undefined; readonly mailboxId?: number | undefined },
): MailboxChoice {
  const notes = new Set<SearchNote>();
  const names = (kind: NameFilter['kind'], value: boolean) =>
    filters
      .filter((filter): filter is NameFilter => filter.kind === kind && 'name' in filter)
      .filter((filter) => filter.value === value)
      .map((filter) => filter.name);
  const named = (name: string) => {
    const found = new Set(mailboxesNamed(all, name));
    if (found.size === 0) notes.add('mailbox-unknown');
    return found;
  };
  const owned = (name: string) => {
    const found = new Set(accountsNamed(accounts(), name));
    if (found.size === 0) notes.add('account-unknown');
    return found;
  };
  const inSome = names('in', true).map(named);
  const ofSome = names('account', true).map(owned);
  const notIn = names('in', false).map(named);
  const notOf = names('account', false).map(owned);
  const asked = scope.mailboxId !== undefined || inSome.length > 0;
  const mailboxes = all.filter(
    (each) =>
      (scope.accountId === undefined || each.accountId === scope.accountId) &&
      (scope.mailboxId === undefined || each.mailboxId === scope.mailboxId) &&
      (inSome.length === 0 || inSome.some((set) => set.has(each.mailboxId))) &&
      (ofSome.length === 0 || ofSome.some((set) => set.has(each.accountId))) &&
      !notIn.some((set) => set.has(each.mailboxId)) &&
      !notOf.some((set) => set.has(each.accountId)) &&
      (asked || (each.role !== 'trash' && each.role !== 'junk')),
  );
  const narrowed = asked || ofSome.length > 0 || scope.accountId !== undefined;
  return { mailboxes, narrowed, notes: [...notes] };
}

/** By role, else by the whole name or path, else by the beginning of the name. */
function mailboxesNamed(all: readonly SearchedMailbox[], name: string): number[] {
  const folded = fold(name);
  if (folded === 'anywhere') return all.map(({ mailboxId }) => mailboxId);
  const role = Object.hasOwn(roleWords, folded) ? roleWords[folded] : undefined;
  for (const matches of [
    (each: SearchedMailbox) => each.role === role,
    (each: SearchedMailbox) => fold(each.name) === folded || fold(each.path) === folded,
    (each: SearchedMailbox) => fold(each.name).startsWith(folded),
  ]) {
    const found = all.filter(matches);
    if (found.length > 0) return found.map(({ mailboxId }) => mailboxId);
  }
  return [];
}

function accountsNamed(accounts: readonly NamedAccount[], name: string): string[] {
  const folded = fold(name);
  return accounts
    .filter(({ address, displayName }) => `${fold(address)} ${fold(displayName)}`.includes(folded))
    .map(({ accountId }) => accountId);
}

function fold(text: string): string {
  return foldWord(text.trim());
}
