import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitPanes, layoutOf, leastWidths, usualWidths } from '../../../renderer/views/layout.ts';

test('a window has three panes, two, or one, by its width', () => {
  assert.deepEqual([1_440, 900, 899, 600, 599, 320].map(layoutOf), [
    'wide',
    'wide',
    'middle',
    'middle',
    'narrow',
    'narrow',
  ]);
});

test('what the person drew is kept where there is room for it', () => {
  const { sidebar, list } = fitPanes({ sidebar: 300, list: 500 }, 1_440);
  assert.deepEqual({ sidebar, list }, { sidebar: 300, list: 500 });
});

test('a reader of 340 px is left in every window of three panes, whatever was drawn', () => {
  for (let width = 900; width <= 2_000; width += 7) {
    for (const wish of [usualWidths, { sidebar: 480, list: 960 }, { sidebar: 160, list: 240 }]) {
      const fitted = fitPanes(wish, width);
      assert.ok(width - fitted.sidebar - fitted.list >= 340, `${width}`);
      assert.ok(fitted.sidebar >= leastWidths.sidebar && fitted.sidebar <= fitted.sidebarMax);
      assert.ok(fitted.list >= leastWidths.list && fitted.list <= fitted.listMax);
    }
  }
});

test('without the sidebar beside it, the list has its room', () => {
  assert.equal(fitPanes({ sidebar: 360, list: 480 }, 860).list, 480);
});
