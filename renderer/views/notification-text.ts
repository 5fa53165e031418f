/** The words of a notification. Pure. */
import type { DueNotification } from '../../app/contract/index.ts';
import type { Translate } from '../i18n/translate.ts';
import { plainName, shortName } from '../mail/addresses.ts';

/** Sender above subject, or only that and how much mail there is. */
export function notificationText(
  due: DueNotification,
  t: Translate,
): { title: string; body: string } {
  if (due.kind === 'summary') return { title: t('notify.many', { count: due.count }), body: '' };
  if (!due.preview) return { title: t('notify.many', { count: 1 }), body: '' };
  const { from, subject } = due.row;
  const sender = from === undefined ? '' : shortName(from);
  return {
    title: (sender || t('list.noSender')).slice(0, 300),
    body: (plainName(subject) || t('list.noSubject')).slice(0, 1_000),
  };
}
