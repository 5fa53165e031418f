/**
 * Above the list: its name, how many there are, and how they are shown. Its buttons are not drawn
 * anew because another message is opened.
 */
import { Menu, RotateCw } from 'lucide-react';
import { memo } from 'react';
import { useKeyHints } from '../../commands/commands.tsx';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import { ListMenu, type ListMenuProps } from './ListMenu.tsx';
import styles from './MessageList.module.css';

interface ListBarProps extends ListMenuProps {
  readonly title: string;
  /** How many, in words. */
  readonly counts: string;
  readonly searching: boolean;
  readonly onRefresh: () => void;
}

export const ListBar = memo(function ListBar(props: ListBarProps) {
  const { title, counts, searching, onRefresh, ...shown } = props;
  const { t } = useWords();
  const hints = useKeyHints();
  return (
    <header className={cx(styles.bar)}>
      <IconButton
        label={t('list.showMailboxes')}
        className={cx(styles.menu)}
        onPress={() => shown.dispatch({ type: 'pane', pane: 'sidebar' })}
      >
        <Menu size={17} aria-hidden />
      </IconButton>
      <div className={cx(styles.titles)}>
        <h1 className={cx(styles.title)}>{title}</h1>
        <p className={cx(styles.counts)} role={searching ? 'status' : undefined}>
          {counts}
        </p>
      </div>
      <IconButton label={t('list.refresh')} shortcut={hints.text('refresh')} onPress={onRefresh}>
        <RotateCw size={16} aria-hidden />
      </IconButton>
      {!searching && <ListMenu {...shown} />}
    </header>
  );
});
