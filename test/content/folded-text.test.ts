/** Texts are folded as the index of words folds them, and found and marked where they stand. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { toIndexed } from '../../app/content/fold.ts';
import { foldText } from '../../app/content/folded-text.ts';
import { markedSnippet } from '../../app/content/terms.ts';
import { TextMatcher } from '../../app/content/text-matcher.ts';

/** Letters that the index keeps with one of their two marks, or takes for two words. */
const unlike = new Set('ĿŀǠǡ');

function lettersOf(...ranges: readonly (readonly [number, number])[]): string[] {
  return ranges
    .flatMap(([from, to]) => Array.from({ length: to - from }, (_, index) => from + index))
    .map((point) => String.fromCodePoint(point))
    .filter((one) => /[\p{L}\p{N}]/u.test(one) && !unlike.has(one));
}

/** What SQLite makes of each letter. */
function indexed(letters: readonly string[]): string[] {
  const db = new DatabaseSync(':memory:');
  db.exec(`
    CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE v USING fts5vocab(t, instance);
    BEGIN`);
  const insert = db.prepare('INSERT INTO t (rowid, x) VALUES (?, ?)');
  for (const [index, one] of letters.entries()) insert.run(index, toIndexed(one));
  db.exec('COMMIT');
  const terms = letters.map(() => '');
  for (const { doc, term } of db.prepare('SELECT doc, term FROM v').all()) {
    terms[Number(doc)] += String(term);
  }
  db.close();
  return terms;
}

function marked(text: string, ...asked: string[]): string | undefined {
  const matcher = new TextMatcher(asked.map((one) => ({ text: one, prefix: false })));
  return markedSnippet(foldText(text), matcher)
    ?.map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
    .join('');
}

describe('foldText', () => {
  it('folds letters as the index does', () => {
    const letters = lettersOf(
      [0xc0, 0x2b0],
      [0x370, 0x378],
      [0x380, 0x528],
      [0x531, 0x700],
      [0x1e00, 0x2000],
      [0xff21, 0xff5b],
    );
    assert.ok(letters.length > 1_500);
    assert.deepEqual(
      letters.map((one) => foldText(one).folded.trim()),
      indexed(letters),
    );
  });

  it('keeps the place of every unit, also where letters become more or fewer', () => {
    const { text, folded, places } = foldText('a\u0301b \ufb01n 𝐇i 😀e\u0302\u0323x');
    assert.equal(folded, 'ab fin hi  ex');
    const units = Array.from(folded, (_, index) => text[places?.[index] ?? -1]);
    assert.equal(units.slice(0, 6).join(''), 'áb \ufb01\ufb01n');
    assert.equal(places?.length, folded.length);
  });
});

describe('markedSnippet', () => {
  it('marks words with all their marks, whatever form they have', () => {
    assert.equal(marked('Die Größe zählt.', 'grosse'), undefined);
    assert.equal(marked('Die Große zählt.', 'große', 'ZAHLT'), 'Die [Große] [zählt].');
    assert.equal(marked('the e\u0301cole, now', 'ecole'), 'the [école], now');
    assert.equal(marked('a q\u0323\u0307x b', 'qx'), 'a [q\u0323\u0307x] b');
    assert.equal(marked('the \ufb01n and ﬁne', 'fin'), 'the [\ufb01n] and ﬁne');
    assert.equal(marked('𝐇𝐞𝐥𝐥𝐨 you', 'hello'), '[𝐇𝐞𝐥𝐥𝐨] you');
    assert.equal(marked('明日の会議は東京で', '会議', '東京'), '明日の[会議]は[東京]で');
    assert.equal(marked('ｶﾞｽの', 'ガス'), '[ガス]の');
  });

  it('knows words from parts of words, and phrases across signs', () => {
    assert.equal(marked('harbours harbour', 'harbour'), 'harbours [harbour]');
    assert.equal(marked('12-B and 12B', '12-b'), '[12-B] and 12B');
    assert.equal(marked('to: ada@meet.test now', 'ada@meet.test'), 'to: [ada@meet.test] now');
    assert.equal(marked('one two', 'two one'), undefined);
    assert.equal(marked('', 'one'), undefined);
  });

  it('shows a line around the first hit', () => {
    const text = `${'far '.repeat(100)}harbour${' away'.repeat(100)}`;
    const line = marked(text, 'harbour') ?? '';
    assert.match(line, /^… (far )+\[harbour\]( away)+/);
    assert.ok(line.length < 200);
  });

  it('marks nothing in the head of a text that goes on in its line', () => {
    const matcher = new TextMatcher([{ text: 'harbour', prefix: false }]);
    const head = (length: number) =>
      markedSnippet({ ...foldText(`The harbour ${'x '.repeat(length)}`), isCut: true }, matcher);
    assert.equal(head(100), undefined);
    const whole = markedSnippet(foldText(`The harbour ${'x '.repeat(400)}`), matcher);
    assert.ok(whole);
    assert.deepEqual(head(400), whole);
  });
});
