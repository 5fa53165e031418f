/**
 * What a mailbox is for: by the server's special-use attribute (RFC 6154), else by common names.
 * At most one mailbox of an account has a role; the server's word wins over a name.
 */
import type { MailboxRole } from '../contract/index.ts';

/** Attributes mean the same in any case (RFC 9051 §9, `flag-extension`); Cyrus sends lower case. */
const bySpecialUse: Readonly<Record<string, MailboxRole>> = {
  '\\inbox': 'inbox',
  '\\drafts': 'drafts',
  '\\sent': 'sent',
  '\\archive': 'archive',
  '\\junk': 'junk',
  '\\trash': 'trash',
  '\\all': 'all',
  '\\flagged': 'flagged',
};

/** Lower-case names in use by providers and clients, in several languages. */
const namesByRole: Readonly<Partial<Record<MailboxRole, readonly string[]>>> = {
  drafts: ['drafts', 'draft', 'entwürfe', 'brouillons', 'borradores', 'bozze', 'concepten'],
  sent: [
    'sent',
    'sent items',
    'sent messages',
    'sent mail',
    'gesendet',
    'gesendete objekte',
    'gesendete elemente',
    'envoyés',
    'messages envoyés',
    'éléments envoyés',
    'enviados',
    'elementos enviados',
    'posta inviata',
    'inviata',
    'verzonden',
    'verzonden items',
    'skickat',
    'wysłane',
    'отправленные',
    '送信済み',
    '已发送',
  ],
  archive: ['archive', 'archives', 'archiv', 'archivo', 'archivio', 'archief'],
  junk: ['junk', 'junk e-mail', 'junk mail', 'spam', 'bulk mail', 'spamverdacht', 'indésirables'],
  trash: [
    'trash',
    'deleted items',
    'deleted messages',
    'bin',
    'papierkorb',
    'gelöschte objekte',
    'gelöschte elemente',
    'corbeille',
    'papelera',
    'cestino',
    'prullenbak',
    'kosz',
    'корзина',
    'ゴミ箱',
  ],
};

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

export interface NamedMailbox {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly specialUse?: string | undefined;
}

/** The role of each mailbox, in the order given. */
export function assignRoles(mailboxes: readonly NamedMailbox[]): MailboxRole[] {
  const taken = new Set<MailboxRole>();
  const roles = mailboxes.map((mailbox) => claim(specialRole(mailbox), taken));
  return roles.map((role, index) => {
    const mailbox = mailboxes[index];
    return role !== 'none' || mailbox === undefined ? role : claim(nameRole(mailbox), taken);
  });
}

/** Position of a role in the list of mailboxes. */
export function roleOrder(role: MailboxRole): number {
  return order.indexOf(role);
}

function claim(role: MailboxRole, taken: Set<MailboxRole>): MailboxRole {
  if (role === 'none' || taken.has(role)) return 'none';
  taken.add(role);
  return role;
}

function specialRole(mailbox: NamedMailbox): MailboxRole {
  if (mailbox.path.toUpperCase() === 'INBOX') return 'inbox';
  const specialUse = mailbox.specialUse?.toLowerCase();
  if (specialUse === undefined || !Object.hasOwn(bySpecialUse, specialUse)) return 'none';
  const role = bySpecialUse[specialUse] ?? 'none';
  return role === 'inbox' ? 'none' : role;
}

function nameRole(mailbox: NamedMailbox): MailboxRole {
  // "Projects/Sent" is a person's own; "INBOX.Sent" is the server's way.
  if (mailbox.depth > 1) return 'none';
  if (mailbox.depth === 1 && !/^inbox./i.test(mailbox.path)) return 'none';
  const name = mailbox.name.normalize('NFC').toLowerCase();
  for (const [role, names] of Object.entries(namesByRole)) {
    if (names.includes(name)) return toRole(role);
  }
  return 'none';
}

function toRole(name: string): MailboxRole {
  return order.find((role) => role === name) ?? 'none';
}
