/** The desk: sidebar, list and reader, the open letters above them, one sheet at a time. */
import { lazy, Suspense, useEffect, useReducer, useRef, useState } from 'react';
import type {
  AccountDto,
  DraftDto,
  MessageRow,
  Settings,
  WireError,
} from '../../app/contract/index.ts';
import { Button } from '../components/Button.tsx';
import { cx } from '../components/cx.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { wireErrorOf } from '../host/client.ts';
import { useBackend, useContractEvent, useQuery } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { parseMailto, shortName } from '../mail/addresses.ts';
import { Announcer } from './Announcer.tsx';
import { AccountSheet } from './account/AccountSheet.tsx';
import { AddAccount } from './account/AddAccount.tsx';
import { LockSheet } from './account/LockSheet.tsx';
import { Composer } from './composer/Composer.tsx';
import { DeleteSheet } from './DeleteSheet.tsx';
import styles from './Desk.module.css';
import { initialDesk, placeKey, reduceDesk, startPlace } from './desk-state.ts';
import { Failure } from './Failure.tsx';
import { ListPane } from './list/ListPane.tsx';
import { listingOf } from './list/listing.ts';
import { latestRow } from './list/message-windows.ts';
import { UndoLine } from './list/UndoLine.tsx';
import { DraftsView, OutboxView } from './local/LocalViews.tsx';
import { MoveSheet } from './MoveSheet.tsx';
import { reloadMail } from './message-actions.ts';
import { type ListOrder, useMoves } from './moves.ts';
import { Notifications } from './Notifications.tsx';
import { openMessage } from './open-message.ts';
import { Reader } from './reader/Reader.tsx';
import { useShortcuts } from './shortcuts.ts';
import { Sidebar } from './sidebar/Sidebar.tsx';
import { type Refused, TaskRefusal } from './TaskRefusal.tsx';
import { Welcome } from './Welcome.tsx';

// Not needed by the first screen.
const ImportSheet = lazy(() => import('./import/ImportSheet.tsx'));
const SettingsSheet = lazy(() => import('./settings/SettingsSheet.tsx'));

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
  const counts = useQuery('view.counts', {}).data;
  const allMailboxes = accounts.flatMap(
    ({ accountId }) => cache.peek('mailbox.list', { accountId }).data ?? [],
  );
  const listing = listingOf({ place, accounts, mailboxes: allMailboxes, counts, t });

  const startWith = useQuery('settings.get', {}).data?.startWith ?? 'inbox';
  const inbox = mailboxes?.find((one) => one.role === 'inbox') ?? mailboxes?.[0];
  const placeIsGone =
    place?.kind === 'mailbox' && !accounts.some((one) => one.accountId === place.accountId);
  useEffect(() => {
    if ((place === undefined || placeIsGone) && inbox !== undefined) {
      dispatch({ type: 'go', place: startPlace(startWith, inbox) });
    }
  }, [place, placeIsGone, inbox, startWith]);

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
  const order = useRef<ListOrder>(undefined);
  const moves = useMoves({ place, order, selection, dispatch, onFailure: fail });
  const shownRow = selection?.row;
  const row = shownRow === undefined ? undefined : (latestRow(cache, shownRow.ref) ?? shownRow);
  const onRow = (run: (row: MessageRow) => void) => () => {
    if (row !== undefined) run(row);
  };
  useShortcuts({
    c: () => compose(),
    e: onRow(moves.archive),
    '#': onRow(moves.remove),
    Delete: onRow(moves.remove),
    Backspace: onRow(moves.remove),
    '!': onRow(moves.junk),
    v: onRow(moves.chooseMailbox),
    z: moves.undo,
    'Mod+z': moves.undo,
  });
  const [refused, setRefused] = useState<Refused>();
  useContractEvent('task.refused', (event) => {
    setRefused(event);
    moves.forget();
    reloadMail(cache);
  });

  const sheetAccount =
    sheet?.kind === 'account' || sheet?.kind === 'lock'
      ? accounts.find((one) => one.accountId === sheet.accountId)
      : undefined;
  const closeSheet = () => dispatch({ type: 'sheet', sheet: undefined });
  const openLock = (accountId: string) =>
    dispatch({ type: 'sheet', sheet: { kind: 'lock', accountId } });
  const sheets = (
    <>
      {sheet?.kind === 'add-account' && (
        <AddAccount
          found={sheet.found}
          onClose={closeSheet}
          onAdded={() => {
            cache.invalidate('account.list');
            if (sheet.thenImport === true) dispatch({ type: 'sheet', sheet: { kind: 'import' } });
            else closeSheet();
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
      {(sheet?.kind === 'settings' || sheet?.kind === 'import') && (
        <Suspense>
          {sheet.kind === 'import' ? (
            <ImportSheet accounts={accounts} onClose={closeSheet} />
          ) : (
            <SettingsSheet
              accounts={accounts}
              section={sheet.section}
              onClose={closeSheet}
              onAddAccount={() => dispatch({ type: 'sheet', sheet: { kind: 'add-account' } })}
              onImport={() => dispatch({ type: 'sheet', sheet: { kind: 'import' } })}
              onOpenLock={openLock}
            />
          )}
        </Suspense>
      )}
      {sheet?.kind === 'move' && (
        <MoveSheet
          row={sheet.row}
          onClose={closeSheet}
          onChoose={(mailbox) => {
            closeSheet();
            moves.moveTo(sheet.row, mailbox);
          }}
        />
      )}
      {sheet?.kind === 'delete' && (
        <DeleteSheet
          row={sheet.row}
          onClose={closeSheet}
          onDelete={() => {
            closeSheet();
            moves.deleteForever(sheet.row);
          }}
        />
      )}
    </>
  );
  if (accounts.length === 0) {
    return (
      <>
        <Welcome
          onAdd={(added) => dispatch({ type: 'sheet', sheet: { kind: 'add-account', ...added } })}
        />
        {sheets}
      </>
    );
  }
  const offline = accounts.every((account) => account.lock.state === 'offline');
  const waiting = accounts.reduce((sum, account) => sum + account.lock.waiting, 0);
  const local = place?.kind === 'drafts' || place?.kind === 'outbox';
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
        {listing !== undefined && place !== undefined && (
          <main className={cx(styles.list)}>
            <ListPane
              key={placeKey(place)}
              listing={listing}
              accounts={accounts}
              mailboxes={allMailboxes}
              density={density}
              selection={selection}
              dispatch={dispatch}
              moves={moves}
              order={order}
              onOpenLock={openLock}
              onEdit={({ ref }) => client.call('draft.open', { ref }).then(openDraft, setError)}
            />
          </main>
        )}
        {listing !== undefined && (
          <div className={cx(styles.reader)}>
            <Reader
              row={row}
              quiet={listing.total === 0}
              dispatch={dispatch}
              moves={moves}
              onDraft={openDraft}
              onFailure={fail}
              onMailto={(url) => compose(parseMailto(url))}
            />
            {/* Where the list is not in sight. */}
            <div className={cx(styles.undo)}>
              <UndoLine moves={moves} />
            </div>
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
        {!local && listing === undefined && (
          <main className={cx(styles.wide, styles.waiting)}>
            {mailboxes?.length === 0 && (
              <EmptyState title={t('desk.noMailboxes.title')} text={t('desk.noMailboxes.text')} />
            )}
          </main>
        )}
      </div>
      {refused !== undefined && (
        <div className={cx(styles.failure)}>
          <TaskRefusal refused={refused} onClose={() => setRefused(undefined)} />
        </div>
      )}
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
      <Notifications onOpen={(arrived) => void openMessage(client, dispatch, arrived)} />
      <Announcer
        describe={(arrived) => (arrived.from === undefined ? '' : shortName(arrived.from))}
      />
      {sheets}
    </div>
  );
}
