/** The first screen there is: what this is, what the lock means in two lines, one thing to do. */
import { Button } from '../components/Button.tsx';
import { cx } from '../components/cx.ts';
import { LockGlyph } from '../components/LockGlyph.tsx';
import { useWords } from '../i18n/I18n.tsx';
import styles from './Welcome.module.css';

export function Welcome({ onAdd }: { readonly onAdd: () => void }) {
  const { t } = useWords();
  return (
    <main className={cx(styles.welcome)}>
      <div className={cx(styles.column)}>
        <img
          className={cx(styles.icon)}
          src={new URL('../../assets/icons/letterlock.svg', import.meta.url).href}
          alt=""
        />
        <h1 className={cx(styles.title)}>{t('welcome.title')}</h1>
        <p className={cx(styles.text)}>{t('welcome.text')}</p>
        <p className={cx(styles.lock)}>
          <LockGlyph state="confirmed" size={18} />
          <span>{t('welcome.lock')}</span>
        </p>
        <Button kind="primary" className={cx(styles.add)} onPress={onAdd}>
          {t('welcome.add')}
        </Button>
        <p className={cx(styles.small)}>{t('welcome.small')}</p>
      </div>
    </main>
  );
}
