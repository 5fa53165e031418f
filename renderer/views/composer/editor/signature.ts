/**
 * Where an identity's signature stands: below what the person writes, above what is quoted. Rich
 * letters know it by its own block, plain ones by its words.
 */
import { Fragment, type Node } from 'prosemirror-model';
import { signatureMark } from './doc-text.ts';
import { letterSchema } from './schema.ts';

/** Where the quotation begins, in blocks; the number of blocks when there is none. */
function quotationStart(doc: Node): number {
  let start = doc.childCount;
  doc.forEach((node, _offset, index) => {
    if (start < doc.childCount) return;
    if (node.type.name !== 'blockquote' || node.attrs.cite !== true) return;
    // The line before it says who wrote it.
    const before = index === 0 ? undefined : doc.child(index - 1);
    const leads = before?.type.name === 'paragraph' && before.content.size > 0;
    start = leads ? index - 1 : index;
  });
  return start;
}

/** Where what was there from the start begins: after the empty lines for the person's own words. */
function firstFilled(doc: Node): number {
  for (let index = 0; index < doc.childCount; index += 1) {
    const node = doc.child(index);
    if (node.type.name !== 'paragraph' || node.content.size > 0) return index;
  }
  return doc.childCount;
}

export interface SignedDoc {
  readonly doc: Node;
  /** False when nothing had to be changed. */
  readonly changed: boolean;
}

/**
 * @param signature blocks of the new signature; empty: none
 * @param isFresh nothing was written yet: all that is there is a quotation
 */
export function placeSignature(doc: Node, signature: Fragment, isFresh: boolean): SignedDoc {
  const blocks: Node[] = [];
  let old = -1;
  doc.forEach((node, _offset, index) => {
    if (node.type.name === 'signature' && old === -1) old = index;
    else blocks.push(node);
  });
  if (old === -1 && signature.size === 0) return { doc, changed: false };
  const empty = letterSchema.node('paragraph');
  const added = signature.size === 0 ? [] : [letterSchema.node('signature', null, signature)];
  if (old !== -1) {
    if (doc.child(old).content.eq(signature)) return { doc, changed: false };
    blocks.splice(old, 0, ...added);
  } else {
    const at = isFresh ? firstFilled(doc) : quotationStart(doc);
    const before = blocks.slice(0, at);
    // One line to write in, one between it and the signature.
    while (before.length < 2 || (before.at(-1)?.content.size ?? 0) > 0) before.push(empty);
    const below = blocks.slice(at);
    const room = below.length > 0 && (below[0]?.content.size ?? 0) > 0 ? [empty] : [];
    blocks.splice(0, blocks.length, ...before, ...added, ...room, ...below);
  }
  const content = blocks.length === 0 ? [empty] : blocks;
  return { doc: doc.copy(Fragment.from(content)), changed: true };
}

/** Where quoted lines begin: at the line that says who wrote them. */
function quotedLine(lines: readonly string[]): number {
  const first = lines.findIndex((line) => line.startsWith('>'));
  if (first === -1) return lines.length;
  const lead = lines[first - 1];
  return lead !== undefined && lead.trim() !== '' ? first - 1 : first;
}

/**
 * The same for plain text. A signature that the person changed is theirs and stays.
 * @param before the words of the identity's signature that may be there; empty: none
 */
export function placeTextSignature(
  text: string,
  before: string,
  after: string,
  isFresh: boolean,
): string {
  const lines = text.split('\n');
  const old = before.trim() === '' ? [] : before.trim().split('\n');
  const fresh = after.trim() === '' ? [] : after.trim().split('\n');
  const at = old.length === 0 ? -1 : findLines(lines, old);
  const marked = (index: number) => lines[index - 1]?.trimEnd() === signatureMark.trimEnd();
  if (at !== -1) {
    const start = marked(at) ? at - 1 : at;
    const isLast = lines.slice(at + old.length).every((line) => line.trim() === '');
    const put = fresh.length === 0 ? [] : [...(isLast ? [signatureMark] : []), ...fresh];
    return lines.toSpliced(start, at + old.length - start, ...put).join('\n');
  }
  if (fresh.length === 0 || old.length > 0) return text;
  const start = isFresh ? lines.findIndex((line) => line.trim() !== '') : quotedLine(lines);
  const cut = start === -1 ? lines.length : start;
  const own = lines.slice(0, cut);
  while (own.length < 2 || own.at(-1)?.trim() !== '') own.push('');
  const quoted = lines.slice(cut);
  const put = quoted.length === 0 ? [signatureMark, ...fresh] : [...fresh, ''];
  return [...own, ...put, ...quoted].join('\n');
}

function findLines(lines: readonly string[], wanted: readonly string[]): number {
  return lines.findIndex((_line, index) =>
    wanted.every((line, offset) => lines[index + offset]?.trimEnd() === line.trimEnd()),
  );
}
