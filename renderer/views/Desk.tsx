/** The desk: sidebar, list and reader, the open letters above them, one sheet at a time. */
import { useEffect, useReducer, useState } from 'react';
import type { AccountDto, DraftDto, Settings, WireError } from '../../app/contract/index.ts';
import { Button } from '../components/Button.tsx';
import { cx } from '../components/cx.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { wireErrorOf } from '../host/client.ts';
import { useBackend, useQuery } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { parseMailto, shortName } from '../mail/addresses.ts';
import { Announcer } from './Announcer.tsx';
import { AccountSheet } from './account/AccountSheet.tsx';
import { AddAccount } from './account/AddAccount.tsx';
import { LockSheet } from './account/LockSheet.tsx';
import { Composer } from './composer/Composer.tsx';
import styles from './Desk.module.css';
import { initialDesk, reduceDesk } from './desk-state.ts';
import { Failure } from './Failure.tsx';
import { MessageList } from './list/MessageList.tsx';
import { latestRow } from './list/message-windows.ts';
import { DraftsView, OutboxView } from './local/LocalViews.tsx';
import { Reader } from './reader/Reader.tsx';
import { useShortcuts } from './shortcuts.ts';
import { Sidebar } from './sidebar/Sidebar.tsx';
import { Welcome } from './Welcome.tsx';

interface DeskProps {
  readonly accounts: readonly AccountDto[];
  readonly density: Settings['density'];
}

export function Desk({ accounts, density }: DeskProps) {
  const { t } = useWords();
  const { client, cache } = useBackend();
  const [state, dispatch] = useReducer(reduceDesk, initialDesk);
  const [error, setError] = useState<WireError>();
  const { place, selection, sheet } = state;
  const shownAccountId = place?.kind === 'mailbox' ? place.accountId : accounts[0]?.accountId;
  const mailboxes = useQuery(
    'mailbox.list',
    shownAccountId === undefined ? undefined : { accountId: shownAccountId },
  ).data;
  const mailbox =
    place?.kind === 'mailbox'
      ? mailboxes?.find((one) => one.mailboxId === place.mailboxId)
      : undefined;

  const inbox = mailboxes?.find((one) => one.role === 'inbox') ?? mailboxes?.[0];
  const placeIsGone =
    place?.kind === 'mailbox' && !accounts.some((one) => one.accountId === place.accountId);
  useEffect(() => {
    if ((place === undefined || placeIsGone) && inbox !== undefined) {
      const { accountId, mailboxId } = inbox;
      dispatch({ type: 'go', place: { kind: 'mailbox', accountId, mailboxId } });
    }
  }, [place, placeIsGone, inbox]);

  const fail = (reason: unknown) => setError(wireErrorOf(reason));
  const openDraft = (draft: DraftDto) => {
    setError(undefined);
    dispatch({ type: 'compose', draft });
  };
  function compose(fields?: { to: string; cc: string; subject: string; text: string }): void {
    const accountId = shownAccountId;
    if (accountId === undefined) return;
    const content = { to: '', cc: '', subject: '', text: '', ...fields, bcc: '', accountId };
    client.call('draft.create', content).then(openDraft, fail);
  }
  useShortcuts({ c: () => compose() });

  const sheetAccount =
    sheet === undefined || sheet.kind === 'add-account'
      ? undefined
      : accounts.find((one) => one.accountId === sheet.accountId);
  const closeSheet = () => dispatch({ type: 'sheet', sheet: undefined });
  const openLock = (accountId: string) =>
    dispatch({ type: 'sheet', sheet: { kind: 'lock', accountId } });
  const sheets = (
    <>
      {sheet?.kind === 'add-account' && (
        <AddAccount
          onClose={closeSheet}
          onAdded={() => {
            cache.invalidate('account.list');
            closeSheet();
          }}
        />
      )}
      {sheet?.kind === 'lock' && sheetAccount !== undefined && (
        <LockSheet account={sheetAccount} onClose={closeSheet} />
      )}
      {sheet?.kind === 'account' && sheetAccount !== undefined && (
        <AccountSheet
          account={sheetAccount}
          onClose={closeSheet}
          onOpenLock={() => openLock(sheetAccount.accountId)}
        />
      )}
    </>
  );
  if (accounts.length === 0) {
    return (
      <>
        <Welcome onAdd={() => dispatch({ type: 'sheet', sheet: { kind: 'add-account' } })} />
        {sheets}
      </>
    );
  }
  const offline = accounts.every((account) => account.lock.state === 'offline');
  const waiting = accounts.reduce((sum, account) => sum + account.lock.waiting, 0);
  const local = place?.kind === 'drafts' || place?.kind === 'outbox';
  const row = selection?.row;
  return (
    <div className={cx(styles.window)}>
      {offline && (
        <div className={cx(styles.offline)} role="status">
          {t('desk.offline', { waiting })}
        </div>
      )}
      <div className={cx(styles.desk, local && styles.local)} data-pane={state.pane}>
        <div className={cx(styles.sidebar)}>
          <Sidebar
            accounts={accounts}
            place={place}
            dispatch={dispatch}
            onCompose={() => compose()}
            onDraft={openDraft}
            onFailure={setError}
          />
        </div>
        <button
          type="button"
          className={cx(styles.scrim)}
          aria-label={t('desk.closeSidebar')}
          onClick={() => dispatch({ type: 'pane', pane: 'list' })}
        />
        {mailbox !== undefined && (
          <main className={cx(styles.list)}>
            <MessageList
              key={mailbox.mailboxId}
              mailbox={mailbox}
              density={density}
              selection={selection}
              dispatch={dispatch}
              onEdit={({ ref }) => client.call('draft.open', { ref }).then(openDraft, fail)}
            />
          </main>
        )}
        {mailbox !== undefined && (
          <div className={cx(styles.reader)}>
            <Reader
              row={row === undefined ? undefined : (latestRow(cache, row) ?? row)}
              quiet={mailbox.total === 0}
              dispatch={dispatch}
              onDraft={openDraft}
              onFailure={fail}
              onMailto={(url) => compose(parseMailto(url))}
            />
          </div>
        )}
        {place?.kind === 'drafts' && (
          <main className={cx(styles.wide)}>
            <DraftsView dispatch={dispatch} onDraft={openDraft} />
          </main>
        )}
        {place?.kind === 'outbox' && (
          <main className={cx(styles.wide)}>
            <OutboxView accounts={accounts} dispatch={dispatch} onDraft={openDraft} />
          </main>
        )}
        {!local && mailbox === undefined && (
          <main className={cx(styles.wide, styles.waiting)}>
            {mailboxes?.length === 0 && (
              <EmptyState title={t('desk.noMailboxes.title')} text={t('desk.noMailboxes.text')} />
            )}
          </main>
        )}
      </div>
      {error !== undefined && (
        <div className={cx(styles.failure)}>
          <Failure
            error={error}
            actions={<Button onPress={() => setError(undefined)}>{t('action.close')}</Button>}
          />
        </div>
      )}
      <div className={cx(styles.composers)}>
        {state.composers.map((draft) => (
          <Composer
            key={draft.draftId}
            draft={draft}
            accounts={accounts}
            onClose={() => dispatch({ type: 'composed', draftId: draft.draftId })}
            onSent={() => dispatch({ type: 'composed', draftId: draft.draftId })}
            onOpenLock={openLock}
          />
        ))}
      </div>
      <Announcer
        describe={(arrived) => (arrived.from === undefined ? '' : shortName(arrived.from))}
      />
      {sheets}
    </div>
  );
}
