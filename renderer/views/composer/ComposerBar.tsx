/** A letter's title bar: folds, enlarges and closes it. */
import { Maximize2, Minimize2, Minus, X } from 'lucide-react';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './Composer.module.css';
import type { DockMode } from './dock-state.ts';

interface ComposerBarProps {
  readonly title: string;
  readonly mode: DockMode;
  readonly onMode: (mode: DockMode) => void;
  readonly onClose: () => void;
  readonly isDisabled: boolean;
}

export function ComposerBar({ title, mode, onMode, onClose, isDisabled }: ComposerBarProps) {
  const { t } = useWords();
  const fold = () => onMode(mode === 'folded' ? 'open' : 'folded');
  return (
    <header className={cx(styles.bar)}>
      <h2 className={cx(styles.title)}>
        <button
          type="button"
          className={cx(styles.fold)}
          dir="auto"
          aria-expanded={mode !== 'folded'}
          onClick={fold}
        >
          {title}
        </button>
      </h2>
      <IconButton
        label={mode === 'folded' ? t('composer.unfold') : t('composer.fold')}
        className={cx(styles.small)}
        onPress={fold}
      >
        <Minus size={16} aria-hidden />
      </IconButton>
      <IconButton
        label={mode === 'full' ? t('composer.shrink') : t('composer.enlarge')}
        className={cx(styles.small, styles.enlarge)}
        onPress={() => onMode(mode === 'full' ? 'open' : 'full')}
      >
        {mode === 'full' ? (
          <Minimize2 size={14} aria-hidden />
        ) : (
          <Maximize2 size={14} aria-hidden />
        )}
      </IconButton>
      <IconButton
        label={t('composer.close')}
        className={cx(styles.small)}
        onPress={onClose}
        isDisabled={isDisabled}
      >
        <X size={17} aria-hidden />
      </IconButton>
    </header>
  );
}
