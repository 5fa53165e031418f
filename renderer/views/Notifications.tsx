/**
 * Says new mail through the system while the window is not looked at, and keeps the number of unread
 * messages where it can be seen. What is due is decided by the engine (app/notify). Draws nothing.
 */
import { useEffect, useRef } from 'react';
import type { MessageRow } from '../../app/contract/index.ts';
import { useBackend, useContractEvent, useQuery } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { notificationText } from './notification-text.ts';

interface NotificationsProps {
  readonly onOpen: (row: MessageRow) => void;
}

/** Rows behind notifications that were shown, so that a click finds its message. */
const mostKept = 100;

export function Notifications({ onOpen }: NotificationsProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const shown = useRef(new Map<string, MessageRow>());
  useFocusReports();
  useBadge();

  function open(notificationId: string): void {
    const row = shown.current.get(notificationId);
    if (row === undefined) return;
    shown.current.delete(notificationId);
    onOpen(row);
  }
  useContractEvent('notification.opened', ({ notificationId }) => open(notificationId));
  useContractEvent('notification.due', (due) => {
    const { notificationId, row, silent } = due;
    shown.current.set(notificationId, row);
    const [oldest] = shown.current.keys();
    if (shown.current.size > mostKept && oldest !== undefined) shown.current.delete(oldest);
    const { title, body } = notificationText(due, t);
    client
      .call('notification.show', { notificationId, title, body, silent })
      .then((answer) => {
        if (answer.shown) return;
        showInBrowser({ title, body, silent, tag: notificationId }, () => {
          window.focus();
          open(notificationId);
        });
      })
      // New mail is in the list all the same.
      .catch(() => undefined);
  });
  return null;
}

function showInBrowser(
  { title, ...options }: NotificationOptions & { readonly title: string },
  onClick: () => void,
): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  const notification = new Notification(title, options);
  notification.addEventListener('click', () => {
    notification.close();
    onClick();
  });
}

/** Tells the engine whether the person looks at the window. */
function useFocusReports(): void {
  const { client } = useBackend();
  useEffect(() => {
    const tell = () => {
      const focused = document.visibilityState === 'visible' && document.hasFocus();
      client.call('app.focus', { focused }).catch(() => undefined);
    };
    tell();
    window.addEventListener('focus', tell);
    window.addEventListener('blur', tell);
    document.addEventListener('visibilitychange', tell);
    return () => {
      window.removeEventListener('focus', tell);
      window.removeEventListener('blur', tell);
      document.removeEventListener('visibilitychange', tell);
    };
  }, [client]);
}

/** In the title, which every system shows somewhere, and on the icon where there is a place for it. */
function useBadge(): void {
  const { t } = useWords();
  const { client } = useBackend();
  const unseen = useQuery('view.counts', {}).data?.inbox.unseen ?? 0;
  const badge = useQuery('settings.get', {}).data?.badge ?? 'off';
  const count = badge === 'inbox' ? unseen : 0;
  useEffect(() => {
    document.title = t('app.windowTitle', { count });
    client.call('app.badge', { count }).catch(() => undefined);
    // Only installed apps have one; elsewhere it is refused, and the title says it.
    if ('setAppBadge' in navigator) void navigator.setAppBadge(count).catch(() => undefined);
  }, [t, client, count]);
}
