/**
 * Just enough of CSS to know what a message's own styles make of its elements: plain rules with
 * type, class, id and attribute selectors, descendants, children and neighbours. What cannot be
 * read is left out. One pass over the text; matching costs elements × selectors, which is bounded.
 */

export interface Declaration {
  readonly property: string;
  readonly value: string;
  readonly important: boolean;
}

interface Step {
  readonly combinator: ' ' | '>' | '+';
  readonly name: string;
  readonly id: string;
  readonly classes: readonly string[];
  readonly attributes: readonly { name: string; value: string | undefined }[];
}

interface Selector {
  readonly steps: readonly Step[];
  readonly specificity: number;
  readonly rule: number;
}

export interface StyleSheet {
  readonly selectors: readonly Selector[];
  /** By a selector's `rule`. */
  readonly rules: readonly (readonly Declaration[])[];
}

/** What a rule, or an element's own style, says of one property. */
export interface Weighted {
  readonly value: string;
  readonly weight: number;
}

const most = { selectors: 1_500, steps: 6, declarations: 40, length: 400_000 } as const;
/** A window of a desktop reader, in CSS pixels. */
const readerWidth = 720;

const inlineWeight = 1e9;
const importantWeight = 1e12;

/** @param styles text of `<style>` elements, in order */
export function parseStyleSheets(styles: readonly string[]): StyleSheet {
  const selectors: Selector[] = [];
  const rules: Declaration[][] = [];
  const source = styles
    .join('\n')
    .slice(0, most.length)
    .replace(/<!--|-->/g, ' ')
    .replace(/\/\*[\s\S]*?(?:\*\/|$)/g, ' ');
  const read = (start: number, end: number, depth: number, certain: boolean): void => {
    let at = start;
    while (at < end && selectors.length < most.selectors) {
      const open = source.indexOf('{', at);
      const semicolon = source.indexOf(';', at);
      // `@import …;` and its like.
      if (semicolon !== -1 && (open === -1 || semicolon < open)) {
        at = semicolon + 1;
        continue;
      }
      if (open === -1 || open >= end) return;
      const close = closingBrace(source, open, end);
      const prelude = source.slice(at, open).trim();
      if (/^@media\b/i.test(prelude)) {
        const applies = appliesHere(prelude.slice(6));
        if (depth < 3 && applies !== 'no') {
          read(open + 1, close, depth + 1, certain && applies === 'yes');
        }
      } else if (!prelude.startsWith('@')) {
        const all = parseDeclarations(source.slice(open + 1, close));
        // Where a reader may or may not take it, only that it hides something counts.
        const declarations = certain ? all : all.filter(isHiding);
        if (declarations.length > 0) {
          for (const text of prelude.split(',')) {
            const steps = parseSelector(text.trim());
            if (steps === undefined || selectors.length >= most.selectors) continue;
            selectors.push({ steps, specificity: specificityOf(steps), rule: rules.length });
          }
          rules.push(declarations);
        }
      }
      at = close + 1;
    }
  };
  read(0, source.length, 0, true);
  return { selectors, rules };
}

export function parseDeclarations(text: string): Declaration[] {
  const found: Declaration[] = [];
  // A semicolon in quotes or brackets is none; values that have one are of no use here.
  for (const piece of text.slice(0, 20_000).split(';', most.declarations)) {
    const colon = piece.indexOf(':');
    const property = piece.slice(0, colon).trim().toLowerCase();
    const said = piece.slice(colon + 1).trim();
    if (colon < 1 || !/^[a-z-]{2,40}$/.test(property) || said.length > 300) continue;
    const important = /\s*!\s*important$/i.test(said);
    const value = said.replace(/\s*!\s*important$/i, '').trim();
    if (value !== '' && !value.includes('\\')) found.push({ property, value, important });
  }
  return found;
}

/** What an element and its forebears match so far; made top-down. */
export interface MatchState {
  /** By selector: bit k is set when steps 0…k match this element. */
  readonly here: Uint8Array;
  /** The same for any forebear, and this element. */
  readonly above: Uint8Array;
}

export interface MatchedElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export function matchRoot({ selectors }: StyleSheet): MatchState {
  return { here: new Uint8Array(selectors.length), above: new Uint8Array(selectors.length) };
}

/**
 * @param before the element just before it with the same parent
 * @returns its state, and what the sheet and its own style say of it
 */
export function matchElement(
  sheet: StyleSheet,
  element: MatchedElement,
  parent: MatchState,
  before: MatchState | undefined,
): { state: MatchState; style: Map<string, Weighted> } {
  const { selectors, rules } = sheet;
  const style = new Map<string, Weighted>();
  const here = new Uint8Array(selectors.length);
  const above = Uint8Array.from(parent.above);
  const classes = (element.attributes.class ?? '').slice(0, 2_000).split(/\s+/);
  for (const [index, { steps, specificity, rule }] of selectors.entries()) {
    let bits = 0;
    for (const [step, wanted] of steps.entries()) {
      const bit = 1 << (step - 1);
      const led =
        step === 0 ||
        (wanted.combinator === ' ' && ((parent.above[index] ?? 0) & bit) !== 0) ||
        (wanted.combinator === '>' && ((parent.here[index] ?? 0) & bit) !== 0) ||
        (wanted.combinator === '+' && ((before?.here[index] ?? 0) & bit) !== 0);
      if (led && matches(wanted, element, classes)) bits |= 1 << step;
    }
    if (bits === 0) continue;
    here[index] = bits;
    above[index] = (above[index] ?? 0) | bits;
    if ((bits & (1 << (steps.length - 1))) === 0) continue;
    for (const each of rules[rule] ?? []) put(style, each, specificity * 10_000 + rule);
  }
  for (const each of parseDeclarations(element.attributes.style ?? '')) {
    put(style, each, inlineWeight);
  }
  return { state: { here, above }, style };
}

function put(style: Map<string, Weighted>, said: Declaration, weight: number): void {
  const whole = weight + (said.important ? importantWeight : 0);
  const known = style.get(said.property);
  if (known === undefined || known.weight <= whole) {
    style.set(said.property, { value: said.value, weight: whole });
  }
}

function matches(step: Step, element: MatchedElement, classes: readonly string[]): boolean {
  const { attributes } = element;
  return (
    (step.name === '' || step.name === element.name) &&
    (step.id === '' || step.id === attributes.id) &&
    step.classes.every((each) => classes.includes(each)) &&
    step.attributes.every(({ name, value }) =>
      value === undefined ? attributes[name] !== undefined : attributes[name] === value,
    )
  );
}

const compound =
  /^([a-z][a-z0-9-]*|\*)?((?:[.#][\w-]{1,100}|\[[\w-]{1,50}(?:="?[^"\]]{0,100}"?)?\])*)$/i;

/** Undefined for what is not understood here. */
function parseSelector(text: string): Step[] | undefined {
  if (text === '' || text.length > 300) return undefined;
  const steps: Step[] = [];
  let combinator: Step['combinator'] = ' ';
  for (const piece of text.replace(/\s*([>+~])\s*/g, ' $1 ').split(/\s+/)) {
    if (piece === '>' || piece === '+') {
      combinator = piece;
      continue;
    }
    const [, name, rest = ''] = compound.exec(piece) ?? [];
    if ((name === undefined && rest === '') || steps.length >= most.steps) return undefined;
    const parts = rest.match(/[.#][\w-]+|\[[^\]]*\]/g) ?? [];
    const of = (mark: string) =>
      parts.filter((part) => part.startsWith(mark)).map((part) => part.slice(1));
    steps.push({
      combinator,
      name: name === undefined || name === '*' ? '' : name.toLowerCase(),
      id: of('#')[0] ?? '',
      classes: of('.'),
      attributes: of('[').map((inside) => {
        const [key = '', value] = inside.slice(0, -1).split('=', 2);
        return { name: key.toLowerCase(), value: value?.replace(/^["']|["']$/g, '') };
      }),
    });
    combinator = ' ';
  }
  return steps;
}

function specificityOf(steps: readonly Step[]): number {
  return steps.reduce(
    (sum, { name, id, classes, attributes }) =>
      sum +
      (id === '' ? 0 : 100) +
      10 * (classes.length + attributes.length) +
      (name === '' ? 0 : 1),
    0,
  );
}

function isHiding({ property, value }: Declaration): boolean {
  return /^(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0?\.?0+)$/i.test(
    `${property}:${value}`,
  );
}

type Applies = 'yes' | 'no' | 'maybe';

/** Whether a desktop reader takes the rules of this media query. */
function appliesHere(query: string): Applies {
  const answers = query.split(',').map((each): Applies => {
    const text = each.toLowerCase();
    if (/^\s*(?:only\s+)?(?:print|speech)\b/.test(text)) return 'no';
    if (/\bnot\b/.test(text)) return 'maybe';
    const features = (text.match(/\([^)]*\)/g) ?? []).map(featureApplies);
    if (features.includes('no')) return 'no';
    return features.includes('maybe') ? 'maybe' : 'yes';
  });
  if (answers.includes('yes')) return 'yes';
  return answers.includes('maybe') ? 'maybe' : 'no';
}

function featureApplies(feature: string): Applies {
  // Who reads in the dark sees what others see.
  if (/prefers-color-scheme\s*:\s*dark/.test(feature)) return 'no';
  const width = /^\(\s*(min|max)-(?:device-)?width\s*:\s*([\d.]+)\s*(px|r?em)\s*\)$/.exec(feature);
  if (width === null) return 'maybe';
  const [, kind, number = '0', unit] = width;
  const pixels = Number(number) * (unit === 'px' ? 1 : 16);
  // A narrow window may hide more; what is meant for it alone does not show.
  return (kind === 'min') === pixels <= readerWidth ? 'yes' : 'no';
}

/** Where the block that opens at `open` ends; `end` when it does not. */
function closingBrace(source: string, open: number, end: number): number {
  let depth = 0;
  for (let at = open; at < end; at += 1) {
    const character = source.charCodeAt(at);
    if (character === 0x7b) depth += 1;
    else if (character === 0x7d) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return end;
}
