/** What rests on this computer: drafts, and the outbox. */
import { ClockArrowUp, FileText } from 'lucide-react';
import type { Dispatch } from 'react';
import type { DraftDto, WireError } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import type { DeskAction, Place } from '../desk-state.ts';
import { HeldLine, isHeld } from '../local/HeldLine.tsx';
import { NavRow } from './NavRow.tsx';
import styles from './Sidebar.module.css';

interface LocalSectionProps {
  readonly place: Place | undefined;
  readonly dispatch: Dispatch<DeskAction>;
  readonly onDraft: (draft: DraftDto) => void;
  readonly onFailure: (error: WireError) => void;
}

export function LocalSection({ place, dispatch, onDraft, onFailure }: LocalSectionProps) {
  const { t, number } = useWords();
  const drafts = useQuery('draft.list', {}).data ?? [];
  const outbox = useQuery('outbox.list', {}).data ?? [];
  const open = outbox.filter((item) => item.state !== 'sent');
  const showsDrafts = drafts.length > 0 || place?.kind === 'drafts';
  const showsOutbox = outbox.length > 0 || place?.kind === 'outbox';
  if (!showsDrafts && !showsOutbox) return null;
  const troubled = open.some((item) => item.state === 'refused' || item.state === 'unknown');
  return (
    <section className={cx(styles.account)} aria-label={t('sidebar.onThisComputer')}>
      <h2 className={cx(styles.group)}>{t('sidebar.onThisComputer')}</h2>
      <ul>
        {showsDrafts && (
          <li>
            <NavRow
              icon={<FileText size={16} aria-hidden />}
              label={t('mailbox.localDrafts')}
              count={drafts.length > 0 ? number(drafts.length) : undefined}
              current={place?.kind === 'drafts'}
              onPress={() => dispatch({ type: 'go', place: { kind: 'drafts' } })}
            />
          </li>
        )}
        {showsOutbox && (
          <li>
            <NavRow
              icon={<ClockArrowUp size={16} aria-hidden />}
              label={t('mailbox.outbox')}
              count={open.length > 0 ? number(open.length) : undefined}
              alarming={troubled}
              current={place?.kind === 'outbox'}
              onPress={() => dispatch({ type: 'go', place: { kind: 'outbox' } })}
            />
            {place?.kind !== 'outbox' &&
              open.filter(isHeld).map((item) => (
                <div key={item.outboxId} className={cx(styles.held)}>
                  <HeldLine item={item} onDraft={onDraft} onFailure={onFailure} />
                </div>
              ))}
          </li>
        )}
      </ul>
    </section>
  );
}
