import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  isTooLong,
  longFiles,
  maxLines,
  ownColours,
  physicalOnes,
  physicalSides,
} from './files.ts';
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

  it('lays out by the line of reading, so that it holds from right to left', () => {
    const sheets = files.filter((file) => file.endsWith('.css'));
    const found = sheets.flatMap((file) => physicalSides(read(file)).map((at) => `${file} ${at}`));
    assert.deepEqual(found.sort(), Object.keys(physicalOnes).sort());
    const scripts = files.filter((file) => /^renderer\/.*\.tsx?$/.test(file));
    const sided = scripts.filter((file) =>
      /(?:margin|padding|border)(?:Left|Right)\b/.test(read(file)),
    );
    assert.deepEqual(sided, []);
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

  it('finds a side of the screen in each way of naming one', () => {
    for (const line of [
      'margin-left: 4px',
      'padding-right: 0',
      'border-left-color: currentColor',
      'border-top-right-radius: 4px',
      'left: 0',
      'max-width: 10px',
      'text-align: right',
      'float: left',
      'background: linear-gradient(to right, var(--a), var(--b))',
      'padding: 1px 2px 3px 4px',
      'padding: 0 var(--a) 0 calc(var(--a) + 2px)',
      'inset: 0 auto auto 0',
      'border-radius: 4px 0',
      'transform: translateX(-100%)',
      'translate: 14px 0',
    ])
      assert.deepEqual(physicalSides(`.a {\n  ${line};\n}`), [line]);
  });

  it('leaves alone what follows the line of reading, or has no side', () => {
    const css = `@media (max-width: 899px) { .left:hover { inset-inline-start: 0; } }
.a {
  /* left: 0; */
  margin: 0 4px;
  padding: 1px calc(2px + 3px) 3px calc(2px + 3px);
  border-radius: 4px;
  text-align: start;
  translate: calc(14px * var(--way)) 0;
  transform: translateX(calc(-100% * var(--way)));
  transform: translateY(4px) scale(0.9);
  color: var(--color-left);
}`;
    assert.deepEqual(physicalSides(css), []);
  });
});
