import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MailboxDto } from '../../../app/contract/index.ts';
import { matchMailboxes, titleOfParent } from '../../../renderer/views/move-choice.ts';

const choice = (title: string, path = title) => {
  const mailbox: MailboxDto = {
    mailboxId: 1,
    accountId: 'a1',
    name: title,
    path,
    depth: 0,
    role: 'none',
    selectable: true,
    total: 0,
    unseen: 0,
  };
  return { mailbox, title };
};
const choices = [
  choice('Archive'),
  choice('Küche', 'Haus/Küche'),
  choice('Haus'),
  choice('Zuhause'),
];
const titles = (text: string) => matchMailboxes(choices, text).map(({ title }) => title);

test('nothing typed leaves all in their order', () => {
  assert.deepEqual(titles('  '), ['Archive', 'Küche', 'Haus', 'Zuhause']);
});

test('marks and capitals do not matter', () => {
  assert.deepEqual(titles('KUCHE'), ['Küche']);
});

test('each word counts, in the title or in the path', () => {
  assert.deepEqual(titles('kü haus'), ['Küche']);
});

test('what begins with the text comes first', () => {
  assert.deepEqual(titles('haus'), ['Haus', 'Küche', 'Zuhause']);
});

test('a mailbox within another one names it, whatever parts their paths', () => {
  const outer = [choice('Haus'), choice('Hau'), choice('Haushalt')];
  const within = (path: string) => ({ ...choice('Küche', path).mailbox, depth: 1 });
  assert.equal(titleOfParent(within('Haus/K&APw-che'), outer), 'Haus');
  assert.equal(titleOfParent(within('Haushalt.Küche'), outer), 'Haushalt');
  assert.equal(titleOfParent(within('Garten/Küche'), outer), undefined);
  assert.equal(titleOfParent(choice('Haus').mailbox, outer), undefined);
});
