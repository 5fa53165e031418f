/** Words around a quotation in the window's language; the engine fills in who and when. */
import type { QuoteWords } from '../../app/contract/index.ts';
import type { Translate } from '../i18n/translate.ts';

export function quoteWords(t: Translate, locale: string): QuoteWords {
  return {
    locale,
    attribution: t('quote.attribution', { date: '{date}', author: '{author}' }),
    forwarded: t('quote.forwarded'),
    from: t('quote.from'),
    date: t('quote.date'),
    subject: t('quote.subject'),
    to: t('quote.to'),
    cc: t('quote.cc'),
  };
}
