/** The window: welcome without an account, the desk with one. */
import { useEffect } from 'react';
import { Button } from '../components/Button.tsx';
import { cx } from '../components/cx.ts';
import { useBackend, useQuery } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { applyDensity, applyTheme } from '../theme/theme.ts';
import styles from './App.module.css';
import { Desk } from './Desk.tsx';
import { Failure } from './Failure.tsx';

export function App() {
  const { t } = useWords();
  const { cache } = useBackend();
  const settings = useQuery('settings.get', {});
  const accounts = useQuery('account.list', {});
  const theme = settings.data?.theme ?? 'system';
  const density = settings.data?.density ?? 'comfortable';
  useEffect(() => applyTheme(theme, document.documentElement), [theme]);
  useEffect(() => applyDensity(density, document.documentElement), [density]);

  if (accounts.data === undefined) {
    if (accounts.error === undefined) return null;
    return (
      <main className={cx(styles.failure)}>
        <Failure
          error={accounts.error}
          actions={
            <Button onPress={() => cache.invalidate('account.list')}>{t('action.tryAgain')}</Button>
          }
        />
      </main>
    );
  }
  // What the person chose decides how the desk stands from its first frame.
  if (settings.data === undefined && settings.error === undefined) return null;
  return <Desk accounts={accounts.data} settings={settings.data} />;
}
