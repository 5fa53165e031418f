/** The one sheet that lies above the desk. */
import { type Dispatch, lazy, Suspense } from 'react';
import type { AccountDto, MailboxDto } from '../../app/contract/index.ts';
import { useBackend } from '../host/hooks.tsx';
import { AccountSheet } from './account/AccountSheet.tsx';
import { AddAccount } from './account/AddAccount.tsx';
import { LockSheet } from './account/LockSheet.tsx';
import { Contacts } from './composer/lazy.tsx';
import { DeleteSheet } from './DeleteSheet.tsx';
import { CommandSheets } from './desk-commands.tsx';
import type { DeskAction, SheetState } from './desk-state.ts';
import { MoveSheet } from './MoveSheet.tsx';
import type { Moves } from './moves.ts';
import { MailboxSheet } from './sidebar/MailboxSheet.tsx';

// Not needed by the first screen.
const ImportSheet = lazy(() => import('./import/ImportSheet.tsx'));
const SettingsSheet = lazy(() => import('./settings/SettingsSheet.tsx'));

interface DeskSheetsProps {
  readonly sheet: SheetState | undefined;
  readonly accounts: readonly AccountDto[];
  readonly mailboxes: readonly MailboxDto[];
  /** The account that is looked at. */
  readonly accountId: string | undefined;
  readonly dispatch: Dispatch<DeskAction>;
  readonly moves: Moves;
  /** Begins a letter to somebody. */
  readonly onWrite: (fields: { readonly to: string }) => void;
}

export function DeskSheets(props: DeskSheetsProps) {
  const { sheet, moves, onWrite, ...world } = props;
  const { accounts, dispatch } = world;
  const { cache } = useBackend();
  const sheetAccount =
    sheet?.kind === 'account' || sheet?.kind === 'lock'
      ? accounts.find((one) => one.accountId === sheet.accountId)
      : undefined;
  const closeSheet = () => dispatch({ type: 'sheet', sheet: undefined });
  const openLock = (accountId: string) =>
    dispatch({ type: 'sheet', sheet: { kind: 'lock', accountId } });
  return (
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
            onWrite({ to });
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
}
