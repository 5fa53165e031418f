import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isTooLong, longFiles, maxLines, ownColours } from './files.ts';
import { listFiles } from './import-graph.ts';
import { repository } from './tree.ts';

const read = (path: string): string => readFileSync(join(repository, path), 'utf8');

describe('files', () => {
  const files = listFiles(repository);

  it(`has no source file over ${maxLines} lines`, () => {
    const sources = files.filter((file) => /\.(ts|tsx|mjs|js|css|html)$/.test(file));
    assert.ok(sources.length > 50, 'the tree was read');
    assert.deepEqual(
      sources.filter((file) => isTooLong(file, read(file))),
      [],
    );
    assert.deepEqual(
      Object.keys(longFiles).filter((file) => !files.includes(file)),
      [],
    );
  });

  it('writes colours down only in tokens.css', () => {
    const sheets = files.filter((file) => file.endsWith('.css') && !file.endsWith('/tokens.css'));
    const found = sheets.flatMap((file) => ownColours(read(file)).map((at) => `${file}:${at}`));
    assert.deepEqual(found, []);
  });
});

describe('the checks of files themselves', () => {
  it('counts one line over the limit as too long, and not the limit', () => {
    assert.equal(isTooLong('a.ts', 'x\n'.repeat(maxLines)), false);
    assert.equal(isTooLong('a.ts', 'x\n'.repeat(maxLines + 1)), true);
  });

  it('finds a colour in each way of writing one', () => {
    for (const value of ['#fff', '#1a2b3c80', 'rgb(0 0 0 / 20%)', 'HSL(1, 2%, 3%)', 'oklch(1 0 0)'])
      assert.equal(ownColours(`.a {\n  color: ${value};\n}`).length, 1, value);
    assert.equal(ownColours('.a {\n  border: 1px solid red;\n}').length, 1);
    assert.equal(ownColours('.a { color: white; }').length, 1);
  });

  it('leaves tokens, names, comments and keywords alone', () => {
    const css = `/* #fff is not a colour here */
.red-note { color: var(--color-red); background: transparent; }
.a {
  color: var(--color-text);
  border-color: currentColor;
  mask: url(#shape);
  white-space: nowrap;
}
a:hover {
}`;
    assert.deepEqual(ownColours(css), []);
  });
});
