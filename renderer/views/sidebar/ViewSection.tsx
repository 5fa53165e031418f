/** Mail of all accounts, seen together: inboxes, unread, starred. */
import { Inbox, MailOpen, Star } from 'lucide-react';
import type { Dispatch, ReactNode } from 'react';
import { cx } from '../../components/cx.ts';
import { useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { type DeskAction, type Place, samePlace } from '../desk-state.ts';
import { NavRow } from './NavRow.tsx';
import styles from './Sidebar.module.css';

interface ViewSectionProps {
  /** Several accounts: their inboxes can be seen as one. */
  readonly unified: boolean;
  readonly place: Place | undefined;
  readonly dispatch: Dispatch<DeskAction>;
}

type View = Extract<Place, { kind: 'view' }>['view'];

export function ViewSection({ unified, place, dispatch }: ViewSectionProps) {
  const { t, number } = useWords();
  const counts = useQuery('view.counts', {}).data;
  const line = (view: View, label: string, icon: ReactNode, count = 0, countLabel?: string) => {
    const target: Place = { kind: 'view', view };
    return (
      <li>
        <NavRow
          icon={icon}
          label={label}
          count={count > 0 ? number(count) : undefined}
          {...(countLabel === undefined ? {} : { countLabel })}
          strong={view.kind === 'unified' && count > 0}
          current={samePlace(place, target)}
          onPress={() => dispatch({ type: 'go', place: target })}
        />
      </li>
    );
  };
  const unseen = counts?.inbox.unseen ?? 0;
  return (
    <section className={cx(styles.account)} aria-label={t('view.label')}>
      <ul>
        {unified &&
          line(
            { kind: 'unified', role: 'inbox' },
            t('view.inboxes'),
            <Inbox size={16} strokeWidth={1.8} aria-hidden />,
            unseen,
            t('sidebar.unread', { count: unseen }),
          )}
        {line(
          { kind: 'unread' },
          t('view.unread'),
          <MailOpen size={16} strokeWidth={1.8} aria-hidden />,
          counts?.unread,
        )}
        {line(
          { kind: 'starred' },
          t('view.starred'),
          <Star size={16} strokeWidth={1.8} aria-hidden />,
          counts?.starred,
        )}
      </ul>
    </section>
  );
}
