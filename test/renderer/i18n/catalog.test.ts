import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IntlMessageFormat } from 'intl-messageformat';
import { errorCodeList } from '../../../app/contract/index.ts';
import en from '../../../assets/locales/en.json' with { type: 'json' };
import {
  type Language,
  languageNames,
  languages,
  loadCatalog,
} from '../../../renderer/i18n/locale.ts';
import { type Catalog, createTranslate, errorText } from '../../../renderer/i18n/translate.ts';

type Entries = Record<string, { message: string; description?: string }>;
type Nodes = ReturnType<IntlMessageFormat['getAst']>;

async function loadAll(): Promise<(readonly [Language, Catalog & Entries])[]> {
  return await Promise.all(languages.map(async (id) => [id, await loadCatalog(id)] as const));
}
const catalogs = await loadAll();

/** Words that promise safety, as whole words; where words bend, with their endings. */
const promises: Readonly<Record<Language, RegExp>> = {
  en: whole('secure|safe|private'),
  de: whole('sicher|privat'),
  fr: whole('sécurisée?s?|en (?:toute )?sécurité|sûre?s?|privée?s?|à l’abri'),
  es: whole('segur[oa]s?|privad[oa]s?|a salvo'),
  // Japanese has no blanks between words.
  ja: /安全|安心|セキュア|プライベート|秘密/,
  // With what Arabic writes together with a word before it.
  ar: whole('[وفبكل]?(?:ال|ل)?(?:آمن(?:ة|ًا|ون)?|أمان|مؤمَّ?نة?|خاصّ?ة?|سرّ?ية?)'),
};

/** Where an interceptor stands, as each language says it. */
const places: Readonly<Record<Language, readonly [here: string, there: string]>> = {
  en: ['on this computer', 'in this network'],
  de: ['auf diesem Computer', 'in diesem Netz'],
  fr: ['sur cet ordinateur', 'sur ce réseau'],
  es: ['en este equipo', 'en esta red'],
  ja: ['このコンピュータ', 'このネットワーク'],
  ar: ['على هذا الكمبيوتر', 'في هذه الشبكة'],
};

function whole(words: string): RegExp {
  return new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, 'iu');
}

function variablesOf(nodes: Nodes): Set<string> {
  const names = new Set<string>();
  for (const node of nodes) {
    if ('value' in node && node.type !== 0 && typeof node.value === 'string') names.add(node.value);
    if ('options' in node) {
      for (const option of Object.values(node.options)) {
        for (const name of variablesOf(option.value)) names.add(name);
      }
    }
  }
  return names;
}

test('every catalogue has exactly the keys of English', () => {
  for (const [language, entries] of catalogs) {
    assert.deepEqual(Object.keys(entries).sort(), Object.keys(en).sort(), language);
  }
});

test('every message of every catalogue is valid ICU with the same values as in English', () => {
  for (const [language, entries] of catalogs) {
    for (const [key, { message }] of Object.entries(entries)) {
      const own = variablesOf(new IntlMessageFormat(message, language).getAst());
      const english = (en as Entries)[key];
      assert.ok(english, key);
      const wanted = variablesOf(new IntlMessageFormat(english.message, 'en').getAst());
      assert.deepEqual([...own].sort(), [...wanted].sort(), `${language} ${key}`);
    }
  }
});

/** The forms that a plural of the message lacks in its language; `=1` stands for the form of 1. */
function missingForms(nodes: Nodes, language: Language): string[] {
  const missing: string[] = [];
  for (const node of nodes) {
    if (!('options' in node)) continue;
    const options = Object.keys(node.options);
    if ('pluralType' in node && options.includes('one')) {
      const rules = new Intl.PluralRules(language, { type: node.pluralType ?? 'cardinal' });
      for (let value = 0; value <= 200; value += 1) {
        const form = rules.select(value - node.offset);
        const said = options.includes(form) || options.includes(`=${value}`);
        if (!said) missing.push(`${form} (${value})`);
      }
    }
    for (const option of Object.values(node.options)) {
      missing.push(...missingForms(option.value, language));
    }
  }
  return missing;
}

test('every plural has the forms that numbers up to 200 take in its language', () => {
  for (const [language, entries] of catalogs) {
    for (const [key, { message }] of Object.entries(entries)) {
      const nodes = new IntlMessageFormat(message, language).getAst();
      assert.deepEqual(missingForms(nodes, language), [], `${language} ${key}`);
    }
  }
});

test('French and Spanish are set as their readers are used to', async () => {
  for (const [key, { message }] of Object.entries(await loadCatalog('fr'))) {
    // A narrow blank that never breaks stands before these signs and within quotation marks.
    assert.doesNotMatch(message, /[ \u00a0][;:?»%]|«[ \u00a0]|[\p{L}\p{N}][?»]|[“”"']/u, key);
  }
  for (const [key, { message }] of Object.entries(await loadCatalog('es'))) {
    assert.equal(message.split('¿').length, message.split('?').length, key);
    assert.doesNotMatch(message, /["']/, key);
  }
});

test('Japanese has one form for every number and marks of full width', async () => {
  for (const [key, { message }] of Object.entries(await loadCatalog('ja'))) {
    assert.doesNotMatch(message, /\b(?:zero|one|two|few|many) \{/, key);
    assert.doesNotMatch(
      message,
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}][,.?:;()]/u,
      key,
    );
  }
});

/** The forms of Arabic; a form that is not there would borrow another's grammar. */
const arabicForms = ['zero', 'one', 'two', 'few', 'many', 'other'];

function pluralForms(nodes: Nodes): string[][] {
  return nodes.flatMap((node) => {
    if (!('options' in node)) return [];
    const within = Object.values(node.options).flatMap((option) => pluralForms(option.value));
    return 'pluralType' in node ? [Object.keys(node.options), ...within] : within;
  });
}

test('Arabic has all six forms of every plural and its own marks', async () => {
  for (const [key, { message }] of Object.entries(await loadCatalog('ar'))) {
    for (const forms of pluralForms(new IntlMessageFormat(message, 'ar').getAst())) {
      assert.deepEqual(
        forms.filter((form) => !form.startsWith('=')).sort(),
        [...arabicForms].sort(),
        key,
      );
    }
    assert.doesNotMatch(message, /\p{Script=Arabic}[,?;]|["“”]/u, key);
  }
});

test('Arabic keeps apart what may be written in another direction', async () => {
  const ar = await loadCatalog('ar');
  for (const [key, { message }] of Object.entries(ar)) {
    assert.doesNotMatch(
      message,
      /(?<!\u2068)\{(?:host|address|name|path|sender|file|folder)\}/,
      key,
    );
    assert.equal(message.split('\u2068').length, message.split('\u2069').length, key);
  }
  const t = createTranslate(ar, 'ar');
  assert.equal(t('reader.savedAs', { path: '/home/a.pdf' }), 'حُفظ باسم \u2068/home/a.pdf\u2069');
});

test('every language has a name in its own words', () => {
  const names = languages.map((id) => languageNames[id]);
  assert.equal(new Set(names).size, languages.length);
});

test('every English message tells its translator what it is', () => {
  for (const [key, entry] of Object.entries(en as Entries)) assert.ok(entry.description, key);
});

test('every error code has its three parts in every catalogue', () => {
  for (const [, entries] of catalogs) {
    for (const code of errorCodeList) {
      for (const part of ['what', 'means', 'todo']) {
        assert.ok(entries[`error.${code}.${part}`]?.message, `error.${code}.${part}`);
      }
    }
  }
});

test('no message promises safety in bare words', () => {
  for (const [language, entries] of catalogs) {
    for (const [key, { message }] of Object.entries(entries)) {
      assert.doesNotMatch(message, promises[language], `${language} ${key}`);
      assert.doesNotMatch(message, /[!¡！]/, `${language} ${key}`);
    }
  }
});

test('an error without a host still makes sentences', () => {
  const text = errorText(createTranslate(en, 'en'), {
    code: 'leg.unreachable',
    params: {},
    retry: 'later',
    logId: '',
  });
  assert.equal(text.what, 'Your mail server cannot be reached.');
});

test('an error names the interceptor and where it stands, and nobody when there is none', () => {
  for (const [language, catalog] of catalogs) {
    const [here, there] = places[language];
    for (const code of ['leg.below-floor', 'leg.tls-untrusted'] as const) {
      const t = createTranslate(catalog, language);
      const said = (params: Record<string, string>) => {
        const all = { host: 'mail.example.org', ...params };
        const { what, todo } = errorText(t, { code, params: all, retry: 'no', logId: '' });
        return `${what} ${todo}`;
      };
      const shield = said({ interceptor: 'Avast Mail Shield', interceptorPlace: 'computer' });
      assert.match(shield, /Avast Mail Shield/);
      assert.ok(shield.includes(here), shield);
      assert.ok(said({ interceptor: 'Zscaler', interceptorPlace: 'network' }).includes(there));
      assert.doesNotMatch(said({}), /none|\{|Avast/);
    }
  }
});

test("the server's own words are kept apart and cut", () => {
  const text = errorText(createTranslate(en, 'en'), {
    code: 'submission.refused',
    params: { text: 'x'.repeat(900), host: 'mx.example' },
    retry: 'no',
    logId: '',
  });
  assert.equal(text.serverText?.length, 500);
  assert.doesNotMatch(text.what, /xxx/);
});

test('plurals follow the language', async () => {
  const t = createTranslate(await loadCatalog('de'), 'de');
  assert.equal(t('sidebar.unread', { count: 1 }), '1 ungelesene Nachricht');
  assert.equal(t('sidebar.unread', { count: 1_204 }), '1.204 ungelesene Nachrichten');
  const fr = createTranslate(await loadCatalog('fr'), 'fr');
  assert.equal(fr('sidebar.unread', { count: 0 }), '0 message non lu');
  assert.equal(fr('sidebar.unread', { count: 2 }), '2 messages non lus');
  assert.match(fr('list.counts', { total: 1_000_000 }), /^1\s000\s000 de messages$/);
  const es = createTranslate(await loadCatalog('es'), 'es-419');
  assert.equal(es('sidebar.unread', { count: 0 }), '0 mensajes sin leer');
  assert.equal(es('sidebar.unread', { count: 1 }), '1 mensaje sin leer');
});

test('a message whose values are missing comes out as written', () => {
  const t = createTranslate(en, 'en');
  assert.equal(t('lock.label.confirmed'), en['lock.label.confirmed'].message);
});
