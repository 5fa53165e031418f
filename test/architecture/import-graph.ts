/**
 * Reads a source tree and what each file imports, and finds cycles. Knows nothing of our rules:
 * those are in layers.ts. Paths are relative to the root, with forward slashes.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { parseSync } from 'oxc-parser';

export interface ImportEdge {
  readonly from: string;
  /** A path inside the tree, or a package or `node:` name. */
  readonly to: string;
  readonly kind: 'file' | 'package' | 'missing';
  /** Gone at run time: `import type`, `export type … from`, `import('…').T`. */
  readonly typeOnly: boolean;
}

const skipped = new Set(['node_modules', 'dist', 'release', 'shots', 'coverage', '.git']);

/** Every file below the root, sorted, without what git ignores. */
export function listFiles(root: string): string[] {
  const found: string[] = [];
  const walk = (dir: string): void => {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      if (skipped.has(entry.name)) continue;
      const path = join(dir, entry.name);
      if (entry.isDirectory()) walk(path);
      else found.push(relative(root, path).split(sep).join('/'));
    }
  };
  walk(root);
  return found.sort();
}

export function isSource(path: string): boolean {
  return /\.(ts|tsx|mts|js|mjs|jsx)$/.test(path);
}

interface RawImport {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** With `verbatimModuleSyntax` only the word after `import` or `export` makes a statement vanish. */
function vanishes(statement: string): boolean {
  return /^(import|export)\s+type\b(?!\s+from\b|\s*,)/.test(statement);
}

/** @throws Error when the file cannot be parsed */
export function readImports(fileName: string, source: string): RawImport[] {
  const { module, errors } = parseSync(fileName, source);
  const error = errors.find((each) => each.severity === 'Error');
  if (error !== undefined) throw new Error(`${fileName}: ${error.message}`);
  const found: RawImport[] = module.staticImports.map((each) => ({
    specifier: each.moduleRequest.value,
    typeOnly: vanishes(source.slice(each.start, each.end)),
  }));
  for (const each of module.staticExports) {
    const request = each.entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest;
    if (request === undefined || request === null) continue;
    const typeOnly = vanishes(source.slice(each.start, each.end));
    found.push({ specifier: request.value, typeOnly });
  }
  const dynamicAt = new Set(module.dynamicImports.map((each) => each.start));
  for (const match of source.matchAll(/\bimport\(\s*(['"`])([^'"`]+)\1/g)) {
    found.push({ specifier: match[2] ?? '', typeOnly: !dynamicAt.has(match.index) });
  }
  return found;
}

function resolveEdge(root: string, from: string, raw: RawImport): ImportEdge {
  const { specifier, typeOnly } = raw;
  if (!specifier.startsWith('.')) return { from, to: specifier, kind: 'package', typeOnly };
  const to = posix.normalize(posix.join(posix.dirname(from), specifier.replace(/\?.*$/, '')));
  return { from, to, kind: existsSync(join(root, to)) ? 'file' : 'missing', typeOnly };
}

export function readGraph(root: string, files: readonly string[]): ImportEdge[] {
  return files.filter(isSource).flatMap((file) => {
    const imports = readImports(file, readFileSync(join(root, file), 'utf8'));
    return imports.map((raw) => resolveEdge(root, file, raw));
  });
}

/** Cycles over imports that exist at run time, each as the files in order; one per tangle. */
export function findCycles(edges: readonly ImportEdge[]): string[][] {
  const next = new Map<string, string[]>();
  for (const edge of edges) {
    if (edge.kind !== 'file' || edge.typeOnly) continue;
    next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to]);
  }
  const done = new Set<string>();
  const cycles: string[][] = [];
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      cycles.push([...path.slice(at), file]);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const target of next.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of next.keys()) visit(file);
  return cycles;
}
