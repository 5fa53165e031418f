import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IntlMessageFormat } from 'intl-messageformat';
import { errorCodeList } from '../../../app/contract/index.ts';
import de from '../../../assets/locales/de.json' with { type: 'json' };
import en from '../../../assets/locales/en.json' with { type: 'json' };
import { createTranslate, errorText } from '../../../renderer/i18n/translate.ts';

type Entries = Record<string, { message: string; description?: string }>;
const catalogs: Record<string, Entries> = { en, de };

function variablesOf(nodes: ReturnType<IntlMessageFormat['getAst']>): Set<string> {
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
  assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort());
});

test('every message of every catalogue is valid ICU with the same values as in English', () => {
  for (const [language, entries] of Object.entries(catalogs)) {
    for (const [key, { message }] of Object.entries(entries)) {
      const own = variablesOf(new IntlMessageFormat(message, language).getAst());
      const english = (en as Entries)[key];
      assert.ok(english, key);
      const wanted = variablesOf(new IntlMessageFormat(english.message, 'en').getAst());
      assert.deepEqual([...own].sort(), [...wanted].sort(), `${language} ${key}`);
    }
  }
});

test('every English message tells its translator what it is', () => {
  for (const [key, entry] of Object.entries(en as Entries)) assert.ok(entry.description, key);
});

test('every error code has its three parts in every catalogue', () => {
  for (const entries of Object.values(catalogs)) {
    for (const code of errorCodeList) {
      for (const part of ['what', 'means', 'todo']) {
        assert.ok(entries[`error.${code}.${part}`]?.message, `error.${code}.${part}`);
      }
    }
  }
});

test('no message promises safety in bare words', () => {
  for (const entries of Object.values(catalogs)) {
    for (const [key, { message }] of Object.entries(entries)) {
      assert.doesNotMatch(message, /\b(?:secure|safe|private|sicher|privat)\b/i, key);
      assert.doesNotMatch(message, /!/, key);
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
  for (const [catalog, here, there] of [
    [en, 'on this computer', 'in this network'],
    [de, 'auf diesem Computer', 'in diesem Netz'],
  ] as const) {
    for (const code of ['leg.below-floor', 'leg.tls-untrusted'] as const) {
      const t = createTranslate(catalog, 'en');
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

test('plurals follow the language', () => {
  const t = createTranslate(de, 'de');
  assert.equal(t('sidebar.unread', { count: 1 }), '1 ungelesene Nachricht');
  assert.equal(t('sidebar.unread', { count: 1_204 }), '1.204 ungelesene Nachrichten');
});

test('a message whose values are missing comes out as written', () => {
  const t = createTranslate(en, 'en');
  assert.equal(t('lock.label.confirmed'), en['lock.label.confirmed'].message);
});
