/** A key's fingerprint as eight words that can be read out over the telephone. */
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './AddAccount.module.css';

interface KeyWordsProps {
  readonly words: string;
  /** Two columns instead of four, for two keys side by side. */
  readonly narrow?: boolean;
}

export function KeyWords({ words, narrow = false }: KeyWordsProps) {
  const { t } = useWords();
  return (
    <ol
      className={cx(styles.words, narrow && styles.narrow)}
      aria-label={t('lock.fact.words')}
      dir="ltr"
      lang="en"
    >
      {words.split(' ').map((word, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a word may come twice; they never move
        <li key={index}>{word}</li>
      ))}
    </ol>
  );
}
