import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDateWords, formatSize } from '../../../renderer/i18n/dates.ts';
import { localeFor, pickLocale } from '../../../renderer/i18n/locale.ts';

const now = new Date(2026, 10, 23, 15, 0);
const words = createDateWords('en-GB', () => now);
const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

test('a row of today shows its time', () => {
  assert.equal(words.row(at(2026, 10, 23, 9, 5)), '09:05');
});

test('a row of one minute before midnight yesterday shows the weekday', () => {
  assert.equal(words.row(at(2026, 10, 22, 23, 59)), 'Sun');
});

test('a row of six days ago shows the weekday, of seven days ago the date', () => {
  assert.equal(words.row(at(2026, 10, 17, 12, 0)), 'Tue');
  assert.equal(words.row(at(2026, 10, 16, 12, 0)), '16 Nov');
});

test('a row of another year shows the year', () => {
  assert.equal(words.row(at(2025, 11, 31, 12, 0)), '31/12/25');
});

test('a row from the future shows its date, never a weekday', () => {
  assert.equal(words.row(at(2026, 10, 25, 12, 0)), '25 Nov');
});

test('a time to come says its weekday and its day, and its hours as rows do', () => {
  const iso = at(2026, 10, 27, 8, 0);
  assert.equal(words.soon(iso), 'Friday 27 November at 08:00');
  assert.match(createDateWords('en-US').soon(iso), /^Friday, November 27 at 8:00\sAM$/);
  assert.equal(createDateWords('de').soon(iso), 'Freitag, 27. November um 08:00');
});

test('sizes are decimal and short', () => {
  assert.equal(formatSize('en', 0), '0 bytes');
  assert.equal(formatSize('en', 999), '999 bytes');
  assert.equal(formatSize('en', 1_500), '1.5 kB');
  assert.equal(formatSize('en', 482_113), '482 kB');
  assert.equal(formatSize('de', 2_914_220), '2,9 MB');
});

test('a size just under a unit is not written as 1,000', () => {
  assert.equal(formatSize('en', 999_900), '1 MB');
});

test('the first language that exists wins and its region is kept for dates', () => {
  assert.deepEqual(pickLocale(['tlh', 'de-CH', 'en']), { language: 'de', locale: 'de-CH' });
  assert.deepEqual(pickLocale(['tlh']), { language: 'en', locale: 'en' });
});

test('a form of a language that has no catalogue of its own takes the language’s', () => {
  assert.deepEqual(pickLocale(['fr-CA']), { language: 'fr', locale: 'fr-CA' });
  assert.deepEqual(pickLocale(['es-419', 'en-US']), { language: 'es', locale: 'es-419' });
  assert.deepEqual(localeFor('es', ['en-GB', 'es-MX']), { language: 'es', locale: 'es-MX' });
  // Three letters are another language, not the beginning of one.
  assert.deepEqual(pickLocale(['est']), { language: 'en', locale: 'en' });
});

test('the chosen language is written in the system’s own form of it', () => {
  assert.deepEqual(localeFor('system', ['tlh', 'de-CH']), { language: 'de', locale: 'de-CH' });
  assert.deepEqual(localeFor('de', ['en-GB', 'de-AT']), { language: 'de', locale: 'de-AT' });
  assert.deepEqual(localeFor('de', ['en-GB']), { language: 'de', locale: 'de' });
  assert.deepEqual(localeFor('tlh', ['en-GB']), { language: 'en', locale: 'en-GB' });
});
