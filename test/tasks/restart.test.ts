/**
 * What a start makes of two databases when the engine was killed between a commit to one and the
 * commit to the other: mail.db has what is shown, tasks.db what the person wants.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TaskStore } from '../../app/tasks/task-store.ts';
import { accountId, type Lab, letter, openLab, uidValidity } from './queue-lab.ts';

/** The server has heard of the first task: its step is on disk. */
function begin({ taskStore }: Lab): void {
  const task = taskStore.first(accountId);
  const step = { path: 'Trash', uidValidity, uidNext: 5 };
  taskStore.noteStep(task?.taskId ?? 0, { INBOX: step });
}

const wishes = {
  'moved away': { shown: { Trash: 1 }, wish: () => [] },
  'moved away and back': {
    shown: { INBOX: 1 },
    wish: ({ changes, ref, idOf }: Lab) => changes.move([ref], idOf('INBOX')),
  },
  'moved twice': {
    shown: { Archive: 1 },
    wish: ({ changes, ref }: Lab) => changes.archive([ref]),
  },
  'moved away and deleted for good': {
    shown: {},
    wish: ({ changes, ref }: Lab) => changes.deleteForever([ref]),
  },
} as const;

for (const [name, { shown, wish }] of Object.entries(wishes)) {
  test(`${name}: noted in tasks.db and not in mail.db, it is shown where it is meant`, async (t) => {
    const lab = await openLab(t);
    lab.changes.delete([lab.ref]);
    wish(lab);
    begin(lab);
    const place = (path: string) => ({ path, uidValidity });
    lab.taskStore.addMoved(accountId, place('INBOX'), place('Trash'), new Map([[1, 9]]));
    lab.start();
    assert.deepEqual(lab.shown(), shown);
    assert.ok(lab.store.reader.message(lab.idOf('Trash'), 9), 'its row is where the server has it');
    assert.equal(lab.store.reader.message(lab.idOf('INBOX'), 1), undefined);
    lab.start();
    assert.deepEqual(lab.shown(), shown, 'a second start changes nothing');
  });

  test(`${name}: a sync that sees the move before it is noted shows nothing twice`, async (t) => {
    const lab = await openLab(t);
    lab.changes.delete([lab.ref]);
    wish(lab);
    begin(lab);
    await lab.intake('Trash').headers([letter(9)], uidValidity);
    assert.deepEqual(lab.shown(), shown);
    await lab.intake('INBOX').remove([[1, 1]]);
    assert.deepEqual(lab.shown(), shown);
    const second = lab.start();
    assert.deepEqual(lab.shown(), shown, 'after a start in between');
    await second.intake('Trash').headers([letter(9)], uidValidity);
    await second.intake('INBOX').remove([[1, 1]]);
    assert.deepEqual(lab.shown(), shown);
  });
}

for (const [name, { shown, wish }] of Object.entries(wishes)) {
  test(`${name}: mail.db made anew, it is shown where it is meant as soon as it comes`, async (t) => {
    const lab = await openLab(t);
    lab.changes.delete([lab.ref]);
    wish(lab);
    lab.store.placement.remove(lab.idOf('INBOX'), [1]);
    assert.deepEqual(lab.shown(), {});
    await lab.intake('INBOX').headers([letter(1)], uidValidity);
    assert.deepEqual(lab.shown(), shown);
  });

  test(`${name}: shown where it is meant when a sync brings what is moved and noted`, async (t) => {
    const lab = await openLab(t);
    lab.changes.delete([lab.ref]);
    wish(lab);
    const place = (path: string) => ({ path, uidValidity });
    lab.taskStore.addMoved(accountId, place('INBOX'), place('Trash'), new Map([[1, 9]]));
    lab.store.placement.remove(lab.idOf('INBOX'), [1]);
    const { intake } = lab.start();
    await intake('Trash').headers([letter(9)], uidValidity);
    assert.deepEqual(lab.shown(), shown);
  });
}

test('a message below the uid that a move began at is none of its copies', async (t) => {
  const lab = await openLab(t);
  lab.changes.delete([lab.ref]);
  lab.changes.archive([lab.ref]);
  begin(lab);
  await lab.intake('Trash').headers([letter(4)], uidValidity);
  assert.deepEqual(lab.shown(), { Archive: 1, Trash: 1 });
});

test('what a move took is gone from there at last, also when a sync saw that first', async (t) => {
  const lab = await openLab(t);
  lab.changes.delete([lab.ref]);
  begin(lab);
  await lab.intake('INBOX').remove([[1, 1]]);
  assert.deepEqual(lab.shown(), { Trash: 1 });
  const { taskId = 0 } = lab.taskStore.first(accountId) ?? {};
  lab.taskStore.remove(taskId);
  lab.start();
  await lab.intake('INBOX').remove([[1, 1]]);
  assert.deepEqual(lab.shown(), {});
});

for (const [name, act] of Object.entries({
  flag: ({ changes, ref }: Lab) => changes.setFlags([ref], { seen: true }),
  keyword: ({ changes, ref }: Lab) => changes.setKeyword([ref], 'letterlock-blue', true),
  move: ({ changes, ref }: Lab) => changes.archive([ref]),
})) {
  test(`a ${name} that is taken back is shown as it was before it is forgotten`, async (t) => {
    const lab = await openLab(t);
    const before = lab.store.reader.message(lab.idOf('INBOX'), 1);
    const taskIds = act(lab);
    // The attempt to reach the server ends first.
    await lab.tasks.stop();
    const { takeBack } = lab.taskStore;
    const flush = t.mock.method(lab.store.writer, 'flush');
    let seen: unknown;
    // What a kill at the commit to tasks.db leaves in mail.db.
    t.mock.method(lab.taskStore, 'takeBack', (change: Parameters<typeof takeBack>[0]) => {
      seen = lab.store.reader.message(lab.idOf('INBOX'), 1);
      assert.equal(flush.mock.callCount(), 1, 'a power cut would leave it as well');
      return takeBack.call(lab.taskStore, change);
    });
    lab.tasks.undo(taskIds);
    assert.deepEqual(seen, before);
    assert.equal(lab.tasks.pending(accountId), 0);
    lab.start();
    assert.deepEqual(lab.store.reader.message(lab.idOf('INBOX'), 1), before);
  });
}

test('a move that is taken back under way is shown so once it is noted that it was done', async (t) => {
  const lab = await openLab(t);
  const taskIds = lab.changes.delete([lab.ref]);
  await lab.tasks.stop();
  begin(lab);
  lab.tasks.undo(taskIds);
  assert.deepEqual(lab.shown(), { INBOX: 1 });
  const place = (path: string) => ({ path, uidValidity });
  lab.taskStore.addMoved(accountId, place('INBOX'), place('Trash'), new Map([[1, 9]]));
  lab.start();
  assert.deepEqual(lab.shown(), { INBOX: 1 });
  assert.ok(lab.store.reader.message(lab.idOf('Trash'), 9));
});

test('a mark that is taken back under way is shown so, whatever a sync or a start brings', async (t) => {
  const lab = await openLab(t);
  const flag = lab.changes.setFlags([lab.ref], { flagged: true });
  await lab.tasks.stop();
  const { taskId = 0 } = lab.taskStore.first(accountId) ?? {};
  lab.taskStore.noteStep(taskId, 'storing');
  const label = lab.changes.setKeyword([lab.ref], 'letterlock-blue', true);
  const last = lab.taskStore.list(accountId).at(-1)?.taskId ?? 0;
  lab.taskStore.noteStep(last, 'storing');
  lab.tasks.undo([...flag, ...label]);
  const seen = () => {
    const { flagged, keywords } = lab.store.reader.message(lab.idOf('INBOX'), 1) ?? {};
    return { flagged, keywords };
  };
  const plain = seen();
  assert.equal(plain.flagged, false);
  // The server has carried both out, and says so.
  const marked = letter(1, ['\\Flagged', 'letterlock-blue']);
  await lab.intake('INBOX').flags([marked], uidValidity);
  assert.deepEqual(seen(), plain);
  lab.store.placement.remove(lab.idOf('INBOX'), [1]);
  const { intake } = lab.start();
  await intake('INBOX').headers([marked], uidValidity);
  assert.deepEqual(seen(), plain, 'also where mail.db was made anew');
  lab.store.writer.setFlags(lab.idOf('INBOX'), new Map([[1, { flagged: true }]]));
  lab.start();
  assert.deepEqual(seen(), plain, 'and where it was stored before');
});

test('what one click changes is stored together, or not at all', (t) => {
  const store = new TaskStore(':memory:');
  t.after(() => store.close());
  const good = { accountId, kind: 'note', payload: {} };
  // No JSON can hold it: the second statement fails.
  const bad = { accountId, kind: 'note', payload: 1n };
  assert.throws(() => store.add([good, bad]));
  assert.throws(() => store.takeBack({ remove: [], markUndone: [], reverse: [good, bad] }));
  const [task] = store.add([good]);
  assert.throws(() => store.remove(task?.taskId ?? 0, [bad]));
  assert.equal(store.count(accountId), 1);
});

test('a mailbox that was renamed is the one that a taken back move leads to', async (t) => {
  const lab = await openLab(t);
  lab.changes.archive([lab.ref]);
  const second = lab.changes.delete([lab.ref]);
  lab.tasks.renamesOf(accountId).follow([{ from: 'Archive', to: 'Kept' }], () => undefined);
  const [, task] = lab.taskStore.list(accountId);
  assert.deepEqual(task?.taskId, second[0]);
  assert.match(JSON.stringify(task?.payload), /"shownIn":"Kept"/);
});

test('a rename that tasks have followed and mail.db has not is made good by a start', async (t) => {
  const lab = await openLab(t);
  await lab.tasks.stop();
  const archiveId = lab.idOf('Archive');
  lab.changes.archive([lab.ref]);
  lab.changes.setFlags([lab.ref], { flagged: true });
  const kept = [{ from: 'Archive', to: 'Kept' }];
  lab.taskStore.followRename(accountId, kept);
  lab.start();
  assert.equal(lab.idOf('Kept'), archiveId);
  assert.equal(lab.store.reader.window(archiveId, 0, 5)[0]?.flagged, true);
  const [move] = lab.taskStore.list(accountId);
  assert.match(JSON.stringify(move?.payload), /"to":"Kept"/);
  assert.deepEqual(lab.taskStore.renames(accountId), { begun: [], done: [] });
  lab.store.writer.mailboxes.followRename(accountId, { from: 'Kept', to: 'Trash' });
  assert.equal(lab.idOf('Kept'), archiveId, 'never over another');
});

test('tasks follow a rename all at once, or not at all', async (t) => {
  const lab = await openLab(t);
  await lab.tasks.stop();
  lab.changes.setFlags([lab.ref], { flagged: true });
  lab.changes.archive([lab.ref]);
  const before = lab.taskStore.list(accountId);
  const torn = {
    from: 'Archive',
    get to(): string {
      throw new Error('torn');
    },
  };
  const pairs = [{ from: 'INBOX', to: 'Moved' }, torn];
  assert.throws(() => lab.taskStore.followRename(accountId, pairs));
  assert.deepEqual(lab.taskStore.list(accountId), before);
});
