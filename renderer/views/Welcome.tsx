/** The first screen there is: what this is, what the lock means in two lines, one thing to do. */
import { ChevronRight } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Button } from '../components/Button.tsx';
import { cx } from '../components/cx.ts';
import { LockGlyph } from '../components/LockGlyph.tsx';
import { useQuery } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import type { FoundAccount } from './account/add-account-state.ts';
import styles from './Welcome.module.css';

interface WelcomeProps {
  /** With what another program knows, and whether it has mail of its own to bring over. */
  readonly onAdd: (from?: { readonly found: FoundAccount; readonly thenImport: boolean }) => void;
}

/** More would push the screen's one thing to do out of sight. */
const mostFound = 4;

export function Welcome({ onAdd }: WelcomeProps) {
  const { t } = useWords();
  const profiles = useQuery('thunderbird.find', {}).data?.profiles ?? [];
  const found = profiles
    .flatMap(({ accounts, localFolders }) =>
      accounts.map((account) => ({ found: account, thenImport: localFolders.length > 0 })),
    )
    .slice(0, mostFound);
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
        <Button kind="primary" className={cx(styles.add)} onPress={() => onAdd()}>
          {t('welcome.add')}
        </Button>
        {found.length > 0 && (
          <section className={cx(styles.found)} aria-label={t('welcome.thunderbird')}>
            <h2 className={cx(styles.foundTitle)}>{t('welcome.thunderbird')}</h2>
            <ul>
              {found.map((one) => {
                const address = one.found.identities[0]?.address ?? one.found.imap.userName;
                return (
                  <li key={`${address} ${one.found.imap.host}`}>
                    <AriaButton className={cx(styles.foundAccount)} onPress={() => onAdd(one)}>
                      <span className={cx(styles.foundWords)}>
                        <span>{address}</span>
                        <span className={cx(styles.foundHost)}>{one.found.imap.host}</span>
                      </span>
                      <ChevronRight size={16} aria-hidden className={cx(styles.chevron)} />
                    </AriaButton>
                  </li>
                );
              })}
            </ul>
          </section>
        )}
        <p className={cx(styles.lock)}>
          <LockGlyph state="confirmed" size={18} />
          <span>{t('welcome.lock')}</span>
        </p>
        <p className={cx(styles.small)}>{t('welcome.small')}</p>
      </div>
    </main>
  );
}
