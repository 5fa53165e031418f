/** Some messages, chosen at random, must open as themselves and be found by their words; deleted ones not. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rng } from '../../fuzz/support/rng.ts';
import type { EngineProcess } from './engine-process.ts';
import { bodyOf, type Ledger, markerOf, subjectOf } from './ledger.ts';
import type { LocalView } from './mail-views.ts';

const sampled = 5;
const unsearched: ReadonlySet<string> = new Set(['junk', 'trash']);
/** The index follows the messages in the background. */
const indexedWithinMs = 30_000;

/** @returns broken promises; all else must have come to rest */
export async function judgeContents(
  engine: EngineProcess,
  ledger: Ledger,
  local: LocalView,
  rng: Rng,
): Promise<string[]> {
  // A search leaves Junk and Trash out.
  const searched = [...local.mail.values()].filter(({ role }) => !unsearched.has(role));
  const letters = searched.flatMap(({ rows }) =>
    [...rows.values()].flatMap(({ marker = '' }) => (ledger.letters.has(marker) ? [marker] : [])),
  );
  const gone = [...ledger.gone];
  const lines: string[] = [];
  for (let count = 0; count < sampled && letters.length > 0; count += 1) {
    const marker = rng.pick(letters);
    lines.push(...(await judgeOpening(engine, local, marker)));
    lines.push(...(await judgeSearch(engine, marker, 1)));
    if (gone.length > 0) lines.push(...(await judgeSearch(engine, rng.pick(gone), 0)));
  }
  return lines;
}

async function judgeOpening(
  engine: EngineProcess,
  { mail, mailboxes }: LocalView,
  marker: string,
): Promise<string[]> {
  for (const { path, uidValidity, rows } of mail.values()) {
    const uid = [...rows].find(([, row]) => row.marker === marker)?.[0];
    const mailbox = mailboxes.find((each) => each.path === path);
    if (uid === undefined || mailbox === undefined) continue;
    const { accountId, mailboxId } = mailbox;
    const answer = await engine.call('message.open', {
      ref: { accountId, mailboxId, uidValidity, uid },
    });
    if (answer.kind !== 'done') {
      const why = answer.kind === 'refused' ? answer.code : 'the engine ended';
      return [`LOST text of ${marker}: ${why}`];
    }
    const { subject, text = '' } = answer.output;
    const right = subject === subjectOf(marker) && text.includes(bodyOf(marker));
    return right ? [] : [`CHANGED ${marker}: opened as "${subject}"`];
  }
  return [];
}

async function judgeSearch(
  engine: EngineProcess,
  marker: string,
  expected: number,
): Promise<string[]> {
  const until = Date.now() + indexedWithinMs;
  for (;;) {
    const answer = await engine.call('search.query', { query: marker, limit: 20 });
    if (answer.kind === 'lost') return ['the engine ended'];
    const hits = answer.kind === 'done' ? answer.output.hits : [];
    const own = hits.filter(({ row }) => markerOf(row.subject) === marker);
    if (answer.kind === 'done' && own.length === expected) return [];
    if (Date.now() > until) return [`${marker} is found ${own.length} times by its words`];
    await sleep(200);
  }
}
