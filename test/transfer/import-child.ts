/** A process that goes on with the imports of a folder, and says so at each step, until it is killed. */
import { startImports } from './import-lab.ts';

const [port = '', dir = ''] = process.argv.slice(2);
startImports(Number(port), dir, () => {
  process.stdout.write('step\n');
  return undefined;
});
setInterval(() => undefined, 1_000);
