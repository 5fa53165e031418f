/** Which end of a plain text only repeats what was written before. Pure. */
import type { TextBlock } from './linkify.ts';

/** The beginning of a text, up to a line's end where there is one near. */
export function cutAtLine(text: string, length: number): string {
  const end = text.lastIndexOf('\n', length);
  return text.slice(0, end > length / 2 ? end : length).toWellFormed();
}

/** What is quoted at the end, with the line that says whose it is; not when nothing else is there. */
export function foldable(
  blocks: readonly TextBlock[],
  isCut: boolean,
): { own: readonly TextBlock[]; quoted: readonly TextBlock[] } {
  const lastOwn = blocks.findLastIndex(
    ({ quoteDepth, text }) => quoteDepth === 0 && text.trim() !== '',
  );
  const before = blocks[lastOwn];
  if (isCut || before === undefined || lastOwn === blocks.length - 1) {
    return { own: blocks, quoted: [] };
  }
  // "On Thursday, somebody wrote:" belongs to what follows, one or two lines of it.
  const said = /\n\s*\n([^\n]{1,200}(?:\n[^\n]{1,200})?:)\s*$/.exec(`\n\n${before.text}`);
  const rest = said === null ? before.text : before.text.slice(0, Math.max(0, said.index - 2));
  const quoted = blocks.slice(lastOwn + 1);
  if (said === null) return { own: blocks.slice(0, lastOwn + 1), quoted };
  if (rest.trim() === '' && lastOwn === 0) return { own: blocks, quoted: [] };
  return {
    own: [...blocks.slice(0, lastOwn), { quoteDepth: 0, text: rest.trimEnd() }],
    quoted: [{ quoteDepth: 0, text: said[1] ?? '' }, ...quoted],
  };
}
