import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DragIcon, dragOut } from '../../../main/electron/drag-out.ts';

const icon = (name: string, empty = false) => ({ name, isEmpty: () => empty });

function open(found: Promise<DragIcon>) {
  const started: object[] = [];
  const options = {
    iconOf: (path: string) => (path === '/files/a.pdf' ? found : Promise.reject(new Error(path))),
    plainIcon: icon('plain'),
    start: (item: object) => void started.push(item),
  };
  return { started, options };
}

test('drags the file with the picture that the system has for it', async () => {
  const pdf = icon('pdf');
  const { started, options } = open(Promise.resolve(pdf));
  await dragOut(options, '/files/a.pdf');
  assert.deepEqual(started, [{ file: '/files/a.pdf', icon: pdf }]);
});

test('never drags without a picture: macOS would refuse', async () => {
  for (const found of [Promise.resolve(icon('none', true)), Promise.reject(new Error('no icon'))]) {
    const { started, options } = open(found);
    await dragOut(options, '/files/a.pdf');
    assert.deepEqual(started, [{ file: '/files/a.pdf', icon: options.plainIcon }]);
  }
});
