import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyMutant, findMutants } from '../../scripts/mutants.ts';

/** All wrong versions of a text, as `kind: text`. */
function versions(source: string): string[] {
  return findMutants('a.ts', source).map(
    (mutant) => `${mutant.kind}: ${applyMutant(source, mutant)}`,
  );
}

test('takes a guard out, and turns its condition round', () => {
  assert.deepEqual(versions('if (bad) throw wrong;'), [
    'guard: ;',
    'negate: if (!(bad)) throw wrong;',
  ]);
  assert.deepEqual(versions('for (;;) { if (bad) { log; continue; } }'), [
    'guard: for (;;) { ; }',
    'negate: for (;;) { if (!(bad)) { log; continue; } }',
  ]);
});

test('leaves an if that is no guard in its place', () => {
  assert.deepEqual(versions('if (a) b; else c;'), ['negate: if (!(a)) b; else c;']);
});

test('exchanges operators, keeping what belongs together', () => {
  assert.deepEqual(versions('x = a && b || c;'), [
    'logic: x = ((a && b) && (c));',
    'logic: x = ((a) || (b)) || c;',
  ]);
  assert.deepEqual(versions('x = a < 1;'), ['boundary: x = ((a) <= (1));']);
  assert.deepEqual(versions('x = a !== 1;'), ['equality: x = ((a) === (1));']);
});

test('drops calls, returns early and turns constants round', () => {
  assert.deepEqual(versions('async function f() { await g(true); }'), [
    'return: async function f() { return; await g(true); }',
    'call: async function f() { ; }',
    'constant: async function f() { await g(false); }',
  ]);
});

test('leaves types, super calls and empty functions alone', () => {
  assert.deepEqual(versions('interface A { b(): true }\ntype C = true;'), []);
  assert.deepEqual(versions('class A extends B { constructor() { super(); } m() {} }'), []);
});

test('names the line', () => {
  assert.deepEqual(
    findMutants('a.ts', '\n\nx = true;').map(({ line }) => line),
    [3],
  );
});
