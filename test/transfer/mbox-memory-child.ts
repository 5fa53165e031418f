/** Reads an mbox and tells how many messages it had and how far memory rose meanwhile. */
import { readMbox } from '../../app/transfer/read-mbox.ts';

const [path = ''] = process.argv.slice(2);
const before = process.memoryUsage().rss;
const found = { messages: 0, refusals: 0 };
for await (const item of readMbox(path)) {
  if (item.kind === 'refusal') found.refusals += 1;
  else found.messages += 1;
}
// The peak, in KiB.
const riseBytes = process.resourceUsage().maxRSS * 1_024 - before;
console.log(JSON.stringify({ ...found, riseBytes }));
