/** A key's fingerprint as eight words that can be read out over the telephone. */
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './AddAccount.module.css';

export function KeyWords({ words }: { readonly words: string }) {
  const { t } = useWords();
  return (
    <ol className={cx(styles.words)} aria-label={t('lock.fact.words')} dir="ltr" lang="en">
      {words.split(' ').map((word, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a word may come twice; they never move
        <li key={index}>{word}</li>
      ))}
    </ol>
  );
}
