/** Typed words: `t(key, values)` over one ICU catalogue. Keys come from assets/locales/en.json. */
import { IntlMessageFormat } from 'intl-messageformat';
import type { WireError } from '../../app/contract/index.ts';
import type en from '../../assets/locales/en.json';

export type MessageKey = keyof typeof en;
export type Catalog = Readonly<Record<MessageKey, { readonly message: string }>>;
export type Values = Readonly<Record<string, string | number | boolean | Date>>;
export type Translate = (key: MessageKey, values?: Values) => string;

/**
 * A message whose values are missing comes out as written, never as an exception: a screen with
 * one odd line is better than no screen.
 */
export function createTranslate(catalog: Catalog, locale: string): Translate {
  const formats = new Map<MessageKey, IntlMessageFormat>();
  return (key, values) => {
    const { message } = catalog[key];
    // Most messages hold no braces and no apostrophe rules: nothing to format.
    if (!message.includes('{') && !message.includes("'")) return message;
    try {
      let format = formats.get(key);
      if (format === undefined) {
        format = new IntlMessageFormat(message, locale);
        formats.set(key, format);
      }
      return String(format.format({ ...values }));
    } catch {
      return message;
    }
  };
}

/** An error in the three parts that a person needs. */
export interface ErrorText {
  readonly what: string;
  readonly means: string;
  readonly todo: string;
  /** The server's own words, when it said any: plain text, shown as a quotation. */
  readonly serverText: string | undefined;
}

/** A sentence may begin with the stand-in for a name; a server's own name stays as it is. */
function capitalise(sentence: string): string {
  return sentence.charAt(0).toLocaleUpperCase() + sentence.slice(1);
}

/**
 * What a message may speak of and most errors do not have: who stands in between, whether the
 * account is only being set up, so that it has no settings yet, and whether some recipients have it.
 */
const usual = { interceptor: 'none', interceptorPlace: 'computer', setUp: 'no', partly: 'no' };

export function errorText(t: Translate, error: WireError): ErrorText {
  const values = { host: t('error.anyHost'), ...usual, ...error.params };
  const what = t(`error.${error.code}.what`, values);
  const said = error.params.text;
  return {
    what: error.params.host === undefined ? capitalise(what) : what,
    means: t(`error.${error.code}.means`, values),
    todo: t(`error.${error.code}.todo`, values),
    serverText: typeof said === 'string' && said !== '' ? said.slice(0, 500) : undefined,
  };
}
