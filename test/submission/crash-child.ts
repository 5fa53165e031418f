/**
 * A process that works off the outbox of a profile against a port, until it is killed: from outside,
 * or by its own hand at a point that no server can see.
 */
import { content, createBench } from './outbox-bench.ts';

const [dir = '', port = '', submit = '', point = ''] = process.argv.slice(2);
const bench = createBench(
  { port: Number(port) },
  { dir, undoMs: point === 'scheduled' ? 10_000 : 0 },
);

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal comes at once; until then nothing may go on.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
}

const { store } = bench;
const put = store.put.bind(store);
const markDotStarted = store.markDotStarted.bind(store);
store.put = (row) => {
  if (point === 'row') die();
  if (point === 'sending' && row.state === 'sending') die();
  if (point === 'accepted' && row.state === 'sent') die();
  put(row);
};
store.markDotStarted = (outboxId) => {
  const marked = markDotStarted(outboxId);
  if (point === 'marked') die();
  return marked;
};
bench.copy = {
  ...bench.copy,
  append: () => (point === 'copying' ? die() : Promise.resolve()),
};

if (submit !== '') {
  const { draftId } = bench.drafts.create(content());
  // Larger than what sockets buffer: in the middle of the text the dot cannot have left.
  const bytes = Buffer.alloc(submit === 'large' ? 20_000_000 : 1_000, 'x');
  bench.drafts.attachBytes(draftId, { fileName: 'x', mimeType: 'a/b', bytes });
  if (submit === 'pair') {
    // Both are queued before the first one's session begins.
    const { openLeg } = bench;
    const queued = Promise.withResolvers<void>();
    bench.openLeg = () => queued.promise.then(openLeg);
    const second = bench.drafts.create(content({ subject: 'Second' }));
    await Promise.all([bench.outbox.submit(draftId), bench.outbox.submit(second.draftId)]);
    queued.resolve();
  } else {
    await bench.outbox.submit(draftId);
  }
  if (point === 'scheduled') die();
}
setInterval(() => undefined, 1_000);
