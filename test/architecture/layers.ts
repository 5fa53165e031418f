/**
 * Who may import whom; CONTRIBUTING.md says it in words. Type imports count like any other:
 * knowing of a layer is what the rules are about.
 */
import type { ImportEdge } from './import-graph.ts';

/** Folders of the root; a new one is added here together with its rule. */
export const topFolders = [
  'app',
  'main',
  'renderer',
  'gateway',
  'scripts',
  'test',
  'assets',
  'docs',
  '.ci',
  '.github',
];

const shared = ['app/errors.ts', 'app/log.ts', 'app/disposable.ts'];

/** What a layer may import of the tree, beside itself: the longest matching layer counts. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'app/contract/': [],
  'app/errors.ts': ['app/contract/'],
  'app/log.ts': [],
  'app/disposable.ts': [],
  'app/leg/': shared,
  'app/': ['app/'],
  'main/': ['app/'],
  'renderer/': ['app/contract/', 'assets/'],
  'gateway/': ['app/leg/', ...shared],
  // Tools, not product: the demo uses the tests' servers and drives the window as they do.
  'scripts/': ['app/', 'main/', 'gateway/', 'test/support/', 'test/e2e/', 'assets/'],
  'test/': ['app/', 'main/', 'renderer/', 'gateway/', 'scripts/', 'assets/', 'vite.config.ts'],
  'assets/': [],
  'docs/': [],
};

/** Edges that the table above would let through. */
const forbidden: readonly { from: string; to: string; why: string }[] = [
  { from: 'app/imap/', to: 'app/submission/', why: 'imap and submission do not know each other' },
  { from: 'app/submission/', to: 'app/imap/', why: 'imap and submission do not know each other' },
  { from: 'app/imap/', to: 'app/transfer/', why: 'imap and transfer meet in ports.ts' },
  ...['imap', 'submission', 'accounts', 'tasks', 'leg'].map((to) => ({
    from: 'app/transfer/',
    to: `app/${to}/`,
    why: 'transfer knows files; accounts come in by ports',
  })),
  ...['imap', 'submission', 'accounts', 'tasks', 'store', 'transfer'].map((to) => ({
    from: 'app/policy/',
    to: `app/${to}/`,
    why: 'policy decides on facts alone',
  })),
  ...['imap', 'submission', 'accounts', 'tasks', 'transfer'].flatMap((to) =>
    ['app/mime/', 'app/store/', 'app/content/'].map((from) => ({
      from,
      to: `app/${to}/`,
      why: 'mime, store and content stand below what uses them',
    })),
  ),
  ...['app/mime/', 'app/store/'].map((from) => ({
    from,
    to: 'app/content/',
    why: 'content stands on mime and store',
  })),
];

const forbiddenPackages: readonly { from: string; packages: RegExp; why: string }[] = [
  {
    from: 'app/',
    packages: /^(electron|react|react-dom|react-aria-components|playwright-core)(\/|$)/,
    why: 'app runs in any host and has no window',
  },
  { from: 'app/contract/', packages: /^node:/, why: 'the contract also runs in the window' },
  {
    from: 'app/leg/',
    packages: /^(imapflow|nodemailer|postal-mime)(\/|$)/,
    why: 'leg is not mail',
  },
  { from: 'renderer/', packages: /^(node:|electron(\/|$))/, why: 'the window has no Node' },
  { from: 'main/engine/', packages: /^electron(\/|$)/, why: 'both hosts share the engine' },
  { from: 'main/chromium/', packages: /^electron(\/|$)/, why: 'this host is the one without it' },
  { from: 'gateway/', packages: /^(electron|react|imapflow)(\/|$)/, why: 'gateway is a server' },
];

function layerOf(path: string): string | undefined {
  return Object.keys(allowed)
    .filter((layer) => path.startsWith(layer))
    .sort((a, b) => b.length - a.length)[0];
}

function judgeFileEdge({ from, to }: ImportEdge): string | undefined {
  const layer = layerOf(from);
  if (layer === undefined) {
    // Tool configuration in the root.
    return from.includes('/') ? 'this folder has no rule in layers.ts' : undefined;
  }
  const hit = forbidden.find((rule) => from.startsWith(rule.from) && to.startsWith(rule.to));
  if (hit !== undefined) return hit.why;
  const targets = [layer, ...(allowed[layer] ?? [])];
  if (targets.some((target) => to.startsWith(target))) return undefined;
  // package.json is data, for the version number.
  if (to === 'package.json') return undefined;
  return `${layer} may import only itself${targets.length > 1 ? ` and ${targets.slice(1).join(', ')}` : ''}`;
}

/** One line per forbidden edge: `from -> to: why`. */
export function judgeEdges(edges: readonly ImportEdge[]): string[] {
  return edges.flatMap((edge) => {
    const say = (why: string): string => `${edge.from} -> ${edge.to}: ${why}`;
    if (edge.kind === 'missing') return [say('there is no such file')];
    if (edge.kind === 'file') {
      const why = judgeFileEdge(edge);
      return why === undefined ? [] : [say(why)];
    }
    return forbiddenPackages
      .filter((rule) => edge.from.startsWith(rule.from) && rule.packages.test(edge.to))
      .map((rule) => say(rule.why));
  });
}

/** Folders of the root that nobody has given a place. */
export function unknownTopFolders(files: readonly string[]): string[] {
  const folders = new Set(files.filter((file) => file.includes('/')).map((f) => f.split('/')[0]));
  return [...folders]
    .filter((folder) => folder !== undefined && !topFolders.includes(folder))
    .map(String);
}
