/** One message of the outbox: why it waits, the one or two things to do about it, and the rest in a menu. */
import { Ellipsis, Pencil, Send, Trash2 } from 'lucide-react';
import { type Dispatch, useState } from 'react';
import type { AccountDto, DraftDto, OutboxItem, WireError } from '../../../app/contract/index.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { MenuButton, type MenuEntry } from '../../components/Menu.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { errorText } from '../../i18n/translate.ts';
import { plainName } from '../../mail/addresses.ts';
import type { DeskAction } from '../desk-state.ts';
import { Failure } from '../Failure.tsx';
import { stoppedSubmission } from '../stopped-submission.ts';
import { HeldLine, isHeld } from './HeldLine.tsx';
import styles from './LocalViews.module.css';

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

interface OutboxEntryProps {
  readonly item: OutboxItem;
  readonly account: AccountDto | undefined;
  readonly dispatch: Dispatch<DeskAction>;
  readonly onDraft: (draft: DraftDto) => void;
}

export function OutboxEntry({ item, account, dispatch, onDraft }: OutboxEntryProps) {
  const { t, dates } = useWords();
  const [failure, setFailure] = useState<WireError>();
  const stopped = item.state === 'waiting' ? stoppedSubmission(account) : undefined;
  const held = isHeld(item);
  const deeds = useDeeds(item, onDraft, setFailure);
  const why = {
    id: 'why',
    label: t('outbox.why'),
    onAction: () => dispatch({ type: 'sheet', sheet: { kind: 'lock', accountId: item.accountId } }),
  };
  // Beside a stopped connection nothing else helps.
  const shown = held ? [] : stopped === undefined ? deeds.slice(0, 2) : [why];
  const rest = held ? [] : deeds.slice(stopped === undefined ? 2 : 0);
  return (
    <li className={cx(styles.item)}>
      <div className={cx(styles.head)}>
        <span className={cx(styles.who)} dir="auto">
          {item.recipients.join(', ')}
        </span>
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
      {shown.length > 0 && (
        <div className={cx(styles.actions)}>
          {shown.map(({ id, label, onAction }) => (
            <Button key={id} kind="plain" onPress={onAction}>
              {label}
            </Button>
          ))}
          {rest.length > 0 && (
            <MenuButton
              label={t('reader.more')}
              placement="bottom start"
              groups={[
                { id: 'do', entries: rest.filter(({ harm }) => harm !== true) },
                { id: 'harm', entries: rest.filter(({ harm }) => harm === true) },
              ]}
              trigger={
                <IconButton label={t('reader.more')}>
                  <Ellipsis size={16} aria-hidden />
                </IconButton>
              }
            />
          )}
        </div>
      )}
    </li>
  );
}

/** What can be done with it in its state, the likeliest first. */
function useDeeds(
  { outboxId, state }: OutboxItem,
  onDraft: (draft: DraftDto) => void,
  onFailure: (error: WireError) => void,
): readonly MenuEntry[] {
  const { t } = useWords();
  const { client } = useBackend();
  const input = { outboxId };
  const fail = (reason: unknown) => onFailure(wireErrorOf(reason));
  const edit = {
    id: 'edit',
    label: t('outbox.edit'),
    icon: <Pencil size={15} aria-hidden />,
    onAction: () => void client.call('outbox.edit', input).then(onDraft).catch(fail),
  };
  const send = (call: 'outbox.sendNow' | 'outbox.retry', label = t('outbox.retry')) => ({
    id: 'send',
    label,
    icon: <Send size={15} aria-hidden />,
    onAction: () => void client.call(call, input).catch(fail),
  });
  const arrived = {
    id: 'arrived',
    label: t('outbox.arrived'),
    onAction: () => void client.call('outbox.confirmArrived', input).catch(fail),
  };
  const discard = {
    id: 'discard',
    label: state === 'sent' ? t('outbox.dismiss') : t('outbox.discard'),
    icon: <Trash2 size={15} aria-hidden />,
    harm: state !== 'sent',
    onAction: () => void client.call('outbox.discard', input).catch(fail),
  };
  switch (state) {
    case 'scheduled':
      return [edit, send('outbox.sendNow'), discard];
    case 'waiting':
    case 'refused':
      return [edit, send('outbox.retry'), discard];
    case 'unknown':
      return [arrived, send('outbox.retry', t('outbox.sendAgain')), discard];
    case 'sent':
      return [discard];
    case 'sending':
      return [];
  }
}
