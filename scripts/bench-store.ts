/**
 * `node scripts/bench-store.ts`: what it takes to store 100,000 headers in batches of 200, newest
 * first as a sync does, with threads, conversations and counts; and to read lists at the far end.
 * A third answer earlier messages. Then the first page by sender, subject and size, read anew and once
 * more after a message came. JSON on standard output; numbers to compare with, not a test.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ViewDto } from '../app/contract/index.ts';
import { openMailStore } from '../app/store/mail-store.ts';
import type { MessageHeader } from '../app/store/mail-types.ts';

const count = Number(process.argv[2] ?? 100_000);
const batch = 200;

/** As random as a real one, and the same in each run. */
function messageId(index: number): string {
  const hash = createHash('sha256').update(String(index)).digest('hex');
  return `<${hash.slice(0, 24)}@mail${index % 50}.example.test>`;
}

function header(uid: number): MessageHeader {
  const root = uid - (uid % 10);
  const answers = uid % 3 === 0 && root !== uid && root > 0;
  const receivedAt = 1_500_000_000_000 + uid * 900_000;
  const thread = { inReplyTo: messageId(root), references: [messageId(root)] };
  return {
    uid,
    receivedAt,
    sentAt: receivedAt - 5_000,
    from: { name: `Person ${uid % 997}`, address: `p${uid % 997}@example.test` },
    to: [{ name: 'Mia', address: 'mia@example.test' }],
    subject: `${answers ? 'Re: ' : ''}About matter number ${root}`,
    messageId: messageId(uid),
    ...(answers ? thread : {}),
    keywords: [],
    seen: uid % 4 !== 0,
    flagged: uid % 50 === 0,
    answered: false,
    hasAttachment: uid % 7 === 0,
    sizeBytes: 5_000 + (uid % 3_000),
  };
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function percentile(sorted: readonly number[], part: number): number {
  return Number(
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(2),
  );
}

const dir = mkdtempSync(join(tmpdir(), 'letterlock-bench-store-'));
try {
  const path = join(dir, 'mail.db');
  const store = openMailStore(path);
  store.writer.mailboxes.replace('a', [
    { path: 'INBOX', name: 'INBOX', depth: 0, role: 'inbox', selectable: true },
  ]);
  const mailboxId = store.reader.mailboxByRole('a', 'inbox')?.mailboxId ?? 0;
  store.writer.mailboxes.reset(mailboxId, 7);
  const headers = Array.from({ length: count }, (_, index) => header(count - index));
  const cpu = process.cpuUsage();
  const calls: number[] = [];
  const totalMs = timed(() => {
    for (let at = 0; at < count; at += batch) {
      calls.push(
        timed(() => store.writer.upsertMessages(mailboxId, headers.slice(at, at + batch))),
      );
    }
  });
  const { user, system } = process.cpuUsage(cpu);
  calls.sort((a, b) => a - b);
  const views: ViewDto[] = [
    { kind: 'mailbox', mailboxId },
    { kind: 'unified', role: 'inbox' },
    { kind: 'unread' },
  ];
  const far = Math.floor(count * 0.9);
  const reads = views.map((view) => ({
    view: view.kind,
    listMs: percentile([timed(() => store.views.list(view, undefined, far, 50))], 0),
    conversationsMs: percentile([timed(() => store.views.conversations(view, far, 50))], 0),
  }));
  const view: ViewDto = { kind: 'mailbox', mailboxId };
  const page = (order: 'sender' | 'subject' | 'size', offset = 0) => {
    const started = process.cpuUsage();
    const wallMs = timed(() => store.views.list(view, undefined, offset, 100, { order }));
    const used = process.cpuUsage(started);
    return { wallMs: Number(wallMs.toFixed(1)), cpuMs: (used.user + used.system) / 1_000 };
  };
  // Twice: the first in a process also loads the rules of the language.
  const sorts = [1, 2].flatMap((round) =>
    (['sender', 'subject', 'size'] as const).map((order) => {
      const first = page(order);
      const middle = page(order, Math.floor(count / 2));
      store.writer.upsertMessages(mailboxId, [header(count + round * 10 + order.length)]);
      return { order, round, first, middle, afterOneCame: page(order) };
    }),
  );
  store.close();
  const result = {
    rows: count,
    rowsPerSecond: Math.round(count / (totalMs / 1_000)),
    cpuMicrosecondsPerRow: Number(((user + system) / count).toFixed(1)),
    callMs: {
      p50: percentile(calls, 0.5),
      p99: percentile(calls, 0.99),
      most: percentile(calls, 1),
    },
    octetsPerRow: Math.round(statSync(path).size / count),
    offset: far,
    reads,
    sorts,
  };
  console.log(JSON.stringify(result, null, 2));
} finally {
  rmSync(dir, { recursive: true });
}
