/** Picks the language and loads its catalogue. English is always in the bundle. */
import en from '../../assets/locales/en.json' with { type: 'json' };
import type { Catalog } from './translate.ts';

export const languages = ['en', 'de', 'fr', 'es', 'ja', 'ar'] as const;
export type Language = (typeof languages)[number];

/** Each in its own words. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  ja: '日本語',
  ar: 'العربية',
};

/** Which way the window is written and laid out in a language. */
export function directionOf(language: Language): 'ltr' | 'rtl' {
  return language === 'ar' ? 'rtl' : 'ltr';
}

/** Each a file of its own in the build, so that a window loads the one that it needs. */
const load: Readonly<
  Record<Exclude<Language, 'en'>, () => Promise<{ readonly default: Catalog }>>
> = {
  de: () => import('../../assets/locales/de.json', { with: { type: 'json' } }),
  fr: () => import('../../assets/locales/fr.json', { with: { type: 'json' } }),
  es: () => import('../../assets/locales/es.json', { with: { type: 'json' } }),
  ja: () => import('../../assets/locales/ja.json', { with: { type: 'json' } }),
  ar: () => import('../../assets/locales/ar.json', { with: { type: 'json' } }),
};

/**
 * What the window is written in: the person's choice, with the system's own form of that language
 * for dates and numbers where it has one, else the system's languages.
 */
export function localeFor(
  chosen: string,
  system: readonly string[],
): { language: Language; locale: string } {
  if (!languages.some((known) => known === chosen)) return pickLocale(system);
  const own = system.filter((tag) => tag.toLowerCase().split('-')[0] === chosen);
  return pickLocale([...own, chosen]);
}

/**
 * @param wanted BCP 47 tags, best first
 * @returns the language of the words, and the tag by which dates and numbers are written
 */
export function pickLocale(wanted: readonly string[]): { language: Language; locale: string } {
  for (const tag of wanted) {
    const language = languages.find((known) => known === tag.toLowerCase().split('-')[0]);
    if (language !== undefined) return { language, locale: tag };
  }
  return { language: 'en', locale: 'en' };
}

export async function loadCatalog(language: Language): Promise<Catalog> {
  return language === 'en' ? en : (await load[language]()).default;
}
