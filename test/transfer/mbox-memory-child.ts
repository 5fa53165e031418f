/** Reads an mbox and tells how many messages it had and how far memory rose meanwhile. */
import { readMbox } from '../../app/transfer/read-mbox.ts';

const [path = ''] = process.argv.slice(2);
const before = process.memoryUsage().rss;
const found = { messages: 0, refusals: 0, sizeBytes: 0, riseBytes: 0 };
for await (const item of readMbox(path)) {
  if (item.kind === 'refusal') found.refusals += 1;
  else {
    found.messages += 1;
    found.sizeBytes += item.raw.length;
  }
  const items = found.messages + found.refusals;
  if (items % 100 === 0) {
    found.riseBytes = Math.max(found.riseBytes, process.memoryUsage().rss - before);
  }
}
console.log(JSON.stringify(found));
