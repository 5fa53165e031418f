/** The desk: sidebar, list and reader, the open letters above them, one sheet at a time. */
import { useEffect, useReducer, useRef, useState } from 'react';
import type { AccountDto, MessageRow, Settings, WireError } from '../../app/contract/index.ts';
import { useCommands } from '../commands/commands.tsx';
import { Button } from '../components/Button.tsx';
import { cx } from '../components/cx.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { Resizer } from '../components/Resizer.tsx';
import { wireErrorOf } from '../host/client.ts';
import { useBackend, useContractEvent, useQuery } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { parseMailto, shortName } from '../mail/addresses.ts';
import { Announcer } from './Announcer.tsx';
import { Composers } from './composer/lazy.tsx';
import styles from './Desk.module.css';
import { DeskSheets } from './DeskSheets.tsx';
import { useDeskCommands } from './desk-commands.tsx';
import { initialDesk, placeKey, reduceDesk, startPlace, targetsOf } from './desk-state.ts';
import { Failure } from './Failure.tsx';
import { ListPane } from './list/ListPane.tsx';
import { withOrder } from './list/list-order.ts';
import type { ListRow } from './list/list-row.ts';
import { listingOf } from './list/listing.ts';
import { latestLine } from './list/message-windows.ts';
import { PickedSummary } from './list/Picked.tsx';
import { UndoLine } from './list/UndoLine.tsx';
import { DraftsView, OutboxView } from './local/LocalViews.tsx';
import { reloadMail } from './message-actions.ts';
import { type ListOrder, useMoves } from './moves.ts';
import { Notifications } from './Notifications.tsx';
import { OfflineBar } from './OfflineBar.tsx';
import { openMessage } from './open-message.ts';
import { Reader } from './reader/Reader.tsx';
import { Sidebar } from './sidebar/Sidebar.tsx';
import { type Refused, TaskRefusal } from './TaskRefusal.tsx';
import { useLetters } from './use-letters.ts';
import { usePanes } from './use-panes.ts';
import { useSetSettings } from './use-settings.ts';
import { Welcome } from './Welcome.tsx';

interface DeskProps {
  readonly accounts: readonly AccountDto[];
  /** Absent when they could not be read. */
  readonly settings: Settings | undefined;
}

const noneCollapsed: readonly string[] = [];

export function Desk({ accounts, settings }: DeskProps) {
  const { t } = useWords();
  const { client, cache } = useBackend();
  const [state, dispatch] = useReducer(reduceDesk, initialDesk);
  const [error, setError] = useState<WireError>();
  const { place, selection, picked, sheet } = state;
  const setSettings = useSetSettings();
  const shownAccountId = place?.kind === 'mailbox' ? place.accountId : accounts[0]?.accountId;
  const mailboxes = useQuery(
    'mailbox.list',
    shownAccountId === undefined ? undefined : { accountId: shownAccountId },
  ).data;
  const counts = useQuery('view.counts', {}).data;
  const allMailboxes = accounts.flatMap(
    ({ accountId }) => cache.peek('mailbox.list', { accountId }).data ?? [],
  );
  const listing = listingOf({
    place,
    accounts,
    mailboxes: allMailboxes,
    counts,
    filter: state.filter,
    t,
    ...(settings === undefined ? {} : { listBy: settings.listBy, listOrders: settings.listOrders }),
  });

  const startWith = settings?.startWith ?? 'inbox';
  const inbox = mailboxes?.find((one) => one.role === 'inbox') ?? mailboxes?.[0];
  const placeIsGone =
    place?.kind === 'mailbox' &&
    (!accounts.some((one) => one.accountId === place.accountId) ||
      mailboxes?.some((one) => one.mailboxId === place.mailboxId) === false);
  useEffect(() => {
    if ((place === undefined || placeIsGone) && inbox !== undefined) {
      dispatch({ type: 'go', place: startPlace(startWith, inbox) });
    }
  }, [place, placeIsGone, inbox, startWith]);

  const fail = (reason: unknown) => setError(wireErrorOf(reason));
  const letters = useLetters({
    accountId: shownAccountId,
    dispatch,
    onOpen: () => setError(undefined),
    onFailure: fail,
  });
  const order = useRef<ListOrder>(undefined);
  const moves = useMoves({ place, order, selection, dispatch, onFailure: fail });
  const shownRow = selection?.row;
  const row = shownRow === undefined ? undefined : (latestLine(cache, shownRow) ?? shownRow);
  const targets = targetsOf(state);
  const onRows = (run: (rows: readonly ListRow[]) => void) =>
    targets.length === 0 ? undefined : () => run(targets);
  useCommands({
    compose:
      shownAccountId === undefined
        ? undefined
        : (to) => letters.compose(to === undefined ? {} : { to }),
    archive: onRows(moves.archive),
    delete: onRows(moves.remove),
    junk: onRows(moves.junk),
    move: onRows(moves.chooseMailbox),
    undo: moves.done === undefined ? undefined : moves.undo,
  });
  const world = { accounts, mailboxes: allMailboxes, accountId: shownAccountId, dispatch };
  const isHeld = sheet !== undefined || letters.opening;
  useDeskCommands({ ...world, isHeld, onFailure: fail });
  const [refused, setRefused] = useState<Refused>();
  useContractEvent('task.refused', (event) => {
    setRefused(event);
    moves.forget();
    reloadMail(cache);
  });

  const dragged = useRef<readonly ListRow[]>(undefined);
  const panes = usePanes({ settings, pane: state.pane, isShown: accounts.length > 0 });
  const { layout } = panes;
  const openLock = (accountId: string) =>
    dispatch({ type: 'sheet', sheet: { kind: 'lock', accountId } });
  const sheets = <DeskSheets {...world} sheet={sheet} moves={moves} onWrite={letters.compose} />;
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
  const editDraft = ({ ref }: MessageRow) => letters.open(client.call('draft.open', { ref }));
  const local = place?.kind === 'drafts' || place?.kind === 'outbox';
  return (
    <div className={cx(styles.window)}>
      <OfflineBar accounts={accounts} />
      <div
        ref={panes.desk}
        className={cx(styles.desk, local && styles.local)}
        data-pane={state.pane}
        data-layout={layout}
      >
        {/* biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it where it lies over the list */}
        <div
          ref={panes.sidebar}
          className={cx(styles.sidebar)}
          data-area="sidebar"
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || layout === 'wide') return;
            event.preventDefault();
            dispatch({ type: 'pane', pane: 'list' });
          }}
        >
          <Sidebar
            accounts={accounts}
            place={place}
            dispatch={dispatch}
            moves={moves}
            dragged={dragged}
            collapsed={settings?.collapsedAccounts ?? noneCollapsed}
            onCollapse={(collapsedAccounts) => setSettings({ collapsedAccounts })}
            onCompose={() => letters.compose()}
            onDraft={letters.show}
            onFailure={setError}
          >
            <Resizer label={t('desk.resizeSidebar')} {...panes.resizer('sidebar')} />
          </Sidebar>
        </div>
        <button
          type="button"
          className={cx(styles.scrim)}
          aria-label={t('desk.closeSidebar')}
          onClick={() => dispatch({ type: 'pane', pane: 'list' })}
        />
        {listing !== undefined && place !== undefined && (
          <main className={cx(styles.list)} data-area="list">
            <ListPane
              key={placeKey(place)}
              listing={listing}
              accounts={accounts}
              mailboxes={allMailboxes}
              density={settings?.density ?? 'comfortable'}
              selection={selection}
              picked={picked}
              anchor={state.anchor}
              dispatch={dispatch}
              moves={moves}
              order={order}
              dragged={dragged}
              onOpenLock={openLock}
              onOrder={(next) => {
                if (place === undefined || settings === undefined) return;
                setSettings({ listOrders: withOrder(settings.listOrders, place, next) });
              }}
              onSettings={setSettings}
              onEdit={editDraft}
              onReply={letters.reply}
            />
            <Resizer label={t('desk.resizeList')} {...panes.resizer('list')} />
          </main>
        )}
        {listing !== undefined && (
          <div
            className={cx(styles.reader)}
            data-area="reader"
            // Where the list is not in sight, this is what the window is about.
            {...(layout === 'narrow' && state.pane === 'reader' ? { role: 'main' } : {})}
          >
            {picked.size > 0 ? (
              <PickedSummary
                picked={picked}
                dispatch={dispatch}
                moves={moves}
                archives={listing.mailbox?.role !== 'archive'}
              />
            ) : (
              <Reader
                row={row}
                quiet={listing.total === 0}
                dispatch={dispatch}
                moves={moves}
                onReply={letters.reply}
                onEdit={editDraft}
                onMailto={(url) => letters.compose(parseMailto(url))}
              />
            )}
            {/* Where the list is not in sight. */}
            <div className={cx(styles.undo)}>
              <UndoLine moves={moves} />
            </div>
          </div>
        )}
        {place?.kind === 'drafts' && (
          <main className={cx(styles.wide)} data-area="list">
            <DraftsView dispatch={dispatch} onDraft={letters.show} />
          </main>
        )}
        {place?.kind === 'outbox' && (
          <main className={cx(styles.wide)} data-area="list">
            <OutboxView accounts={accounts} dispatch={dispatch} onDraft={letters.show} />
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
      <Composers
        drafts={state.composers}
        accounts={accounts}
        onReopen={(draft) => dispatch({ type: 'compose', draft })}
        onReady={letters.ready}
        onClose={(draftId) => dispatch({ type: 'composed', draftId })}
        onOpenLock={openLock}
        onContacts={() => dispatch({ type: 'sheet', sheet: { kind: 'contacts' } })}
      />
      <Notifications onOpen={(arrived) => void openMessage(client, dispatch, arrived)} />
      <Announcer
        describe={(arrived) => (arrived.from === undefined ? '' : shortName(arrived.from))}
      />
      {sheets}
    </div>
  );
}
