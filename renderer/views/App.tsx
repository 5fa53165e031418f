/** The window: welcome without an account, the desk with one. */
import { useEffect } from 'react';
import { CommandsProvider } from '../commands/commands.tsx';
import { Button } from '../components/Button.tsx';
import { cx } from '../components/cx.ts';
import { useBackend, useQuery } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { applyDensity, applyTextSize, applyTheme } from '../theme/theme.ts';
import { SayProvider } from './Announcer.tsx';
import styles from './App.module.css';
import { Desk } from './Desk.tsx';
import { Failure } from './Failure.tsx';
import { FramesProvider } from './reader/frames.tsx';

export function App() {
  const { t } = useWords();
  const { cache } = useBackend();
  const settings = useQuery('settings.get', {});
  const accounts = useQuery('account.list', {});
  const theme = settings.data?.theme ?? 'system';
  const density = settings.data?.density ?? 'comfortable';
  const contrast = settings.data?.contrast ?? 'system';
  const textSize = settings.data?.textSize ?? 'normal';
  useEffect(() => applyTheme(theme, document.documentElement, contrast), [theme, contrast]);
  useEffect(() => applyTextSize(textSize, document.documentElement), [textSize]);
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
  return (
    <SayProvider>
      <CommandsProvider>
        <FramesProvider>
          <Desk accounts={accounts.data} settings={settings.data} />
        </FramesProvider>
      </CommandsProvider>
    </SayProvider>
  );
}
