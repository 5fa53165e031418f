/** The desk: sidebar, list and reader, the open letters above them, one sheet at a time. */
import { CloudOff } from 'lucide-react';
import { lazy, Suspense, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react';
import type {
  AccountDto,
  DraftDto,
  MessageRow,
  Settings,
  WireError,
} from '../../app/contract/index.ts';
import { useCommands } from '../commands/commands.tsx';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { cx } from '../components/cx.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { Resizer } from '../components/Resizer.tsx';
import { wireErrorOf } from '../host/client.ts';
import { useBackend, useContractEvent, useQuery } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { parseMailto, shortName } from '../mail/addresses.ts';
import { Announcer } from './Announcer.tsx';
import { AccountSheet } from './account/AccountSheet.tsx';
import { AddAccount } from './account/AddAccount.tsx';
import { LockSheet } from './account/LockSheet.tsx';
import { markFresh } from './composer/fresh-drafts.ts';
import { Composers, Contacts } from './composer/lazy.tsx';
import { DeleteSheet } from './DeleteSheet.tsx';
import styles from './Desk.module.css';
import { CommandSheets, useDeskCommands } from './desk-commands.tsx';
import { initialDesk, placeKey, reduceDesk, startPlace, targetsOf } from './desk-state.ts';
import { Failure } from './Failure.tsx';
import { fitPanes, layoutOf, leastWidths, type PaneWidths, usualWidths } from './layout.ts';
import { ListPane } from './list/ListPane.tsx';
import type { ListRow } from './list/list-row.ts';
import { listingOf } from './list/listing.ts';
import { latestLine } from './list/message-windows.ts';
import { PickedSummary } from './list/Picked.tsx';
import { UndoLine } from './list/UndoLine.tsx';
import { DraftsView, OutboxView } from './local/LocalViews.tsx';
import { MoveSheet } from './MoveSheet.tsx';
import { reloadMail } from './message-actions.ts';
import { type ListOrder, useMoves } from './moves.ts';
import { Notifications } from './Notifications.tsx';
import { openMessage } from './open-message.ts';
import { Reader } from './reader/Reader.tsx';
import { MailboxSheet } from './sidebar/MailboxSheet.tsx';
import { Sidebar } from './sidebar/Sidebar.tsx';
import { type Refused, TaskRefusal } from './TaskRefusal.tsx';
import { useSetSettings } from './use-settings.ts';
import { useWindowWidth } from './use-window-width.ts';
import { Welcome } from './Welcome.tsx';

// Not needed by the first screen.
const ImportSheet = lazy(() => import('./import/ImportSheet.tsx'));
const SettingsSheet = lazy(() => import('./settings/SettingsSheet.tsx'));

interface DeskProps {
  readonly accounts: readonly AccountDto[];
  /** Absent when they could not be read. */
  readonly settings: Settings | undefined;
}

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
    ...(settings === undefined ? {} : { listBy: settings.listBy, listOrder: settings.listOrder }),
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
  const openDraft = (draft: DraftDto) => {
    setError(undefined);
    dispatch({ type: 'compose', draft });
  };
  function compose(fields?: { to: string; cc: string; subject: string; text: string }): void {
    const accountId = shownAccountId;
    if (accountId === undefined) return;
    const content = { to: '', cc: '', subject: '', text: '', ...fields, bcc: '', accountId };
    client.call('draft.create', content).then(markFresh).then(openDraft, fail);
  }
  const order = useRef<ListOrder>(undefined);
  const moves = useMoves({ place, order, selection, dispatch, onFailure: fail });
  const shownRow = selection?.row;
  const row = shownRow === undefined ? undefined : (latestLine(cache, shownRow) ?? shownRow);
  const targets = targetsOf(state);
  const onRows = (run: (rows: readonly ListRow[]) => void) =>
    targets.length === 0 ? undefined : () => run(targets);
  const reply = ({ ref }: MessageRow, kind: 'reply' | 'reply-all' | 'forward') => {
    client.call('draft.reply', { ref, kind }).then(openDraft, fail);
  };
  useCommands({
    compose: shownAccountId === undefined ? undefined : () => compose(),
    archive: onRows(moves.archive),
    delete: onRows(moves.remove),
    junk: onRows(moves.junk),
    move: onRows(moves.chooseMailbox),
    undo: moves.done === undefined ? undefined : moves.undo,
  });
  const world = { accounts, mailboxes: allMailboxes, accountId: shownAccountId, dispatch };
  useDeskCommands({ ...world, sheet, onFailure: fail });
  const [refused, setRefused] = useState<Refused>();
  useContractEvent('task.refused', (event) => {
    setRefused(event);
    moves.forget();
    reloadMail(cache);
  });

  const dragged = useRef<readonly ListRow[]>(undefined);
  const desk = useRef<HTMLDivElement>(null);
  const windowWidth = useWindowWidth();
  const wished: PaneWidths =
    settings === undefined
      ? usualWidths
      : { sidebar: settings.sidebarWidth, list: settings.listWidth };
  const panes = fitPanes(wished, windowWidth);
  const layout = layoutOf(windowWidth);
  /** Straight to the style while it moves: nothing is drawn anew but the widths. */
  function draw({ sidebar, list }: PaneWidths): void {
    desk.current?.style.setProperty('--sidebar-width', `${sidebar}px`);
    desk.current?.style.setProperty('--list-width', `${list}px`);
  }
  const { sidebar: sidebarWidth, list: listWidth } = panes;
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when a width or the element changes
  useLayoutEffect(
    () => draw({ sidebar: sidebarWidth, list: listWidth }),
    [sidebarWidth, listWidth, accounts.length === 0],
  );
  const sidebar = useRef<HTMLDivElement>(null);
  const overlaid = state.pane === 'sidebar' && layout !== 'wide';
  useEffect(() => {
    if (!overlaid) return;
    const before = document.activeElement;
    const element = sidebar.current;
    element?.querySelector<HTMLElement>('[aria-current], button')?.focus();
    return () => {
      const inside = element?.contains(document.activeElement) === true;
      if (inside && before instanceof HTMLElement) before.focus();
    };
  }, [overlaid]);
  function resize(pane: keyof PaneWidths, value: number, done: boolean): void {
    // What the other pane would give way by is seen while the line moves.
    const fitted = fitPanes({ ...wished, [pane]: value }, windowWidth);
    draw(fitted);
    if (done) {
      setSettings(pane === 'sidebar' ? { sidebarWidth: value } : { listWidth: value });
    }
  }

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
      <CommandSheets {...world} sheet={sheet} onClose={closeSheet} />
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
      {sheet?.kind === 'contacts' && (
        <Contacts
          onClose={closeSheet}
          onWrite={(to) => {
            closeSheet();
            compose({ to, cc: '', subject: '', text: '' });
          }}
        />
      )}
      {sheet?.kind === 'move' && (
        <MoveSheet
          rows={sheet.rows}
          accountId={sheet.rows[0]?.ref.accountId ?? ''}
          onClose={closeSheet}
          onChoose={(mailbox) => {
            closeSheet();
            moves.moveTo(sheet.rows, mailbox);
          }}
        />
      )}
      {sheet?.kind === 'delete' && (
        <DeleteSheet
          rows={sheet.rows}
          onClose={closeSheet}
          onDelete={() => {
            closeSheet();
            moves.deleteForever(sheet.rows);
          }}
        />
      )}
      {(sheet?.kind === 'create-mailbox' ||
        sheet?.kind === 'rename-mailbox' ||
        sheet?.kind === 'delete-mailbox') && <MailboxSheet sheet={sheet} onClose={closeSheet} />}
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
        <Banner
          live
          icon={<CloudOff size={16} aria-hidden />}
          actions={
            <Button
              kind="plain"
              onPress={() => {
                // What comes of it shows in the locks.
                for (const { accountId } of accounts) {
                  client.call('account.retry', { accountId }).catch(() => undefined);
                }
              }}
            >
              {t('action.tryAgain')}
            </Button>
          }
        >
          {t('desk.offline', { waiting })}
        </Banner>
      )}
      <div
        ref={desk}
        className={cx(styles.desk, local && styles.local)}
        data-pane={state.pane}
        data-layout={layout}
      >
        {/* biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it where it lies over the list */}
        <div
          ref={sidebar}
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
            collapsed={settings?.collapsedAccounts ?? []}
            onCollapse={(collapsedAccounts) => setSettings({ collapsedAccounts })}
            onCompose={() => compose()}
            onDraft={openDraft}
            onFailure={setError}
          >
            <Resizer
              label={t('desk.resizeSidebar')}
              value={panes.sidebar}
              min={leastWidths.sidebar}
              max={panes.sidebarMax}
              onResize={(value, done) => resize('sidebar', value, done)}
              onReset={() => resize('sidebar', usualWidths.sidebar, true)}
            />
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
              onSettings={setSettings}
              onEdit={({ ref }) => client.call('draft.open', { ref }).then(openDraft, fail)}
              onReply={reply}
            />
            <Resizer
              label={t('desk.resizeList')}
              value={panes.list}
              min={leastWidths.list}
              max={panes.listMax}
              onResize={(value, done) => resize('list', value, done)}
              onReset={() => resize('list', usualWidths.list, true)}
            />
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
                onDraft={(draft) => openDraft(markFresh(draft))}
                onFailure={fail}
                onMailto={(url) => compose(parseMailto(url))}
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
            <DraftsView dispatch={dispatch} onDraft={openDraft} />
          </main>
        )}
        {place?.kind === 'outbox' && (
          <main className={cx(styles.wide)} data-area="list">
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
      <Composers
        drafts={state.composers}
        accounts={accounts}
        onReopen={(draft) => dispatch({ type: 'compose', draft })}
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
