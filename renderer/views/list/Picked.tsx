/** Several rows are picked: how many, and what can be done with all of them. */
import { Archive, FolderInput, Mail, MailOpen, Star, StarOff, Trash2, X } from 'lucide-react';
import type { Dispatch, ReactNode } from 'react';
import { useCommands, useKeyHints } from '../../commands/commands.tsx';
import type { CommandId } from '../../commands/registry.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { KeyCaps } from '../../components/KeyCaps.tsx';
import { Toolbar, ToolbarGap } from '../../components/Toolbar.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { plainName } from '../../mail/addresses.ts';
import type { DeskAction, Picked } from '../desk-state.ts';
import { useMessageActions } from '../message-actions.ts';
import { type Moves, ofOneAccount } from '../moves.ts';
import { type ListRow, unseenOf } from './list-row.ts';
import styles from './Picked.module.css';
import { pickAtMost } from './selection-range.ts';

interface PickedProps {
  readonly picked: Picked;
  readonly dispatch: Dispatch<DeskAction>;
  readonly moves: Moves;
  readonly archives: boolean;
}

interface BulkAction {
  readonly id: string;
  readonly label: string;
  readonly command: CommandId;
  readonly icon: ReactNode;
  readonly disabled?: boolean;
  readonly run: () => void;
}

function useBulkActions({ picked, moves, archives }: PickedProps): BulkAction[][] {
  const { t } = useWords();
  const actions = useMessageActions();
  const rows = [...picked.values()];
  const unread = rows.some((row) => unseenOf(row) > 0);
  const unflagged = rows.some((row) => !row.flagged);
  const archive: BulkAction = {
    id: 'archive',
    label: t('reader.archive'),
    command: 'archive',
    icon: <Archive size={16} aria-hidden />,
    run: () => moves.archive(rows),
  };
  return [
    [
      ...(archives ? [archive] : []),
      {
        id: 'delete',
        label: t('reader.delete'),
        command: 'delete',
        icon: <Trash2 size={16} aria-hidden />,
        run: () => moves.remove(rows),
      },
      {
        id: 'move',
        label: t('list.moveTo'),
        command: 'move',
        icon: <FolderInput size={16} aria-hidden />,
        disabled: !ofOneAccount(rows),
        run: () => moves.chooseMailbox(rows),
      },
    ],
    [
      {
        id: 'read',
        label: t(unread ? 'reader.markRead' : 'reader.markUnread'),
        command: unread ? 'markRead' : 'markUnread',
        icon: unread ? <MailOpen size={16} aria-hidden /> : <Mail size={16} aria-hidden />,
        run: () => actions.setSeen(rows, unread),
      },
      {
        id: 'flag',
        label: t(unflagged ? 'reader.flag' : 'reader.unflag'),
        command: 'star',
        icon: unflagged ? <Star size={16} aria-hidden /> : <StarOff size={16} aria-hidden />,
        run: () => actions.setFlagged(rows, unflagged),
      },
    ],
  ];
}

/** In the place of the list's own bar. */
export function PickedBar(props: PickedProps) {
  const { t } = useWords();
  const [moving = [], marking = []] = useBulkActions(props);
  const hints = useKeyHints();
  const unpick = () => props.dispatch({ type: 'unpick' });
  useCommands({ back: unpick });
  const button = ({ id, label, command, icon, disabled = false, run }: BulkAction) => (
    <IconButton
      key={id}
      label={label}
      shortcut={hints.text(command)}
      isDisabled={disabled}
      onPress={run}
    >
      {icon}
    </IconButton>
  );
  return (
    <header className={cx(styles.bar)}>
      <IconButton label={t('list.unpick')} shortcut={hints.text('back')} onPress={unpick}>
        <X size={17} aria-hidden />
      </IconButton>
      <p className={cx(styles.count)} role="status">
        {t('list.picked', { count: props.picked.size })}
      </p>
      <Toolbar label={t('list.pickedActions')}>
        {marking.map(button)}
        <ToolbarGap />
        {moving.map(button)}
      </Toolbar>
    </header>
  );
}

/** In the place of the reader. */
export function PickedSummary(props: PickedProps) {
  const { t } = useWords();
  const hints = useKeyHints();
  const rows = [...props.picked.values()];
  const groups = useBulkActions(props);
  return (
    <section className={cx(styles.summary)} aria-label={t('list.pickedActions')}>
      <div className={cx(styles.sheets)} aria-hidden="true">
        {rows.slice(-3).map((row, index, shown) => (
          <Leaf key={row.ref.uid} row={row} depth={shown.length - 1 - index} />
        ))}
      </div>
      <p className={cx(styles.title)}>{t('list.picked', { count: rows.length })}</p>
      {rows.length >= pickAtMost && (
        <p className={cx(styles.most)}>{t('list.pickedMost', { count: pickAtMost })}</p>
      )}
      <div className={cx(styles.actions)}>
        {groups.map((group) => (
          <div key={group[0]?.id} className={cx(styles.group)}>
            {group.map(({ id, label, command, icon, disabled = false, run }) => (
              <Button key={id} className={cx(styles.action)} isDisabled={disabled} onPress={run}>
                {icon}
                <span className={cx(styles.label)}>{label}</span>
                <KeyCaps steps={hints.caps(command) ?? []} isSilent />
              </Button>
            ))}
          </div>
        ))}
      </div>
    </section>
  );
}

/** The last ones lie on the desk as sheets do. */
function Leaf({ row, depth }: { readonly row: ListRow; readonly depth: number }) {
  const { t } = useWords();
  return (
    <div
      className={cx(styles.leaf)}
      style={{ transform: `translateY(${-14 * depth}px) scale(${1 - depth * 0.05})` }}
    >
      <span className={cx(styles.from)} dir="auto">
        {row.from === undefined ? t('list.noSender') : plainName(row.from.name) || row.from.address}
      </span>
      <span className={cx(styles.subject)} dir="auto">
        {plainName(row.subject) || t('list.noSubject')}
      </span>
    </div>
  );
}
