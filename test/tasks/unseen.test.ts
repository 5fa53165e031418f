/**
 * A message that a move took where no sync has seen it yet: it has no row. What the person wants of
 * it, by the name that the window still knows, is kept, shown as soon as it comes, and done.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { accountId, type Lab, letter, openLab, uidValidity } from './queue-lab.ts';

const place = (path: string) => ({ path, uidValidity });

/** The letter went from INBOX to Trash, where it has uid 9: so the server said, and nothing else has. */
async function openUnseen(t: TestContext): Promise<Lab> {
  const lab = await openLab(t);
  await lab.tasks.stop();
  const { mailboxId, uid } = lab.ref;
  const row = lab.store.reader.message(mailboxId, uid);
  if (row === undefined) throw new Error('no letter');
  lab.taskStore.addMoved(
    accountId,
    place('INBOX'),
    place('Trash'),
    new Map([[uid, 9]]),
    new Map([[uid, row]]),
  );
  lab.store.placement.remove(mailboxId, [uid]);
  assert.deepEqual(lab.shown(), {});
  return lab;
}

function flagsOf({ store, idOf }: Lab) {
  const row = store.reader.message(idOf('Trash'), 9);
  return { flagged: row?.flagged, keywords: row?.keywords };
}
const plain = { flagged: false, keywords: [] };

const wishes = {
  mark: {
    act: ({ changes, ref }: Lab) => changes.setFlags([ref], { flagged: true }),
    shown: { Trash: 1 },
    flags: { ...plain, flagged: true },
  },
  label: {
    act: ({ changes, ref }: Lab) => changes.setKeyword([ref], 'letterlock-blue', true),
    shown: { Trash: 1 },
    flags: { ...plain, keywords: ['letterlock-blue'] },
  },
  archive: {
    act: ({ changes, ref }: Lab) => changes.archive([ref]),
    shown: { Archive: 1 },
    flags: plain,
  },
  'move back': {
    act: ({ changes, ref, idOf }: Lab) => changes.move([ref], idOf('INBOX')),
    shown: { INBOX: 1 },
    flags: plain,
  },
  'deletion for good': {
    act: ({ changes, ref }: Lab) => changes.deleteForever([ref]),
    shown: {},
    flags: plain,
  },
} as const;

for (const [name, { act, shown, flags }] of Object.entries(wishes)) {
  test(`${name}: kept before the sync, and shown with the row that the sync brings`, async (t) => {
    const lab = await openUnseen(t);
    assert.equal(act(lab).length, 1);
    assert.equal(lab.tasks.pending(accountId), 1);
    await lab.intake('Trash').headers([letter(9)], uidValidity);
    assert.deepEqual(lab.shown(), shown);
    assert.deepEqual(flagsOf(lab), flags);
  });

  test(`${name}: outlives a kill before the sync, and one after it`, async (t) => {
    const lab = await openUnseen(t);
    act(lab);
    const second = lab.start();
    await second.intake('Trash').headers([letter(9)], uidValidity);
    assert.deepEqual(lab.shown(), shown);
    // As a kill between the row and what is to be shown of it leaves mail.db.
    const bare = { seen: false, flagged: false, answered: false, deleted: false, keywords: [] };
    lab.store.writer.setFlags(lab.idOf('Trash'), new Map([[9, bare]]));
    lab.store.placement.showBack(lab.idOf('Trash'), [9]);
    lab.start();
    assert.deepEqual(lab.shown(), shown);
    assert.deepEqual(flagsOf(lab), flags);
  });

  test(`${name}: taken back before the sync, nothing of it is shown or left`, async (t) => {
    const lab = await openUnseen(t);
    const taskIds = act(lab);
    lab.tasks.undo(taskIds);
    assert.equal(lab.tasks.pending(accountId), 0);
    await lab.intake('Trash').headers([letter(9)], uidValidity);
    assert.deepEqual(lab.shown(), { Trash: 1 });
    assert.deepEqual(flagsOf(lab), plain);
  });
}

test('marked, moved, and the move taken back: the mark stays, and no other place', async (t) => {
  const lab = await openUnseen(t);
  wishes.mark.act(lab);
  lab.tasks.undo(wishes.archive.act(lab));
  await lab.intake('Trash').headers([letter(9)], uidValidity);
  assert.deepEqual(lab.shown(), { Trash: 1 });
  assert.deepEqual(flagsOf(lab), wishes.mark.flags);
});

test('a move is for where the changes that wait will have put the message', async (t) => {
  const lab = await openUnseen(t);
  assert.deepEqual(lab.changes.delete([lab.ref]), [], 'it lies there');
  wishes.archive.act(lab);
  assert.deepEqual(wishes.archive.act(lab), [], 'it is on its way there');
  assert.equal(lab.changes.delete([lab.ref]).length, 1, 'and this is back');
  const back = lab.taskStore.list(accountId).at(-1)?.payload;
  const messageId = '<go@example.test>';
  const receivedAt = Date.parse('2026-11-01T10:00:00Z');
  assert.deepEqual(back, {
    ...place('Trash'),
    uids: [9],
    to: 'Trash',
    shownIn: 'Archive',
    messages: [{ messageId, receivedAt, sizeBytes: 10 }],
  });
});

test('a row that a late answer left at the old place is not what a change is about', async (t) => {
  const lab = await openUnseen(t);
  await lab.intake('INBOX').headers([letter(1)], uidValidity);
  assert.equal(lab.changes.move([lab.ref], lab.idOf('INBOX')).length, 1);
  lab.changes.setFlags([lab.ref], { flagged: true });
  assert.deepEqual(
    lab.taskStore.list(accountId).map(({ payload }) => payload),
    [
      {
        ...place('Trash'),
        uids: [9],
        to: 'INBOX',
        messages: [
          {
            messageId: '<go@example.test>',
            receivedAt: Date.parse('2026-11-01T10:00:00Z'),
            sizeBytes: 10,
          },
        ],
      },
      { ...place('Trash'), uids: [9], flagged: true, changed: [9] },
    ],
  );
});

test('what neither the store nor a move knows is changed by nothing', async (t) => {
  const lab = await openUnseen(t);
  const other = { ...lab.ref, uid: 2 };
  assert.deepEqual(lab.changes.setFlags([other, { ...other, uidValidity: 6 }], { seen: true }), []);
  assert.deepEqual(lab.changes.archive([{ ...lab.ref, accountId: 'b' }]), []);
});
