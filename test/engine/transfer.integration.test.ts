/** Imports as a window asks for them, through the whole engine, over a sealed leg to a real server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransferDto } from '../../app/contract/index.ts';
import { World } from '../hostile/support/world.ts';
import { until } from '../imap/engine-lab.ts';
import { folder, put } from '../transfer/folder.ts';

const postmark = 'From ada@example.org Sun Jan  3 04:05:06 2021';

test('mail from Thunderbird comes into the account, is told of, and goes with it', async (t) => {
  const world = await World.start();
  t.after(() => world.stop());
  await world.addAccount();
  const { handlers } = world.engine;
  const { accountId } = world;
  const dir = folder(t);
  const before = process.env.HOME;
  process.env.HOME = dir;
  t.after(() => {
    if (before === undefined) delete process.env.HOME;
    else process.env.HOME = before;
  });
  const root = '.thunderbird';
  put(dir, `${root}/profiles.ini`, '[Profile0]\nName=default\nIsRelative=1\nPath=mine');
  put(
    dir,
    `${root}/mine/prefs.js`,
    [
      'user_pref("mail.accountmanager.accounts", "account1");',
      'user_pref("mail.account.account1.server", "server1");',
      'user_pref("mail.server.server1.type", "none");',
      'user_pref("mail.server.server1.directory-rel", "[ProfD]Mail/Local Folders");',
    ].join('\n'),
  );
  put(
    dir,
    `${root}/mine/Mail/Local Folders/Old`,
    `${postmark}\nStatus: R\nSubject: kept for years\n\nx\n\n`,
  );
  const { profiles } = await handlers['thunderbird.find']({});
  const sourceId = profiles[0]?.localFolders[0]?.sourceId ?? '';
  await handlers['transfer.import']({ accountId, sourceId, target: ['Thunderbird'] });
  const list = async (): Promise<TransferDto[]> => handlers['transfer.list']({});
  await until(async () => (await list())[0]?.state === 'finished', 'the end of the import');
  const transfers = await list();
  assert.deepEqual([transfers[0]?.done, transfers[0]?.failed], [1, 0]);
  assert.ok(world.told.some((line) => line.startsWith('transfer.changed')));
  const mailboxes = await handlers['mailbox.list']({ accountId });
  const mailbox = mailboxes.find((each) => each.path === 'Thunderbird/Old');
  assert.ok(mailbox);
  const { rows } = await handlers['message.list']({
    mailboxId: mailbox.mailboxId,
    offset: 0,
    limit: 10,
  });
  assert.deepEqual(
    rows.map(({ subject, seen, receivedAt }) => ({ subject, seen, receivedAt })),
    [{ subject: 'kept for years', seen: true, receivedAt: '2021-01-03T04:05:06.000Z' }],
  );
  await handlers['account.remove']({ accountId });
  assert.deepEqual(await list(), []);
});
