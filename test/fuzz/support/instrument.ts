/**
 * Coverage for the fuzzer: a load hook that puts a counter into every branch of the modules under test
 * (functions, if/else, loops, cases, ?: and the right side of && || ??). Only in the fuzzer's own worker
 * thread; what runs in the product is never touched. No comparison operands, no insides of patterns.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

/** How many counters fit; the modules of all targets together have fewer. */
export const maxCounters = 16_384;

/** The name of the counter array in an instrumented module. */
const counterName = '__fuzzCounters';

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

interface Edit {
  readonly at: number;
  /** Ends of inner nodes come before ends of outer ones, and both before what starts there. */
  readonly rank: number;
  readonly text: string;
}

function isNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'start' in value &&
    typeof value.start === 'number' &&
    'end' in value &&
    typeof value.end === 'number'
  );
}

class Instrumenter {
  readonly edits: Edit[] = [];
  #next: number;

  constructor(firstCounter: number) {
    this.#next = firstCounter;
  }

  get next(): number {
    return this.#next;
  }

  visit(node: SyntaxNode): void {
    const after = this.#before(node);
    for (const [key, child] of Object.entries(node)) {
      if (key === 'type' || key === 'start' || key === 'end') continue;
      if (isNode(child)) this.#child(node, key, child);
      else if (Array.isArray(child)) {
        for (const item of child) if (isNode(item)) this.visit(item);
      }
    }
    after?.();
  }

  #count(): string {
    const index = this.#next;
    this.#next += 1;
    return `${counterName}[${index}]++`;
  }

  #before(node: SyntaxNode): (() => void) | undefined {
    if (node.type === 'SwitchCase' && 'consequent' in node && Array.isArray(node.consequent)) {
      const first: unknown = node.consequent[0];
      if (isNode(first)) this.#open(first.start, `${this.#count()};`);
    }
    if (node.type === 'IfStatement' && 'alternate' in node && node.alternate === null) {
      return () => this.#close(node.end, `else{${this.#count()}}`);
    }
    return undefined;
  }

  #child(parent: SyntaxNode, key: string, child: SyntaxNode): void {
    const isBody =
      (key === 'body' && /Function|For|While|CatchClause/.test(parent.type)) ||
      ((key === 'consequent' || key === 'alternate') && parent.type === 'IfStatement');
    const isBranch =
      (key === 'body' && parent.type === 'ArrowFunctionExpression') ||
      ((key === 'consequent' || key === 'alternate') && parent.type === 'ConditionalExpression') ||
      (key === 'right' && parent.type === 'LogicalExpression');
    if (!isBody && !isBranch) {
      this.visit(child);
      return;
    }
    if (child.type === 'BlockStatement' || child.type === 'FunctionBody') {
      this.#open(child.start + 1, `${this.#count()};`);
      this.visit(child);
      return;
    }
    const [before, after] = isBranch ? ['(', ')'] : ['{', '}'];
    this.#open(child.start, `${before}${this.#count()}${isBranch ? ',' : ';'}`);
    this.visit(child);
    this.#close(child.end, after);
  }

  #open(at: number, text: string): void {
    this.edits.push({ at, rank: 1, text });
  }

  #close(at: number, text: string): void {
    this.edits.push({ at, rank: 0, text });
  }
}

/**
 * @param source JavaScript of one module
 * @param firstCounter index of the first counter that is free
 * @returns the module with counters, and the next free index
 * @throws Error when the source cannot be parsed
 */
export function instrument(source: string, firstCounter: number): { code: string; next: number } {
  const { program, errors } = parseSync('module.js', source, { preserveParens: false });
  const [error] = errors;
  if (error !== undefined) throw new Error(error.message);
  const work = new Instrumenter(firstCounter);
  for (const statement of program.body) if (isNode(statement)) work.visit(statement);
  // A stable sort keeps the order of the walk: outer starts first, inner ends first.
  const edits = work.edits.toSorted((a, b) => a.at - b.at || a.rank - b.rank);
  let code = `const ${counterName}=globalThis.${counterName};`;
  let position = 0;
  for (const edit of edits) {
    code += source.slice(position, edit.at) + edit.text;
    position = edit.at;
  }
  return { code: code + source.slice(position), next: work.next };
}

/** Node says once per process that stripping types is experimental; a report has no use for it. */
function silenceStripWarning(): void {
  const emit = process.emitWarning;
  process.emitWarning = () => undefined;
  stripTypeScriptTypes('');
  process.emitWarning = emit;
}

export interface Counters {
  /** One octet per branch; wraps around. */
  readonly hits: Uint8Array;
  /** How many are in use; grows while modules load. */
  used(): number;
}

/**
 * From here on, modules whose path `selects` are loaded with counters.
 * @param selects gets the path of a file
 */
export function instrumentModules(selects: (path: string) => boolean): Counters {
  const hits = new Uint8Array(maxCounters);
  let used = 0;
  Object.defineProperty(globalThis, counterName, { value: hits });
  silenceStripWarning();
  registerHooks({
    load(url, context, nextLoad) {
      if (!url.startsWith('file:') || !selects(fileURLToPath(url))) return nextLoad(url, context);
      const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'));
      const { code, next } = instrument(source, used);
      if (next > maxCounters) return nextLoad(url, context);
      used = next;
      return { format: 'module', source: code, shortCircuit: true };
    },
  });
  return { hits, used: () => used };
}
