/** What a mailbox is called in the window. */
import type { MailboxDto } from '../../../app/contract/index.ts';
import type { Translate } from '../../i18n/translate.ts';

/** Mailboxes with a role are named in the person's language, others as they are. */
export function mailboxTitle(t: Translate, mailbox: Pick<MailboxDto, 'role' | 'name'>): string {
  return mailbox.role === 'none' ? mailbox.name : t(`mailbox.${mailbox.role}`);
}
