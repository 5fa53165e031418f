/** What rests on this computer only: drafts, and the outbox. */
import { Menu, Send } from 'lucide-react';
import type { Dispatch, ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type { AccountDto, DraftDto } from '../../../app/contract/index.ts';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { plainName } from '../../mail/addresses.ts';
import { chipLabel, readRecipients } from '../composer/recipients.ts';
import type { DeskAction } from '../desk-state.ts';
import { Failure } from '../Failure.tsx';
import styles from './LocalViews.module.css';
import { OutboxEntry } from './OutboxEntry.tsx';

interface PaneProps {
  readonly title: string;
  readonly dispatch: Dispatch<DeskAction>;
  readonly children: ReactNode;
}

function Pane({ title, dispatch, children }: PaneProps) {
  const { t } = useWords();
  return (
    <section className={cx(styles.pane)} aria-label={title}>
      <header className={cx(styles.bar)}>
        <IconButton
          label={t('list.showMailboxes')}
          className={cx(styles.menu)}
          onPress={() => dispatch({ type: 'pane', pane: 'sidebar' })}
        >
          <Menu size={17} aria-hidden />
        </IconButton>
        <h1 className={cx(styles.title)}>{title}</h1>
      </header>
      <div className={cx(styles.scroll)}>{children}</div>
    </section>
  );
}

interface LocalProps {
  readonly dispatch: Dispatch<DeskAction>;
  readonly onDraft: (draft: DraftDto) => void;
}

export function DraftsView({ dispatch, onDraft }: LocalProps) {
  const { t, dates } = useWords();
  const drafts = useQuery('draft.list', {});
  return (
    <Pane title={t('mailbox.localDrafts')} dispatch={dispatch}>
      {drafts.error !== undefined && <Failure error={drafts.error} />}
      {drafts.data?.length === 0 && (
        <EmptyState title={t('drafts.empty.title')} text={t('drafts.empty.text')} />
      )}
      <ul>
        {drafts.data?.map((draft) => (
          <li key={draft.draftId}>
            <AriaButton className={cx(styles.draft)} onPress={() => onDraft(draft)}>
              <span className={cx(styles.head)}>
                <span className={cx(styles.who)} dir="auto">
                  {readRecipients(draft.to).map(chipLabel).map(plainName).join(', ') ||
                    t('list.noRecipient')}
                </span>
                <time className={cx(styles.time)}>{dates.row(draft.savedAt)}</time>
              </span>
              <span className={cx(styles.subject)} dir="auto">
                {plainName(draft.subject) || t('list.noSubject')}
              </span>
              <span className={cx(styles.snippet)} dir="auto">
                {plainName(draft.text.slice(0, 200))}
              </span>
            </AriaButton>
          </li>
        ))}
      </ul>
    </Pane>
  );
}

interface OutboxViewProps extends LocalProps {
  readonly accounts: readonly AccountDto[];
}

export function OutboxView({ accounts, dispatch, onDraft }: OutboxViewProps) {
  const { t } = useWords();
  const outbox = useQuery('outbox.list', {});
  return (
    <Pane title={t('mailbox.outbox')} dispatch={dispatch}>
      {outbox.error !== undefined && <Failure error={outbox.error} />}
      {outbox.data?.length === 0 && (
        <EmptyState
          icon={<Send size={38} strokeWidth={1.1} aria-hidden />}
          title={t('outbox.empty.title')}
          text={t('outbox.empty.text')}
        />
      )}
      <ul className={cx(styles.items)}>
        {outbox.data?.map((item) => (
          <OutboxEntry
            key={item.outboxId}
            item={item}
            account={accounts.find((account) => account.accountId === item.accountId)}
            dispatch={dispatch}
            onDraft={onDraft}
          />
        ))}
      </ul>
    </Pane>
  );
}
