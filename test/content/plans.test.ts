/**
 * Opening a profile and searching it walk indexes: no statement that is prepared on the way reads
 * all of a table that grows with the mail.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { MailSearch } from '../../app/content/search.ts';
import { letter, openLab } from './support.ts';

/** A walk over one of these reads a row for each mailbox, or what is left to be done. */
const smallTables = ['mailbox', 'mail.mailbox', 'state', 'content_gone'];

function planOf(db: DatabaseSync, sql: string): string[] {
  return db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => String(detail));
}

const tableOf = (detail: string): string | undefined => /^(?:SCAN|SEARCH) (\S+)/.exec(detail)?.[1];

/**
 * `SCAN` of a table is a walk over all of it; of FTS5 and of a subquery it is not. Nor is it of a
 * statement without a table, which has one row.
 */
function isScan(detail: string): boolean {
  if (!detail.startsWith('SCAN ') || / VIRTUAL TABLE | CONSTANT ROW/.test(detail)) return false;
  return tableOf(detail) !== 'one';
}

test('no statement of opening, reading or searching is a scan or a sort', async (context) => {
  const first = openLab();
  const keys = first.add([letter('One', 'pelican harbour'), letter('Two', 'pelican')]);
  await first.content.keep(keys);
  await first.close();

  const prepared = new Set<string>();
  const { prepare } = DatabaseSync.prototype;
  context.mock.method(
    DatabaseSync.prototype,
    'prepare',
    function (this: DatabaseSync, sql: string) {
      prepared.add(sql);
      return Reflect.apply(prepare, this, [sql]);
    },
  );
  const lab = openLab(first.dir);
  context.after(() => lab.end());
  const search = new MailSearch({
    content: () => lab.content.reader,
    reader: lab.store.reader,
    accounts: () => [],
  });
  const queries = [
    ...['pelican', 'pelican ', 'p', 'pelican h', 'from:ada ', 'zzz ', '"pelican harbour" -two '],
    ...['is:unread pelican', 'is:starred', 'has:attachment pelican ', 'in:inbox -two', '-two '],
    ...[
      'before:2027',
      'larger:1 is:read pelican ',
      'after:2020 is:answered',
      'is:unread -pelican ',
    ],
  ];
  for (const query of queries) await search.query({ query, limit: 1 });
  const [key] = keys;
  assert.ok(key && lab.content.source(key) && lab.store.reader.messageByKey(key));
  context.mock.restoreAll();

  const db = new DatabaseSync(join(lab.dir, 'content.db'), { readOnly: true });
  context.after(() => db.close());
  db.prepare('ATTACH ? AS mail').run(join(lab.dir, 'mail.db'));
  const selects = [...prepared].filter((sql) => /^\s*SELECT\b/.test(sql));
  for (const table of ['search', 'doc', 'text', 'source', 'mail.message']) {
    const reads = new RegExp(`\\b(?:FROM|JOIN) ${table} `);
    assert.ok(
      selects.some((sql) => reads.test(sql)),
      `a statement reads ${table}`,
    );
  }
  for (const sql of selects) {
    const plan = planOf(db, sql);
    const tables = plan.map(tableOf).filter((name) => name !== undefined);
    if (tables.every((name) => smallTables.includes(name))) continue;
    assert.deepEqual(plan.filter(isScan), [], sql);
    assert.ok(!plan.some((detail) => detail.includes('TEMP B-TREE')), sql);
  }
  assert.ok(
    planOf(db, 'SELECT * FROM mail.message WHERE subject = 1').some(isScan),
    'the check sees one',
  );
});
