/** A process that works off the outbox of a profile against a port, until it is killed. */
import { content, createBench } from './outbox-bench.ts';

const [dir = '', port = '', submit = ''] = process.argv.slice(2);
const bench = createBench({ port: Number(port) }, { dir });
if (submit !== '') {
  const { draftId } = bench.drafts.create(content());
  // Larger than what sockets buffer: in the middle of the text the dot cannot have left.
  const bytes = Buffer.alloc(submit === 'large' ? 20_000_000 : 1_000, 'x');
  bench.drafts.attachBytes(draftId, { fileName: 'x', mimeType: 'a/b', bytes });
  await bench.outbox.submit(draftId);
}
setInterval(() => undefined, 1_000);
