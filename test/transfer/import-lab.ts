/** Mail sync of the lab's account with imports over a transfer.db in a folder. */
import { join } from 'node:path';
import { silentLogger } from '../../app/log.ts';
import { TransferJobs } from '../../app/transfer/transfer-jobs.ts';
import { TransferStore } from '../../app/transfer/transfer-store.ts';
import { accountId, startMail } from '../imap/engine-lab.ts';

export function startImports(imapPort: number, dir: string, onChanged = () => undefined) {
  const app = startMail({ imapPort });
  const store = new TransferStore(join(dir, 'transfer.db'));
  const jobs = new TransferJobs({
    store,
    appender: app.mail.uploads,
    logger: silentLogger,
    onChanged,
  });
  app.start();
  jobs.wake(accountId);
  return {
    app,
    jobs,
    async stop() {
      await Promise.all([jobs.stop(), app.stop()]);
      store.close();
    },
  };
}
