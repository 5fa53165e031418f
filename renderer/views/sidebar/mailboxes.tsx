/** Order and icons of mailboxes: those with a role first, in the order of use. */
import {
  Archive,
  Ban,
  FileText,
  Folder,
  Inbox,
  Layers,
  type LucideIcon,
  Send,
  Star,
  Trash2,
} from 'lucide-react';
import type { MailboxDto, MailboxRole } from '../../../app/contract/index.ts';

const order: readonly MailboxRole[] = [
  'inbox',
  'flagged',
  'drafts',
  'sent',
  'archive',
  'all',
  'junk',
  'trash',
  'none',
];

const icons: Readonly<Record<MailboxRole, LucideIcon>> = {
  inbox: Inbox,
  flagged: Star,
  drafts: FileText,
  sent: Send,
  archive: Archive,
  all: Layers,
  junk: Ban,
  trash: Trash2,
  none: Folder,
};

/** The server's own order stays within a role. */
export function orderMailboxes(mailboxes: readonly MailboxDto[]): MailboxDto[] {
  return [...mailboxes].sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role));
}

export function mailboxIcon(role: MailboxRole) {
  const Icon = icons[role];
  return <Icon size={16} strokeWidth={1.8} aria-hidden />;
}
