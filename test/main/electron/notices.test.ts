import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { callFrame } from '../../../app/contract/frames.ts';
import { methods } from '../../../app/contract/index.ts';
import { Notices, tellClicked } from '../../../main/electron/notices.ts';

class StandIn extends EventEmitter {
  shown = 0;
  readonly options: object;

  constructor(options: object) {
    super();
    this.options = options;
  }

  show(): void {
    this.shown += 1;
  }

  close(): void {
    this.emit('close');
  }
}

test('shows each with its words, and a click names the one that was clicked', () => {
  const made: StandIn[] = [];
  const clicked: string[] = [];
  const notices = new Notices({
    create: (options) => {
      const one = new StandIn(options);
      made.push(one);
      return one;
    },
    onClick: (notificationId) => clicked.push(notificationId),
  });
  const note = { title: 'Anna Holm', body: 'The grey heron', silent: true };
  assert.equal(notices.show({ notificationId: 'n1', ...note }), true);
  notices.show({ notificationId: 'n2', ...note, title: 'Ole Berg' });
  assert.deepEqual(
    made.map(({ options, shown }) => ({ ...options, shown })),
    [
      { ...note, shown: 1 },
      { ...note, title: 'Ole Berg', shown: 1 },
    ],
  );
  made[1]?.emit('click');
  made[0]?.close();
  assert.deepEqual(clicked, ['n2']);
});

test('a click reaches the engine as a call of the contract', () => {
  const frames: string[] = [];
  tellClicked({ postFrame: (json) => frames.push(json) }, 'n7');
  const { method, input } = callFrame.parse(JSON.parse(frames[0] ?? ''));
  assert.equal(method, 'notification.clicked');
  assert.deepEqual(methods['notification.clicked'].input.parse(input), { notificationId: 'n7' });
});
