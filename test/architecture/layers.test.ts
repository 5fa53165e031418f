import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findCycles, listFiles, readGraph, readImports } from './import-graph.ts';
import { judgeEdges, unknownTopFolders } from './layers.ts';
import { repository, withTree } from './tree.ts';

function judgeTree(files: Record<string, string>): string[] {
  return withTree(files, (root) => judgeEdges(readGraph(root, listFiles(root))));
}

function cyclesOf(files: Record<string, string>): string[][] {
  return withTree(files, (root) => findCycles(readGraph(root, listFiles(root))));
}

describe('layers', () => {
  const files = listFiles(repository);
  const edges = readGraph(repository, files);

  it('has no forbidden import', () => {
    assert.ok(edges.length > 100, 'the tree was read');
    assert.deepEqual(judgeEdges(edges), []);
  });

  it('has no import cycle', () => {
    assert.deepEqual(
      findCycles(edges).map((cycle) => cycle.join(' -> ')),
      [],
    );
  });

  it('has no top folder without a place', () => {
    assert.deepEqual(unknownTopFolders(files), []);
  });
});

describe('the check of layers itself', () => {
  const target = 'export const x = 1; export type X = 1;';
  const bad: [string, string][] = [
    ['renderer/view.ts', 'app/store/db.ts'],
    ['renderer/view.ts', 'main/window.ts'],
    ['app/imap/sync.ts', 'app/submission/outbox.ts'],
    ['app/submission/outbox.ts', 'app/imap/sync.ts'],
    ['app/transfer/jobs.ts', 'app/imap/sync.ts'],
    ['app/leg/open.ts', 'app/imap/sync.ts'],
    ['app/leg/open.ts', 'app/contract/contract.ts'],
    ['app/contract/contract.ts', 'app/errors.ts'],
    ['app/errors.ts', 'app/log.ts'],
    ['app/store/db.ts', 'main/window.ts'],
    ['app/policy/floor.ts', 'app/store/db.ts'],
    ['gateway/main.ts', 'app/imap/sync.ts'],
    ['main/window.ts', 'test/support/x.ts'],
    ['main/window.ts', 'renderer/view.ts'],
    ['scripts/demo.ts', 'test/leg/x.ts'],
    ['strange/a.ts', 'app/errors.ts'],
  ];
  const forms = [
    (to: string) => `import { x } from '${to}';`,
    (to: string) => `import type { X } from '${to}';`,
    (to: string) => `export * from '${to}';`,
    (to: string) => `export const later = () => import('${to}');`,
    (to: string) => `export type Y = import('${to}').X;`,
  ];
  for (const [from, to] of bad) {
    it(`refuses ${from} -> ${to}, in every form of import`, () => {
      const up = '../'.repeat(from.split('/').length - 1);
      for (const form of forms) {
        const found = judgeTree({ [to]: target, [from]: form(`${up}${to}`) });
        assert.equal(found.length, 1, form(to));
        assert.match(found[0] ?? '', new RegExp(`^${from} -> ${to}: `));
      }
    });
  }

  it('refuses a package that does not belong', () => {
    const found = judgeTree({
      'app/a.ts': "import { app } from 'electron';",
      'renderer/b.ts': "import { readFile } from 'node:fs';",
      'main/electron/c.ts': "import { app } from 'electron';",
    });
    assert.equal(found.length, 2);
  });

  it('refuses an import of a file that is not there', () => {
    assert.match(judgeTree({ 'app/a.ts': "import './gone.ts';" })[0] ?? '', /no such file/);
  });

  it('lets allowed edges through', () => {
    const found = judgeTree({
      'app/errors.ts': "import './contract/codes.ts';",
      'app/contract/codes.ts': target,
      'app/leg/open.ts': "import '../errors.ts';",
      'gateway/main.ts': "import '../app/leg/open.ts';",
      'renderer/view.ts': "import '../app/contract/codes.ts';",
      'main/window.ts': "import '../app/leg/open.ts';",
      'scripts/demo.ts': "import '../test/support/x.ts';",
      'test/support/x.ts': "import '../../gateway/main.ts';",
    });
    assert.deepEqual(found, []);
  });

  it('finds a cycle and shows its way, also through a re-export', () => {
    const cycles = cyclesOf({
      'app/a.ts': "import { b } from './b.ts'; export const a = b;",
      'app/b.ts': "export { c as b } from './c.ts';",
      'app/c.ts': "import { a } from './a.ts'; export const c = () => a;",
    });
    assert.deepEqual(cycles, [['app/a.ts', 'app/b.ts', 'app/c.ts', 'app/a.ts']]);
  });

  it('counts `import { type X }` as an import that stays, and `import type` as one that goes', () => {
    const cycle = (back: string): string[][] =>
      cyclesOf({
        'app/a.ts': "import { b } from './b.ts'; export type A = 1; export const a = b;",
        'app/b.ts': `${back} export const b = 1; export type B = A;`,
      });
    assert.equal(cycle("import { type A } from './a.ts';").length, 1);
    assert.equal(cycle("import type { A } from './a.ts';").length, 0);
  });

  it('does not take `import type from` for a type import', () => {
    const [first] = readImports('a.ts', "import type from './t.ts';");
    assert.deepEqual(first, { specifier: './t.ts', typeOnly: false });
  });

  it('names a top folder that has no place', () => {
    assert.deepEqual(unknownTopFolders(['app/a.ts', 'lib/b.ts', 'README.md']), ['lib']);
  });
});
