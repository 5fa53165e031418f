import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  activeKeysOf,
  type Command,
  commandIds,
  commands,
  groups,
  isSingleKey,
  keysOf,
} from '../../../renderer/commands/registry.ts';
import { languages, loadCatalog } from '../../../renderer/i18n/locale.ts';

const platforms = [false, true];
const command = (id: (typeof commandIds)[number]): Command => commands[id];

test('no two commands have the same keys where both hold, and none is the beginning of another', () => {
  for (const mac of platforms) {
    for (const place of ['desk', 'composer']) {
      const taken = commandIds
        .filter((id) => [place, 'anywhere'].includes(command(id).where))
        .flatMap((id) => keysOf(id, mac).map((keys) => ({ id, keys })));
      for (const [index, one] of taken.entries()) {
        for (const other of taken.slice(index + 1)) {
          const said = `${one.id} and ${other.id} in ${place}: ${one.keys}`;
          assert.notEqual(one.keys, other.keys, said);
          assert.ok(!one.keys.startsWith(`${other.keys} `), said);
          assert.ok(!other.keys.startsWith(`${one.keys} `), said);
        }
      }
    }
  }
});

test('every command and group has words in every catalogue, and no two have the same', async () => {
  for (const language of languages) {
    const entries: Record<string, { message: string }> = await loadCatalog(language);
    const words = commandIds.map((id) => entries[`command.${id}`]?.message ?? '');
    for (const [index, text] of words.entries())
      assert.ok(text, `${language} ${commandIds[index]}`);
    assert.equal(new Set(words).size, words.length, language);
    for (const group of groups) assert.ok(entries[`command.group.${group}`]?.message, group);
  }
});

test('a key names a chord that a keyboard can give', () => {
  const chord = /^(?:Mod\+)?(?:Shift\+)?(?:[a-z]|[^\p{L}\p{N}\s]|[A-Z][A-Za-z]+|F\d{1,2})$/u;
  for (const mac of platforms) {
    for (const id of commandIds) {
      for (const one of keysOf(id, mac).flatMap((keys) => keys.split(' '))) {
        assert.match(one, chord, id);
      }
    }
  }
});

test('what holds while one types is no key that types', () => {
  for (const mac of platforms) {
    for (const id of commandIds.filter((one) => command(one).where === 'anywhere')) {
      const others = activeKeysOf(id, { mac, singleKeys: false });
      assert.ok(others.length > 0, id);
      for (const keys of others) assert.match(keys, /^(?:Mod\+|(?:Shift\+)?F\d)/, id);
    }
  }
});

test('the off switch takes single keys and sequences, and leaves the system’s own', () => {
  assert.deepEqual(
    ['c', 'Shift+u', '#', 'g i', '?', 'Mod+n', 'F6', 'Shift+F6', 'Delete', 'Escape', 'Mod+,'].map(
      isSingleKey,
    ),
    [true, true, true, true, true, false, false, false, false, false, false],
  );
  assert.deepEqual(activeKeysOf('reply', { mac: false, singleKeys: false }), ['Mod+r']);
  assert.deepEqual(activeKeysOf('archive', { mac: false, singleKeys: false }), []);
});
