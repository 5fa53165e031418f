/** The table of cases in docs/security.md and the suite name each other. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const here = import.meta.dirname;
const document = readFileSync(join(here, '../../docs/security.md'), 'utf8');

/** `ID file`, for each test title that begins with an id. */
function inSuite(): string[] {
  return readdirSync(here)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => {
      const source = readFileSync(join(here, name), 'utf8');
      const file = name.replace('.test.ts', '');
      return [...source.matchAll(/['`]([A-Z]+-\d+)(?:'|: )/g)].map(([, id]) => `${id} ${file}`);
    });
}

function inTable(): string[] {
  return [...document.matchAll(/^\| ([A-Z]+-\d+) \|(?:[^|]+\|){3} `([a-z]+)` \|$/gm)].map(
    ([, id, file]) => `${id} ${file}`,
  );
}

test('every case of the suite is in the table, and every case of the table in the suite, once', () => {
  const suite = inSuite();
  assert.ok(suite.length > 90);
  assert.deepEqual(inTable().sort(), suite.sort());
  assert.equal(new Set(suite).size, suite.length);
});

test('every row of the table names attack, answer and source', () => {
  const rows = document.match(/^\| [A-Z]+-\d+ \|.*$/gm) ?? [];
  assert.equal(rows.length, inTable().length);
  for (const row of rows) {
    const cells = row.split('|').slice(1, -1);
    assert.equal(cells.length, 5, row);
    assert.ok(
      cells.every((cell) => cell.trim().length > 1),
      row,
    );
  }
});
