/**
 * How a search gets through the messages: by looking through the newest texts, by the index of words
 * or along the list of a filter. All go from new to old, so steps can be mixed: whichever way gets
 * further in its time goes on. Between steps the engine's thread is free.
 */
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { ContentKey } from '../store/mail-types.ts';
import type { ContentReader } from './content-reader.ts';
import type { Facts } from './facts.ts';
import { type FoldedText, foldText } from './folded-text.ts';
import { headsOf } from './heads.ts';
import type { TextTerm } from './query.ts';
import type { Groups } from './search-groups.ts';
import { bothStep, indexStep, listedStep, messageStep, type Walk } from './search-walk.ts';
import { shortPrefixLength } from './terms.ts';
import { TextMatcher } from './text-matcher.ts';

/** Steps of a walk: small at first, since mostly the first is enough, then as the found ones tell. */
const firstStep = { plain: 64, listed: 64, both: 512, filtered: 200, beginnings: 500 };
const mostInStep = 2_000;
/**
 * `worth`: for a word's first one, two or three letters, the share of the newest messages that must
 * hold it for reading on to be cheaper than asking the index, which costs the more the fewer letters
 * there are; the first number is that of a longer beginning after other words, which narrow it.
 * `most`: so many are read at most.
 */
const ofTexts = { worth: [1, 0.06, 0.12, 0.18], most: 800 };
const ofHeads = { worth: [0.06, 0.01, 0.06, 0.3], most: 4_000 };
const mostReadSteps = 150;
const textsInStep = 32;
const textsReadFirst = 32;
/** Steps follow each other without a pause for so long. */
const pauseAfterMs = 5;
/** What a search has found so far, newest first. */
export class Results {
  readonly groups: Groups;
  readonly taken: Facts[] = [];
  readonly #wanted: number;

  constructor(groups: Groups, wanted: number) {
    this.groups = groups;
    this.#wanted = wanted;
  }

  get missing(): number {
    return this.#wanted - this.taken.length;
  }

  /** Gives how many of them were looked at and pass. */
  take(found: Iterable<Facts>, passes: (facts: Facts) => boolean): number {
    let passed = 0;
    for (const facts of found) {
      if (!passes(facts)) continue;
      passed += 1;
      if (this.groups.isNew(facts)) this.taken.push(facts);
      if (this.missing <= 0) break;
    }
    return passed;
  }
}

/** A search in pieces: after each, other work may have its turn. */
export type Pieces<T> = Generator<undefined, T, undefined>;

/** When a piece has gone on for long enough. */
class Pace {
  #since = performance.now();

  *pause(): Pieces<void> {
    if (performance.now() - this.#since < pauseAfterMs) return;
    yield;
    this.#since = performance.now();
  }
}

export interface ReadOptions {
  readonly reader: MailStoreReader;
  /** Whatever it takes, in steps: the index would take longer, in one. */
  readonly toTheEnd: boolean;
}

/**
 * Looks through the newest texts for one of the terms, of which one is a short beginning. True when
 * enough was found, or nothing is left.
 */
export function* readTexts(
  walk: Walk,
  either: readonly TextTerm[],
  results: Results,
  { reader, toTheEnd }: ReadOptions,
): Pieces<boolean> {
  const { list, match } = walk;
  const tests = either.map((term) => toTextTest(walk.content, reader, term));
  const onlyHeads = either.every(({ column }) => column !== undefined);
  const { worth, most } = onlyHeads ? ofHeads : ofTexts;
  const enough = worth[Math.max(...either.map(shortPrefixLength))] ?? 1;
  let read = 0;
  let passed = 0;
  const passes = (facts: Facts) => {
    if (!walk.passes(facts)) return false;
    read += 1;
    return tests.some((test) => test(facts));
  };
  const pace = new Pace();
  for (let step = 0; toTheEnd || (step < mostReadSteps && read < most); step += 1) {
    const { found, ended } =
      list !== undefined
        ? listedStep(walk, list)
        : match === undefined
          ? messageStep(walk, textsInStep)
          : indexStep(walk, textsInStep);
    passed += results.take(found, passes);
    if (ended || results.missing <= 0) return true;
    if (!toTheEnd && read >= textsReadFirst && passed < read * enough) return false;
    yield* pace.pause();
  }
  return false;
}

/** Walks until enough is found or nothing is left. */
export function* follow(walk: Walk, results: Results): Pieces<void> {
  const { list, match, beginnings } = walk;
  // How far each way got in a millisecond, when it went last.
  let indexSpeed = Number.MAX_VALUE;
  let listSpeed = list !== undefined && (match === undefined || beginnings) ? Number.MAX_VALUE : -1;
  let size = firstStepOf(walk);
  const pace = new Pace();
  for (;;) {
    const from = walk.bound;
    const began = performance.now();
    const useList = list !== undefined && (match === undefined || listSpeed >= indexSpeed);
    const { found, ended } = useList
      ? listedStep(walk, list)
      : match === undefined
        ? messageStep(walk, size)
        : list === undefined
          ? indexStep(walk, size)
          : bothStep(walk, list, size);
    const missing = results.missing;
    const passed = results.take(found, walk.passes);
    if (ended || results.missing <= 0) return;
    const speed = (from - walk.bound) / Math.max(0.05, performance.now() - began);
    if (useList) listSpeed = speed;
    else {
      indexSpeed = speed;
      // Along its list, a filter may skip years of a common word.
      if (list !== undefined && listSpeed < 0 && passed === 0) listSpeed = Number.MAX_VALUE;
      const share = Math.max(passed, 0.5) / size;
      size = Math.min(mostInStep, Math.ceil(Math.max(size, (missing / share) * 1.2)));
    }
    yield* pace.pause();
  }
}

/** A beginning costs the index the same for few rows as for many. */
function firstStepOf({ list, condition, beginnings }: Walk): number {
  if (list !== undefined) return beginnings ? firstStep.listed : firstStep.both;
  if (condition === '') return firstStep.plain;
  return beginnings ? firstStep.beginnings : firstStep.filtered;
}

/** Lines of the heads that the index is given. */
const headLines = ['subject', 'sender', 'recipients', 'copies'];

/** Whether a message's headers or text hold a term, as the index would say. */
function toTextTest(
  content: ContentReader,
  reader: MailStoreReader,
  term: TextTerm,
): (facts: Facts) => boolean {
  const matcher = new TextMatcher([term]);
  const isIn = (text: string) => matcher.find(foldText(text).folded, 0) !== undefined;
  const heads = (facts: Facts) => content.heads(facts) ?? storedHeads(reader, facts);
  if (term.column !== undefined) {
    const line = headLines.indexOf(term.column);
    return (facts) => isIn(heads(facts).split('\n')[line] ?? '');
  }
  // A phrase does not go on from one header to the next.
  const inHeads = (lines: string) =>
    matcher.hasPhrase ? lines.split('\n').some(isIn) : isIn(lines);
  return (facts) => {
    const inText = lookIn(content, facts, matcher, ({ folded }) => matcher.find(folded, 0));
    return inText !== undefined || inHeads(heads(facts));
  };
}

function storedHeads(reader: MailStoreReader, facts: Facts): string {
  const message = reader.messageByKey(facts);
  if (message === undefined) return '';
  const { subject, from, to } = headsOf(message);
  return [subject, from, to].map((one) => one.replaceAll('\n', ' ')).join('\n');
}

/** Mostly a word stands in so many octets for the first time; folding costs more than finding. */
const headOctets = 1_200;

/**
 * What `find` finds in a message's text: in its head, or else in all of it. A phrase may go on behind
 * the head. Undefined when nothing is found, and when the text is not here or cannot be read.
 */
export function lookIn<T>(
  content: ContentReader,
  key: ContentKey,
  { hasPhrase }: TextMatcher,
  find: (text: FoldedText) => T | undefined,
): T | undefined {
  try {
    const head = content.folded(key, hasPhrase ? undefined : headOctets);
    if (head === undefined) return undefined;
    const found = find(head);
    if (found !== undefined || !head.isCut) return found;
    const all = content.folded(key);
    return all === undefined ? undefined : find(all);
  } catch {
    // A damaged text hides the marks, not the message; whoever opens it hears of it.
    return undefined;
  }
}

/** Before many texts are looked through, one after the other. */
export function unpackTexts(content: ContentReader, keys: readonly ContentKey[]): void {
  try {
    content.unpack(keys);
  } catch {
    // One is damaged: the others are unpacked when they are looked at.
  }
}
