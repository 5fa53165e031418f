/** A worker that dies of the first frame it gets. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', () => {
  throw new Error('died on purpose');
});
