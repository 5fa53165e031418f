/**
 * Small wrong versions of a TypeScript file: one guard less, one condition turned round. Finds them
 * by the positions of the syntax tree; runs nothing (mutate.ts does).
 */
import { parseSync } from 'oxc-parser';

export interface Mutant {
  readonly path: string;
  /** Offsets of what is replaced. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  readonly kind: MutantKind;
  readonly line: number;
}

export const mutantKinds = [
  'guard',
  'negate',
  'logic',
  'boundary',
  'equality',
  'return',
  'call',
  'constant',
] as const;
export type MutantKind = (typeof mutantKinds)[number];

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

type Edit = Pick<Mutant, 'start' | 'end' | 'replacement' | 'kind'>;

function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'start' in value &&
    'end' in value
  );
}

function child(node: Node, key: string): Node | undefined {
  const value = node[key];
  return isNode(value) ? value : undefined;
}

function children(node: Node): Node[] {
  return Object.values(node).flatMap((value) => {
    if (Array.isArray(value)) return value.filter(isNode);
    return isNode(value) ? [value] : [];
  });
}

/**
 * @param path goes into the mutants as it is
 * @throws Error for a file that does not parse
 */
export function findMutants(path: string, source: string): Mutant[] {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} does not parse`);
  const found: Mutant[] = [];
  const visit = (node: Node): void => {
    if (node.type.startsWith('TS') && node.type !== 'TSAsExpression') return;
    for (const edit of editsOf(node, source)) {
      const line = source.slice(0, edit.start).split('\n').length;
      found.push({ path, line, ...edit });
    }
    for (const each of children(node)) visit(each);
  };
  if (isNode(program)) visit(program);
  return found;
}

export function applyMutant(source: string, { start, end, replacement }: Mutant): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

function editsOf(node: Node, source: string): Edit[] {
  const text = (part: Node): string => source.slice(part.start, part.end);
  const whole = { start: node.start, end: node.end };
  switch (node.type) {
    case 'IfStatement':
      return [...guardEdits(node), ...negate(child(node, 'test'), text)];
    case 'ConditionalExpression':
    case 'WhileStatement':
      return negate(child(node, 'test'), text);
    case 'LogicalExpression':
    case 'BinaryExpression':
      return operatorEdits(node, text);
    case 'ExpressionStatement': {
      const expression = child(node, 'expression');
      const inner =
        expression?.type === 'AwaitExpression' || expression?.type === 'UnaryExpression'
          ? child(expression, 'argument')
          : expression;
      return inner && /^(Call|Chain)Expression$/.test(inner.type) && !/^super\b/.test(text(inner))
        ? [{ ...whole, replacement: ';', kind: 'call' }]
        : [];
    }
    case 'Literal':
      if (typeof node.value !== 'boolean') return [];
      return [{ ...whole, replacement: String(!node.value), kind: 'constant' }];
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return returnEarly(node, source);
    default:
      return [];
  }
}

/** `if (…) throw` and `if (…) return` without an else: the statement goes. */
function guardEdits(node: Node): Edit[] {
  const consequent = child(node, 'consequent');
  if (!consequent || child(node, 'alternate')) return [];
  const last = consequent.type === 'BlockStatement' ? children(consequent).at(-1) : consequent;
  if (!last || !/^(Throw|Return|Continue|Break)Statement$/.test(last.type)) return [];
  return [{ start: node.start, end: node.end, replacement: ';', kind: 'guard' }];
}

function negate(test: Node | undefined, text: (part: Node) => string): Edit[] {
  if (!test || test.type === 'Literal') return [];
  return [{ start: test.start, end: test.end, replacement: `!(${text(test)})`, kind: 'negate' }];
}

const swaps: Readonly<Record<string, readonly [string, MutantKind]>> = {
  '&&': ['||', 'logic'],
  '||': ['&&', 'logic'],
  '<': ['<=', 'boundary'],
  '<=': ['<', 'boundary'],
  '>': ['>=', 'boundary'],
  '>=': ['>', 'boundary'],
  '===': ['!==', 'equality'],
  '!==': ['===', 'equality'],
};

function operatorEdits(node: Node, text: (part: Node) => string): Edit[] {
  const { operator } = node;
  const [left, right] = [child(node, 'left'), child(node, 'right')];
  const swap = typeof operator === 'string' ? swaps[operator] : undefined;
  if (!left || !right || !swap) return [];
  const replacement = `((${text(left)}) ${swap[0]} (${text(right)}))`;
  return [{ start: node.start, end: node.end, replacement, kind: swap[1] }];
}

/** The function does nothing and gives nothing. */
function returnEarly(node: Node, source: string): Edit[] {
  const body = child(node, 'body');
  if (!body || !['BlockStatement', 'FunctionBody'].includes(body.type)) return [];
  const statements = children(body);
  if (statements.length === 0) return [];
  // A constructor of a class that extends another must reach super().
  if (/\bsuper\(/.test(source.slice(body.start, body.end))) return [];
  const at = body.start + 1;
  return [{ start: at, end: at, replacement: ' return;', kind: 'return' }];
}
