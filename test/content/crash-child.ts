/** Keeps messages until it is killed: `node crash-child.ts <folder> <first uid>`. */
import { letter, openLab } from './support.ts';

const [dir, first] = process.argv.slice(2);
const lab = openLab(dir);
let from = Number(first);
process.stdout.write('ready\n');
for (;;) {
  const raws = Array.from({ length: 20 }, (_, index) =>
    letter(`message ${from + index}`, `pelican ${from + index} `.repeat(30)),
  );
  await lab.content.keep(lab.add(raws, { from }));
  if (from % 100 === 1) lab.store.writer.removeMessages(lab.mailbox('INBOX'), [from, from + 1]);
  from += 20;
  process.stdout.write(`${from}\n`);
}
