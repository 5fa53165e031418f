/**
 * Attaches, queues, submits and copies to Sent a message with a large attachment, and prints how far
 * the memory of this process rose above what it was after a small one (bytes).
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectImap } from '../../app/imap/connect.ts';
import { appendFile } from '../../app/imap/file-literal.ts';
import { content, createBench } from './outbox-bench.ts';

const [dir = '', smtpPort = '', imapPort = '', userName = '', megabytes = ''] =
  process.argv.slice(2);
const chunk = Buffer.alloc(256 * 1_024, 'attachment ').toString('base64');

const stream = connect({ host: '127.0.0.1', port: Number(imapPort) });
await once(stream, 'connect');
const { client, close } = await connectImap(
  { stream, protection: { level: 'encrypted', openedAt: new Date() } },
  { host: 'mail.example.test', userName, password: 'right' },
  { idle: false },
);
const bench = createBench({ port: Number(smtpPort) }, { dir, patienceMs: 240_000 });
bench.copy = {
  ...bench.copy,
  append: (_accountId, path) => appendFile(client, 'INBOX', path, ['\\Seen']),
};

let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
  // With --expose-gc: what is measured is what is held, not what waits to be collected.
  globalThis.gc?.();
}, 50);
const peakSince = (): number => {
  const seen = Math.max(peak, process.memoryUsage().rss);
  peak = 0;
  return seen;
};

async function send(
  chunks: number,
): Promise<{ attaching: number; building: number; submitting: number; copying: number }> {
  const { draftId } = bench.drafts.create(content());
  const sizeBytes = chunks * 256 * 1_024;
  const { attachmentId } = bench.drafts.beginAttachment({
    draftId,
    fileName: 'large.bin',
    mimeType: 'application/octet-stream',
    sizeBytes,
  });
  peakSince();
  for (let index = 0; index < chunks; index += 1) {
    bench.drafts.appendAttachment(attachmentId, chunk);
    // As frames of a window come: one at a time.
    await sleep(0);
  }
  bench.drafts.finishAttachment(attachmentId);
  const attaching = peakSince();
  const { outboxId } = await bench.outbox.submit(draftId);
  const building = peakSince();
  await bench.until('sent', outboxId);
  const submitting = peakSince();
  await bench.untilItem(outboxId, (item) => item.copyPending === undefined);
  return { attaching, building, submitting, copying: peakSince() };
}

await send(4);
const before = process.memoryUsage().rss;
const peaks = await send(Math.round(Number(megabytes) * 4));
clearInterval(watch);
const growth = Object.fromEntries(
  Object.entries(peaks).map(([name, bytes]) => [name, bytes - before]),
);
process.stdout.write(`${JSON.stringify({ before, ...growth })}\n`);
await bench.close();
close();
