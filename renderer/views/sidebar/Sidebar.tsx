/** Accounts with their locks, their mailboxes, and what waits on this computer. */
import {
  ClockArrowUp,
  FileText,
  Inbox,
  MailOpen,
  PenLine,
  Plus,
  Settings,
  Settings2,
  Star,
} from 'lucide-react';
import type { Dispatch, ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import type { AccountDto, DraftDto, MailboxDto, WireError } from '../../../app/contract/index.ts';
import { useKeyHints } from '../../commands/commands.tsx';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { LockLine } from '../../components/Lock.tsx';
import { useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { errorText } from '../../i18n/translate.ts';
import { type DeskAction, type Place, samePlace } from '../desk-state.ts';
import { HeldLine, isHeld } from '../local/HeldLine.tsx';
import { mailboxTitle } from './mailbox-title.ts';
import { mailboxIcon, orderMailboxes } from './mailboxes.tsx';
import { NavRow } from './NavRow.tsx';
import styles from './Sidebar.module.css';

interface SidebarProps {
  readonly accounts: readonly AccountDto[];
  readonly place: Place | undefined;
  readonly dispatch: Dispatch<DeskAction>;
  readonly onCompose: () => void;
  readonly onDraft: (draft: DraftDto) => void;
  readonly onFailure: (error: WireError) => void;
}

export function Sidebar(props: SidebarProps) {
  const { accounts, place, dispatch, onCompose, onDraft, onFailure } = props;
  const { t } = useWords();
  const hints = useKeyHints();
  return (
    <nav className={cx(styles.sidebar)} aria-label={t('sidebar.label')}>
      <header className={cx(styles.top)}>
        <span className={cx(styles.brand)}>
          <img src={new URL('../../../assets/icons/letterlock.svg', import.meta.url).href} alt="" />
          Letterlock
        </span>
        <IconButton
          label={t('sidebar.compose')}
          shortcut={hints.text('compose')}
          onPress={onCompose}
          className={cx(styles.compose)}
        >
          <PenLine size={16} aria-hidden />
        </IconButton>
      </header>
      <div className={cx(styles.scroll)}>
        <ViewSection unified={accounts.length > 1} place={place} dispatch={dispatch} />
        {accounts.map((account) => (
          <AccountSection
            key={account.accountId}
            account={account}
            place={place}
            dispatch={dispatch}
          />
        ))}
        <LocalSection place={place} dispatch={dispatch} onDraft={onDraft} onFailure={onFailure} />
      </div>
      <footer className={cx(styles.bottom)}>
        <Button
          className={cx(styles.add)}
          onPress={() => dispatch({ type: 'sheet', sheet: { kind: 'add-account' } })}
        >
          <Plus size={16} aria-hidden />
          {t('sidebar.addAccount')}
        </Button>
        <IconButton
          label={t('sidebar.settings')}
          shortcut={hints.text('settings')}
          onPress={() => dispatch({ type: 'sheet', sheet: { kind: 'settings' } })}
        >
          <Settings size={16} aria-hidden />
        </IconButton>
      </footer>
    </nav>
  );
}

interface ViewSectionProps {
  /** Several accounts: their inboxes can be seen as one. */
  readonly unified: boolean;
  readonly place: Place | undefined;
  readonly dispatch: Dispatch<DeskAction>;
}

type View = Extract<Place, { kind: 'view' }>['view'];

function ViewSection({ unified, place, dispatch }: ViewSectionProps) {
  const { t, number } = useWords();
  const counts = useQuery('view.counts', {}).data;
  const line = (view: View, label: string, icon: ReactNode, count = 0, countLabel?: string) => {
    const target: Place = { kind: 'view', view };
    return (
      <li>
        <NavRow
          icon={icon}
          label={label}
          count={count > 0 ? number(count) : undefined}
          {...(countLabel === undefined ? {} : { countLabel })}
          strong={view.kind === 'unified' && count > 0}
          current={samePlace(place, target)}
          onPress={() => dispatch({ type: 'go', place: target })}
        />
      </li>
    );
  };
  const unseen = counts?.inbox.unseen ?? 0;
  return (
    <section className={cx(styles.account)} aria-label={t('view.label')}>
      <ul>
        {unified &&
          line(
            { kind: 'unified', role: 'inbox' },
            t('view.inboxes'),
            <Inbox size={16} strokeWidth={1.8} aria-hidden />,
            unseen,
            t('sidebar.unread', { count: unseen }),
          )}
        {line(
          { kind: 'unread' },
          t('view.unread'),
          <MailOpen size={16} strokeWidth={1.8} aria-hidden />,
          counts?.unread,
        )}
        {line(
          { kind: 'starred' },
          t('view.starred'),
          <Star size={16} strokeWidth={1.8} aria-hidden />,
          counts?.starred,
        )}
      </ul>
    </section>
  );
}

interface AccountSectionProps {
  readonly account: AccountDto;
  readonly place: Place | undefined;
  readonly dispatch: Dispatch<DeskAction>;
}

function AccountSection({ account, place, dispatch }: AccountSectionProps) {
  const { t } = useWords();
  const { accountId } = account;
  const mailboxes = useQuery('mailbox.list', { accountId });
  return (
    <section className={cx(styles.account)} aria-label={account.address}>
      <div className={cx(styles.heading)}>
        <h2 className={cx(styles.address)} title={account.address}>
          {account.address}
        </h2>
        <IconButton
          label={t('sidebar.accountSettings', { address: account.address })}
          onPress={() => dispatch({ type: 'sheet', sheet: { kind: 'account', accountId } })}
          className={cx(styles.gear)}
        >
          <Settings2 size={15} aria-hidden />
        </IconButton>
      </div>
      <div className={cx(styles.lock)}>
        <LockLine
          lock={account.lock}
          t={t}
          onOpen={() => dispatch({ type: 'sheet', sheet: { kind: 'lock', accountId } })}
        />
      </div>
      {account.problem !== undefined && (
        <Button
          className={cx(styles.problem)}
          onPress={() => dispatch({ type: 'sheet', sheet: { kind: 'account', accountId } })}
        >
          {
            errorText(t, {
              ...account.problem,
              params: { host: account.lock.host, ...account.problem.params },
            }).what
          }
        </Button>
      )}
      <ul>
        {orderMailboxes(mailboxes.data ?? []).map((mailbox) => (
          <MailboxRow key={mailbox.mailboxId} mailbox={mailbox} place={place} dispatch={dispatch} />
        ))}
      </ul>
    </section>
  );
}

interface MailboxRowProps {
  readonly mailbox: MailboxDto;
  readonly place: Place | undefined;
  readonly dispatch: Dispatch<DeskAction>;
}

function MailboxRow({ mailbox, place, dispatch }: MailboxRowProps) {
  const { t, number } = useWords();
  const target: Place = {
    kind: 'mailbox',
    accountId: mailbox.accountId,
    mailboxId: mailbox.mailboxId,
  };
  // Unread in Junk and Trash is nobody's errand.
  const counts = mailbox.unseen > 0 && !['junk', 'trash', 'sent'].includes(mailbox.role);
  return (
    <li>
      <NavRow
        icon={mailboxIcon(mailbox.role)}
        label={mailboxTitle(t, mailbox)}
        count={counts ? number(mailbox.unseen) : undefined}
        countLabel={t('sidebar.unread', { count: mailbox.unseen })}
        strong={counts && mailbox.role === 'inbox'}
        depth={mailbox.role === 'none' ? mailbox.depth : 0}
        disabled={!mailbox.selectable}
        current={samePlace(place, target)}
        onPress={() => dispatch({ type: 'go', place: target })}
      />
    </li>
  );
}

type LocalSectionProps = Omit<SidebarProps, 'accounts' | 'onCompose'>;

function LocalSection({ place, dispatch, onDraft, onFailure }: LocalSectionProps) {
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
