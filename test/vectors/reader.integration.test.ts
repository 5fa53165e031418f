/**
 * The independent reader (reader.py shares no code with us) accepts what we publish, and notices
 * every change of it. docs/protocol.md, appendix A.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readVectors, runReader, type VectorFile, vectorFiles, vectorPath } from './files.ts';

type Path = readonly (string | number)[];

/** Words for people, which no reader can check. */
const unchecked = new Set(['comment', 'name']);

/** Cards and messages that are wrong anyway. */
const wrong = new Set(['refused', 'refusedMessages1', 'refusedMessages2']);

/** Every value in a document, but for what `unchecked` and `wrong` name. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    unchecked.has(key) || wrong.has(key) ? [] : leaves(inner, [...path, key]),
  );
}

function flipChar(text: string, at: number): string {
  const char = text.charAt(at);
  const digit = Number.parseInt(char, 16);
  // In hexadecimal the flipped bit stays a digit, so that it reaches the cryptography.
  const isHex = /^[0-9a-f]+$/.test(text) && !Number.isNaN(digit);
  const flipped = isHex ? (digit ^ 1).toString(16) : String.fromCharCode(char.charCodeAt(0) ^ 1);
  return text.slice(0, at) + flipped + text.slice(at + 1);
}

/** One bit of a value changed, at its beginning, middle and end. */
function flips(document: object, place: Path): unknown[] {
  const key = place.at(-1);
  const value = valueAt(document, place);
  if (typeof value === 'number') return [value + 1];
  if (typeof value === 'boolean') return [!value];
  if (value === null) return [];
  assert.equal(typeof value, 'string');
  const text = String(value);
  if (text === 'client') return ['server'];
  if (text === 'server') return ['client'];
  // A second sooner or later is another good instant; a thousand years are not.
  if (key === 'now') return [flipChar(text, 0)];
  // The second half of an ML-KEM seed matters only to forged ciphertexts, which a session has not.
  if (key === 'clientKemSeed' && !('kemRejectedSecret' in document)) return [flipChar(text, 0)];
  return [0, text.length >> 1, text.length - 1].map((at) => flipChar(text, at));
}

function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => Object.entries(value ?? {}).find(([name]) => name === `${key}`)?.[1],
    document,
  );
}

function withValue(document: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy: unknown[] | Record<string, unknown> = Array.isArray(document)
    ? [...document]
    : { ...Object.fromEntries(Object.entries(document ?? {})) };
  Object.assign(copy, { [key]: withValue(valueAt(document, [key]), rest, value) });
  return copy;
}

describe('the independent reader', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'll-vectors-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function write(name: string, document: unknown): string {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(document));
    return path;
  }

  test('accepts every published vector', async () => {
    const paths = vectorFiles.map(vectorPath);
    const { code, lines, errors } = await runReader(paths);
    assert.deepEqual({ lines, errors }, { lines: paths.map((path) => `ok ${path}`), errors: '' });
    assert.equal(code, 0);
  });

  for (const name of vectorFiles) {
    test(`notices one changed bit in any value of ${name}`, async () => {
      const document = readVectors(name);
      const places = leaves(document);
      assert.ok(places.length > 20, 'the document was walked');
      const paths: string[] = [];
      const what = new Map<string, string>();
      for (const place of places) {
        for (const [at, value] of flips(document, place).entries()) {
          const path = write(`${paths.length}.json`, withValue(document, place, value));
          paths.push(path);
          what.set(`ok ${path}`, `${place.join('.')} (flip ${at})`);
        }
      }
      const { code, lines, errors } = await runReader(paths);
      assert.equal(errors, '');
      assert.equal(lines.length, paths.length);
      const unnoticed = lines
        .filter((line) => line.startsWith('ok '))
        .map((line) => what.get(line));
      assert.deepEqual(unnoticed, []);
      assert.equal(code, 1);
    });
  }

  /** A published document with one place taken by something else. */
  async function readerSees(name: VectorFile, place: Path, value: unknown): Promise<string> {
    const changed = withValue(readVectors(name), place, value);
    const path = write(`changed-${name}`, changed);
    const { code, lines } = await runReader([path]);
    assert.equal(code, lines[0]?.startsWith('ok ') ? 0 : 1);
    return lines[0] ?? '';
  }

  test('notices each card that it should have refused and could read', async () => {
    const document = readVectors('key-card.json');
    const good = valueAt(document, ['cards', 1, 'lines']);
    const refused = valueAt(document, ['refused']);
    assert.ok(Array.isArray(refused) && refused.length >= 20);
    for (const at of refused.keys()) {
      const seen = await readerSees('key-card.json', ['refused', at, 'lines'], good);
      assert.match(seen, /a card that must be refused was read/);
    }
  });

  for (const name of ['handshake-nk.json', 'handshake-nkhfs.json'] as const) {
    test(`notices each message of ${name} that it should have refused and could take`, async () => {
      const document = readVectors(name);
      for (const number of [1, 2]) {
        const list = valueAt(document, [`refusedMessages${number}`]);
        assert.ok(Array.isArray(list) && list.length >= 4);
        const good = valueAt(document, [`message${number}`]);
        for (const at of list.keys()) {
          const seen = await readerSees(name, [`refusedMessages${number}`, at, 'message'], good);
          assert.match(seen, /a message that must be refused was taken/);
        }
      }
    });
  }

  for (const name of ['session-smtp.json', 'session-imap.json'] as const) {
    test(`notices every step that is missing from ${name}`, async () => {
      const steps = valueAt(readVectors(name), ['steps']);
      assert.ok(Array.isArray(steps));
      const paths = [...steps.keys()].map((gone) => {
        const rest = steps.filter((_, at) => at !== gone);
        return write(`without-${gone}.json`, withValue(readVectors(name), ['steps'], rest));
      });
      const { lines } = await runReader(paths);
      assert.deepEqual(
        lines.filter((line) => line.startsWith('ok ')),
        [],
      );
      assert.equal(lines.length, steps.length);
    });
  }

  test('refuses another word list, an unknown kind, and no file at all', async () => {
    const words = write('words.txt', ['abandon']);
    assert.equal((await runReader([vectorPath('key-card.json')], words)).code, 1);
    assert.match(await readerSees('key-card.json', ['kind'], 'other'), /unknown kind/);
    assert.equal((await runReader([])).code, 2);
  });
});
