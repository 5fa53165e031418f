/** Hands words, dates and numbers of the chosen language to every screen. */
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { createDateWords, type DateWords, formatSize } from './dates.ts';
import { type Catalog, createTranslate, type Translate } from './translate.ts';

export interface Words {
  readonly locale: string;
  readonly t: Translate;
  readonly dates: DateWords;
  number(value: number): string;
  size(sizeBytes: number): string;
}

const WordsContext = createContext<Words | undefined>(undefined);

export function createWords(catalog: Catalog, locale: string): Words {
  const numbers = new Intl.NumberFormat(locale);
  return {
    locale,
    t: createTranslate(catalog, locale),
    dates: createDateWords(locale),
    number: (value) => numbers.format(value),
    size: (sizeBytes) => formatSize(locale, sizeBytes),
  };
}

export function WordsProvider(props: {
  readonly catalog: Catalog;
  readonly locale: string;
  readonly children: ReactNode;
}) {
  const { catalog, locale } = props;
  const words = useMemo(() => createWords(catalog, locale), [catalog, locale]);
  return <WordsContext value={words}>{props.children}</WordsContext>;
}

export function useWords(): Words {
  const words = useContext(WordsContext);
  if (words === undefined) throw new Error('no WordsProvider above');
  return words;
}
