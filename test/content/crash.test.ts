/** SIGKILL while contents are kept: both files stay sound, and agree after the next start. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../imap/engine-lab.ts';
import { newDir, openLab } from './support.ts';

const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
const rounds = 4;

/** Runs the child until it has kept some messages and a little more; returns where it was. */
async function runAndKill(dir: string, first: number, extraMs: number): Promise<number> {
  const process_ = spawn(process.execPath, [child, dir, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(process_, 'exit');
  let last = first;
  let seen = '';
  await new Promise<void>((resolve, reject) => {
    ended.then(() => reject(new Error('the child ended by itself')), reject);
    process_.stdout.on('data', (data: Buffer) => {
      seen += data.toString();
      const numbers = seen.split('\n').slice(1, -1).map(Number);
      last = numbers.at(-1) ?? first;
      if (numbers.length >= 2) resolve();
    });
  });
  // Not a proof of anything: only moves the moment of the end about.
  await new Promise((resolve) => setTimeout(resolve, extraMs));
  process_.kill('SIGKILL');
  await ended;
  return last;
}

function check(dir: string, name: string): unknown {
  const db = new DatabaseSync(join(dir, name));
  try {
    if (name === 'content.db') db.exec("INSERT INTO search(search) VALUES ('integrity-check')");
    return db.prepare('PRAGMA integrity_check').get()?.integrity_check;
  } finally {
    db.close();
  }
}

/** Rows of one file that the other does not bear out. */
function differences(dir: string): { lost: number; orphans: number; unindexed: number } {
  const db = new DatabaseSync(join(dir, 'content.db'));
  db.prepare('ATTACH ? AS mail').run(join(dir, 'mail.db'));
  const count = (sql: string) => Number(db.prepare(`SELECT count(*) AS n FROM ${sql}`).get()?.n);
  try {
    return {
      lost: count(`mail.message AS m WHERE content = 1 AND NOT EXISTS (SELECT 1 FROM doc
        JOIN source USING (rowId) JOIN text USING (rowId)
        WHERE doc.rowId = m.rowId AND doc.token = m.token AND kept = 1)`),
      orphans: count(`doc WHERE NOT EXISTS (SELECT 1 FROM mail.message AS m
        WHERE m.rowId = doc.rowId AND m.token = doc.token)`),
      unindexed: count(`mail.message AS m WHERE NOT EXISTS (SELECT 1 FROM doc
        WHERE doc.rowId = m.rowId AND doc.token = m.token)`),
    };
  } finally {
    db.close();
  }
}

test(`files are sound and agree after each of ${rounds} kills`, async (context) => {
  const dir = newDir();
  let next = 1;
  for (let round = 0; round < rounds; round += 1) {
    next = (await runAndKill(dir, next, round * 25)) + 1_000;
    assert.deepEqual([check(dir, 'mail.db'), check(dir, 'content.db')], ['ok', 'ok']);
    const lab = openLab(dir);
    await until(() => {
      const { lost, orphans, unindexed } = differences(dir);
      return lost + orphans + unindexed === 0 && lab.store.reader.contentGone(1).length === 0;
    }, 'the files to agree');
    if (round === rounds - 1) await lab.end();
    else await lab.close();
  }
  context.diagnostic(`${rounds} kills`);
});
