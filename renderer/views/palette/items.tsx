/** What the palette offers: what can be done now, and where one can go. */
import {
  Archive,
  ArrowUpDown,
  Ban,
  BookUser,
  ClockArrowUp,
  FileText,
  FolderInput,
  Forward,
  Inbox,
  Keyboard,
  Lock,
  type LucideIcon,
  Mail,
  MailOpen,
  Moon,
  PenLine,
  Plus,
  Reply,
  ReplyAll,
  RotateCw,
  Search,
  Settings,
  Settings2,
  SquareCheck,
  Star,
  Sun,
  SunMoon,
  Trash2,
  Undo2,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type {
  AccountDto,
  MailboxDto,
  MailboxRole,
  SuggestionDto,
} from '../../../app/contract/index.ts';
import type { CommandCenter } from '../../commands/command-center.ts';
import type { KeyHints } from '../../commands/commands.tsx';
import { type CommandId, commandIds, commands } from '../../commands/registry.ts';
import type { Translate } from '../../i18n/translate.ts';
import { addressText, shortName } from '../../mail/addresses.ts';
import type { DeskAction, Place } from '../desk-state.ts';
import { mailFrom } from '../list/search-text.ts';
import { mailboxTitle } from '../sidebar/mailbox-title.ts';
import { mailboxIcon, orderMailboxes } from '../sidebar/mailboxes.tsx';
import type { Findable } from './match.ts';

export type ItemGroup = 'message' | 'write' | 'places' | 'accounts' | 'find' | 'people' | 'app';

export interface PaletteItem extends Findable {
  readonly group: ItemGroup;
  readonly icon: ReactNode;
  readonly caps?: readonly (readonly string[])[] | undefined;
  readonly run: () => void;
}

/** What the items are made of. */
export interface PaletteWorld {
  readonly t: Translate;
  readonly center: CommandCenter;
  readonly hints: KeyHints;
  readonly accounts: readonly AccountDto[];
  readonly mailboxes: readonly MailboxDto[];
  /** Whom the typed letters may mean. */
  readonly people: readonly SuggestionDto[];
  /** The account whose mailboxes `g i` and its like go to. */
  readonly accountId: string | undefined;
  readonly go: (action: DeskAction) => void;
}

const icons: { readonly [Id in CommandId]?: LucideIcon } = {
  compose: PenLine,
  reply: Reply,
  replyAll: ReplyAll,
  forward: Forward,
  archive: Archive,
  delete: Trash2,
  junk: Ban,
  star: Star,
  markRead: MailOpen,
  markUnread: Mail,
  move: FolderInput,
  select: SquareCheck,
  undo: Undo2,
  search: Search,
  refresh: RotateCw,
  settings: Settings,
  shortcuts: Keyboard,
  contacts: BookUser,
  addAccount: Plus,
  themeLight: Sun,
  themeDark: Moon,
  sortNewest: ArrowUpDown,
  sortOldest: ArrowUpDown,
  sortSender: ArrowUpDown,
  sortSubject: ArrowUpDown,
  sortSize: ArrowUpDown,
  themeSystem: SunMoon,
};

function draw(Icon: LucideIcon): ReactNode {
  return <Icon size={16} strokeWidth={1.8} aria-hidden />;
}

function commandItems({ t, center, hints }: PaletteWorld): PaletteItem[] {
  return commandIds.flatMap((id): PaletteItem[] => {
    const icon = icons[id];
    const { group } = commands[id];
    // What moves around has its places; what has no icon is of use by its key alone.
    if (icon === undefined || group === 'go' || !center.can(id)) return [];
    return [
      {
        key: `command ${id}`,
        group,
        title: t(`command.${id}`),
        icon: draw(icon),
        caps: hints.caps(id),
        run: () => void center.run(id),
      },
    ];
  });
}

const roleCommands: { readonly [Role in MailboxRole]?: CommandId } = {
  inbox: 'goInbox',
  drafts: 'goDrafts',
  sent: 'goSent',
  archive: 'goArchive',
};

function placeItems(world: PaletteWorld): PaletteItem[] {
  const { t, hints, accounts, mailboxes, accountId, go } = world;
  const several = accounts.length > 1;
  const place = (target: Place, item: Omit<PaletteItem, 'group' | 'run' | 'key'>): PaletteItem => ({
    ...item,
    key: `place ${JSON.stringify(target)}`,
    group: 'places',
    run: () => go({ type: 'go', place: target }),
  });
  const views = [
    ...(several
      ? [
          place(
            { kind: 'view', view: { kind: 'unified', role: 'inbox' } },
            { title: t('view.inboxes'), icon: draw(Inbox) },
          ),
        ]
      : []),
    place(
      { kind: 'view', view: { kind: 'unread' } },
      { title: t('view.unread'), icon: draw(MailOpen), caps: hints.caps('goUnread') },
    ),
    place(
      { kind: 'view', view: { kind: 'starred' } },
      { title: t('view.starred'), icon: draw(Star), caps: hints.caps('goStarred') },
    ),
  ];
  const boxes = accounts.flatMap((account) =>
    orderMailboxes(mailboxes.filter((one) => one.accountId === account.accountId))
      .filter((one) => one.selectable)
      .map((mailbox) => {
        const command = account.accountId === accountId ? roleCommands[mailbox.role] : undefined;
        const path = mailbox.role === 'none' && mailbox.depth > 0 ? mailbox.path : undefined;
        const detail = several ? [path, account.address] : [path];
        return place(
          { kind: 'mailbox', accountId: account.accountId, mailboxId: mailbox.mailboxId },
          {
            title: mailboxTitle(t, mailbox),
            detail: detail.filter((one) => one !== undefined).join(' · ') || undefined,
            icon: mailboxIcon(mailbox.role),
            caps: command === undefined ? undefined : hints.caps(command),
          },
        );
      }),
  );
  const local = [
    place(
      { kind: 'drafts' },
      {
        title: t('mailbox.localDrafts'),
        detail: t('sidebar.onThisComputer'),
        icon: draw(FileText),
      },
    ),
    place(
      { kind: 'outbox' },
      { title: t('mailbox.outbox'), icon: draw(ClockArrowUp), caps: hints.caps('goOutbox') },
    ),
  ];
  return accounts.length === 0 ? [] : [...views, ...boxes, ...local];
}

function accountItems({ t, accounts, go }: PaletteWorld): PaletteItem[] {
  return accounts.flatMap(({ accountId, address }): PaletteItem[] => [
    {
      key: `account ${accountId}`,
      group: 'accounts',
      title: t('palette.account', { address }),
      icon: draw(Settings2),
      run: () => go({ type: 'sheet', sheet: { kind: 'account', accountId } }),
    },
    {
      key: `lock ${accountId}`,
      group: 'accounts',
      title: t('palette.lock', { address }),
      icon: draw(Lock),
      run: () => go({ type: 'sheet', sheet: { kind: 'lock', accountId } }),
    },
  ]);
}

function peopleItems({ t, center, people }: PaletteWorld): PaletteItem[] {
  return people.flatMap((person): PaletteItem[] => {
    const { address } = person;
    const name = shortName(person);
    const detail = name === address ? undefined : address;
    const item = (id: 'compose' | 'search', title: string, text: string): PaletteItem[] =>
      center.can(id)
        ? [
            {
              key: `${id} ${address}`,
              group: 'people',
              title,
              detail,
              icon: draw(id === 'compose' ? PenLine : Search),
              run: () => void center.run(id, text),
            },
          ]
        : [];
    return [
      ...item('compose', t('palette.write', { name }), addressText(person)),
      ...item('search', t('palette.mailFrom', { name }), mailFrom(address)),
    ];
  });
}

/** Further kinds of things to find are further functions of this list. */
const sources = [commandItems, placeItems, accountItems, peopleItems];

const order: readonly ItemGroup[] = [
  'message',
  'write',
  'places',
  'find',
  'accounts',
  'app',
  'people',
];

/** In the order in which the palette shows them while nothing is typed. */
export function paletteItems(world: PaletteWorld, scope: 'all' | 'places'): PaletteItem[] {
  const all = (scope === 'places' ? [placeItems] : sources).flatMap((source) => source(world));
  return all.sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
}
