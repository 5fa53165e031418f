/** Gives what is below it the words of the language that the person chose, and of another at once. */
import { type ReactNode, useEffect, useState } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { useQuery } from '../host/hooks.tsx';
import { WordsProvider } from '../i18n/I18n.tsx';
import { directionOf, loadCatalog, localeFor } from '../i18n/locale.ts';
import type { Catalog } from '../i18n/translate.ts';

interface LanguageRootProps {
  /** BCP 47 tags of the system, best first. */
  readonly system: readonly string[];
  readonly children: ReactNode;
}

export function LanguageRoot({ system, children }: LanguageRootProps) {
  const settings = useQuery('settings.get', {});
  const [loaded, setLoaded] = useState<{ readonly catalog: Catalog; readonly locale: string }>();
  const known = settings.data !== undefined || settings.error !== undefined;
  const { language, locale } = localeFor(settings.data?.language ?? 'system', system);

  useEffect(() => {
    if (!known) return;
    let wanted = true;
    void loadCatalog(language).then((catalog) => {
      if (!wanted) return;
      document.documentElement.lang = locale;
      document.documentElement.dir = directionOf(language);
      setLoaded({ catalog, locale });
    });
    return () => {
      wanted = false;
    };
  }, [known, language, locale]);

  // Words of a language that is not the person's would flash by.
  if (loaded === undefined) return null;
  return (
    <WordsProvider catalog={loaded.catalog} locale={loaded.locale}>
      <I18nProvider locale={loaded.locale}>{children}</I18nProvider>
    </WordsProvider>
  );
}
