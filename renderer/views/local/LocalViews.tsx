/** What rests on this computer only: drafts, and the outbox with the reason why a message waits. */
import { Menu, Send } from 'lucide-react';
import { type Dispatch, type ReactNode, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type {
  AccountDto,
  DraftDto,
  MethodInput,
  OutboxItem,
  WireError,
} from '../../../app/contract/index.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { errorText } from '../../i18n/translate.ts';
import { plainName } from '../../mail/addresses.ts';
import type { DeskAction } from '../desk-state.ts';
import { Failure } from '../Failure.tsx';
import { stoppedSubmission } from '../stopped-submission.ts';
import { HeldLine, isHeld } from './HeldLine.tsx';
import styles from './LocalViews.module.css';

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
                <span className={cx(styles.who)}>
                  {plainName(draft.to) || t('list.noRecipient')}
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

/** Why it is where it is: one calm line while it waits, all three parts when a person must act. */
function StateOf({ item }: { readonly item: OutboxItem }) {
  const { t, dates } = useWords();
  const { error, nextAttemptAt } = item;
  if (error !== undefined && (item.state === 'refused' || item.state === 'unknown')) {
    return (
      <div className={cx(styles.reason)}>
        <Failure error={error} tone={item.state === 'refused' ? 'harm' : 'caution'} />
      </div>
    );
  }
  const state = stateWords();
  function stateWords(): string {
    if (item.state === 'scheduled') {
      return t('outbox.state.scheduled', { time: dates.full(item.holdUntil ?? item.queuedAt) });
    }
    if (item.state === 'sent' && item.copyPending) return t('outbox.state.copyPending');
    return t(`outbox.state.${item.state}`, {
      next: nextAttemptAt === undefined ? '' : dates.row(nextAttemptAt),
      hasNext: nextAttemptAt === undefined ? 'no' : 'yes',
    });
  }
  return (
    <p className={cx(styles.state, styles[item.state])}>
      {error === undefined ? state : `${errorText(t, error).what} ${state}`}
    </p>
  );
}

interface OutboxEntryProps extends LocalProps {
  readonly item: OutboxItem;
  readonly account: AccountDto | undefined;
}

function OutboxEntry({ item, account, dispatch, onDraft }: OutboxEntryProps) {
  const { t, dates } = useWords();
  const { client } = useBackend();
  const [failure, setFailure] = useState<WireError>();
  const input: MethodInput<'outbox.edit'> = { outboxId: item.outboxId };
  const fail = (reason: unknown) => setFailure(wireErrorOf(reason));
  const stopped = item.state === 'waiting' ? stoppedSubmission(account) : undefined;
  const held = isHeld(item);
  const editable = ['scheduled', 'waiting', 'refused'].includes(item.state) && !held;
  return (
    <li className={cx(styles.item)}>
      <div className={cx(styles.head)}>
        <span className={cx(styles.who)}>{item.recipients.join(', ')}</span>
        <time className={cx(styles.time)}>{dates.row(item.queuedAt)}</time>
      </div>
      <p className={cx(styles.subject)} dir="auto">
        {plainName(item.subject) || t('list.noSubject')}
      </p>
      {held && <HeldLine item={item} onDraft={onDraft} onFailure={setFailure} />}
      {stopped !== undefined ? (
        <p className={cx(styles.state, styles.refused)}>
          {t('outbox.stopped', { host: stopped.host })}
        </p>
      ) : (
        !held && <StateOf item={item} />
      )}
      {failure !== undefined && <Failure error={failure} />}
      <div className={cx(styles.actions)}>
        {stopped !== undefined && (
          <Button
            onPress={() =>
              dispatch({ type: 'sheet', sheet: { kind: 'lock', accountId: item.accountId } })
            }
          >
            {t('outbox.why')}
          </Button>
        )}
        {editable && (
          <Button onPress={() => void client.call('outbox.edit', input).then(onDraft).catch(fail)}>
            {t('outbox.edit')}
          </Button>
        )}
        {item.state === 'scheduled' && !held && (
          <Button onPress={() => void client.call('outbox.sendNow', input).catch(fail)}>
            {t('outbox.retry')}
          </Button>
        )}
        {item.state === 'unknown' && (
          <Button onPress={() => void client.call('outbox.confirmArrived', input).catch(fail)}>
            {t('outbox.arrived')}
          </Button>
        )}
        {['waiting', 'refused', 'unknown'].includes(item.state) && (
          <Button onPress={() => void client.call('outbox.retry', input).catch(fail)}>
            {item.state === 'unknown' ? t('outbox.sendAgain') : t('outbox.retry')}
          </Button>
        )}
        {item.state !== 'sending' && !held && (
          <Button kind="harm" onPress={() => void client.call('outbox.discard', input).catch(fail)}>
            {item.state === 'sent' ? t('outbox.dismiss') : t('outbox.discard')}
          </Button>
        )}
      </div>
    </li>
  );
}
