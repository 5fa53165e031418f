/**
 * The thread that writes content.db. It reads mail.db and empties its write-ahead log. Started by
 * ContentStore; ends when it is told to stop.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openContentDatabase } from './content-db.ts';
import { ContentWriter } from './content-writer.ts';
import { openMailCheckpoints } from './mail-checkpoints.ts';
import { WorkLoop } from './work-loop.ts';
import { contentWorkerData, type FromContentWorker, toContentWorker } from './worker-messages.ts';

const port = parentPort;
if (port === null) throw new Error('The content writer runs as a worker.');

const { contentPath, mailPath } = contentWorkerData.parse(workerData);
const { db } = openContentDatabase(contentPath);
db.exec('PRAGMA cache_size = -8000');
const writer = new ContentWriter(db);
writer.attachMail(mailPath);
writer.setState('clean', '0');

const mail = openMailCheckpoints(mailPath);

const loop = new WorkLoop({
  writer,
  checkpointMail: () => mail.checkpoint(),
  send: (message: FromContentWorker) =>
    port.postMessage(message, message.kind === 'kept' ? [message.block.buffer] : []),
  ended: () => {
    mail.close();
    db.close();
    port.close();
  },
});
port.on('message', (value: unknown) => loop.take(toContentWorker.parse(value)));
