/** What the desk itself can do on command, and the sheets in which commands are found. */
import { lazy, Suspense, useEffect, useLayoutEffect } from 'react';
import type { AccountDto, MailboxDto, MailboxRole, Settings } from '../../app/contract/index.ts';
import { useCommandCenter, useCommands } from '../commands/commands.tsx';
import { useBackend, useQuery } from '../host/hooks.tsx';
import { useAreas } from './areas.ts';
import type { DeskAction, SheetState } from './desk-state.ts';

const loadPalette = () => import('./palette/Palette.tsx');
const loadShortcuts = () => import('./shortcuts/ShortcutsSheet.tsx');
const Palette = lazy(loadPalette);
const ShortcutsSheet = lazy(loadShortcuts);

interface DeskWorld {
  readonly accounts: readonly AccountDto[];
  /** Of all accounts, as far as they are here. */
  readonly mailboxes: readonly MailboxDto[];
  /** The account that is looked at: whose inbox `g i` means. */
  readonly accountId: string | undefined;
  readonly dispatch: (action: DeskAction) => void;
}

interface DeskCommandsOptions extends DeskWorld {
  /** Something lies above the desk, or is about to: no key is a command. */
  readonly isHeld: boolean;
  readonly onFailure: (reason: unknown) => void;
}

/** Going somewhere, sheets, appearance, and F6. */
export function useDeskCommands(options: DeskCommandsOptions): void {
  const { accounts, mailboxes, accountId, dispatch, isHeld, onFailure } = options;
  const { client, cache } = useBackend();
  const { center } = useCommandCenter();
  useAreas();
  useLayoutEffect(() => center.hold(isHeld), [center, isHeld]);
  const some = accounts.length > 0;

  function toRole(role: MailboxRole, instead?: DeskAction) {
    const mailbox = mailboxes.find((one) => one.accountId === accountId && one.role === role);
    if (mailbox === undefined) return instead === undefined ? undefined : () => dispatch(instead);
    const { mailboxId } = mailbox;
    return () =>
      dispatch({
        type: 'go',
        place: { kind: 'mailbox', accountId: mailbox.accountId, mailboxId },
      });
  }
  const toView = (kind: 'unread' | 'starred') =>
    some ? () => dispatch({ type: 'go', place: { kind: 'view', view: { kind } } }) : undefined;
  const toSheet = (sheet: SheetState) => () => dispatch({ type: 'sheet', sheet });
  const theme = useQuery('settings.get', {}).data?.theme;
  const toTheme = (chosen: Settings['theme']) =>
    theme === chosen
      ? undefined
      : () => {
          cache.patch('settings.get', (now) => ({ ...now, theme: chosen }));
          client.call('settings.set', { theme: chosen }).catch((reason: unknown) => {
            cache.invalidate('settings.get');
            onFailure(reason);
          });
        };
  useCommands({
    goInbox: toRole('inbox'),
    goUnread: toView('unread'),
    goStarred: toView('starred'),
    goDrafts: toRole('drafts', { type: 'go', place: { kind: 'drafts' } }),
    goSent: toRole('sent'),
    goArchive: toRole('archive') ?? toRole('all'),
    goOutbox: some ? () => dispatch({ type: 'go', place: { kind: 'outbox' } }) : undefined,
    goTo: some ? toSheet({ kind: 'palette', scope: 'places' }) : undefined,
    palette: toSheet({ kind: 'palette', scope: 'all' }),
    settings: toSheet({ kind: 'settings' }),
    shortcuts: toSheet({ kind: 'shortcuts' }),
    contacts: some ? toSheet({ kind: 'contacts' }) : undefined,
    addAccount: toSheet({ kind: 'add-account' }),
    themeLight: toTheme('light'),
    themeDark: toTheme('dark'),
    themeSystem: toTheme('system'),
  });
  // Neither is part of the first screen; both are here before a key asks for them.
  useEffect(() => {
    const idle = requestIdleCallback(
      () => void Promise.allSettled([loadPalette(), loadShortcuts()]),
    );
    return () => cancelIdleCallback(idle);
  }, []);
}

interface CommandSheetsProps extends DeskWorld {
  readonly sheet: SheetState | undefined;
  readonly onClose: () => void;
}

/** The palette or the sheet of shortcuts, when one of them is open. */
export function CommandSheets({ sheet, ...rest }: CommandSheetsProps) {
  return (
    <Suspense>
      {sheet?.kind === 'palette' && <Palette key={sheet.scope} scope={sheet.scope} {...rest} />}
      {sheet?.kind === 'shortcuts' && <ShortcutsSheet onClose={rest.onClose} />}
    </Suspense>
  );
}
