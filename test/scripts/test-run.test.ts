import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { kindOf, selectTestFiles } from '../../scripts/test-files.ts';
import { withTree } from '../architecture/tree.ts';

const runner = new URL('../../scripts/test-run.ts', import.meta.url).href;
const head = "import { after, before, describe, it } from 'node:test';";

/** Runs a made-up test file in a process of its own: a runner does not run inside a test. */
function runFile(source: string): { text: string; lastLine: string } {
  const script = `const { runTestFiles, totalsLine } = await import('${runner}');
    const root = import.meta.dirname;
    console.log(totalsLine(await runTestFiles({ root, files: ['a.test.mjs'], timeoutMs: 1500 })));`;
  return withTree({ 'a.test.mjs': `${head}\n${source}`, 'run.mjs': script }, (root) => {
    const { NODE_TEST_CONTEXT: _inner, ...env } = process.env;
    const args = [join(root, 'run.mjs')];
    const result = spawnSync(process.execPath, args, { encoding: 'utf8', env, timeout: 30_000 });
    const text = `${result.stdout}${result.stderr}`;
    return { text, lastLine: result.stdout.trim().split('\n').at(-1) ?? '' };
  });
}

describe('running test files', () => {
  it('counts tests, not suites, and shows a failure in full', () => {
    const { text, lastLine } = runFile(`describe('s', () => {
      it('good', () => {});
      it('bad', () => { console.log('said on the way'); throw new Error('the reason'); });
      it('left out', { skip: true }, () => {});
    });`);
    assert.equal(lastLine, '1 passed, 1 failed, 1 skipped');
    assert.match(text, /✖ bad/);
    assert.match(text, /the reason/);
    assert.match(text, /said on the way/);
  });

  it('counts a file that passes without a word about its output', () => {
    const { text, lastLine } = runFile("it('good', () => console.log('chatter'));");
    assert.equal(lastLine, '1 passed, 0 failed');
    assert.doesNotMatch(text, /chatter/);
  });

  for (const [what, source] of [
    [
      'a hook that throws',
      "describe('s', () => { before(() => { throw new Error('x'); }); it('t', () => {}); });",
    ],
    [
      'a last hook that throws',
      "describe('s', () => { after(() => { throw new Error('x'); }); it('t', () => {}); });",
    ],
    ['a file that does not load', "import 'not-there';"],
    ['a file that exits by itself', "it('good', () => {}); process.exit(3);"],
    ['a file that does not end', 'await new Promise((done) => setTimeout(done, 60_000));'],
    ['a test that never settles', "it('t', () => new Promise(() => {}));"],
  ] as const) {
    it(`counts ${what} as failed`, () => {
      assert.match(runFile(source).lastLine, /, [1-9]\d* failed/);
    });
  }
});

describe('kinds of tests', () => {
  it('are told by path', () => {
    assert.equal(kindOf('test/leg/handshake.test.ts'), 'unit');
    assert.equal(kindOf('test/imap/sync.integration.test.ts'), 'integration');
    assert.equal(kindOf('test/integration/servers-dovecot.test.ts'), 'integration');
    assert.equal(kindOf('test/e2e/main-job.test.ts'), 'e2e');
  });

  it('and filters choose files', () => {
    const files = ['test/leg/a.test.ts', 'test/leg/b.test.ts', 'test/e2e/a.test.ts'];
    assert.deepEqual(selectTestFiles(files, ['unit'], ['a.test']), ['test/leg/a.test.ts']);
    assert.deepEqual(selectTestFiles(files, ['unit', 'e2e'], []), files);
  });
});
