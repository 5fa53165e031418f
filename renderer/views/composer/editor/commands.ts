/** What the toolbar and the keys do to a letter, by name; and which of it holds at the cursor. */
import { lift, setBlockType, toggleMark, wrapIn } from 'prosemirror-commands';
import { redo, undo } from 'prosemirror-history';
import type { MarkType, Node, NodeType } from 'prosemirror-model';
import { liftListItem, wrapInList } from 'prosemirror-schema-list';
import { type Command, type EditorState, TextSelection } from 'prosemirror-state';
import { letterSchema } from './schema.ts';

const { nodes, marks } = letterSchema;

export const markNames = ['strong', 'em', 'underline', 'strike', 'code'] as const;
export const blockNames = ['bullet_list', 'ordered_list', 'blockquote', 'code_block'] as const;
export type MarkName = (typeof markNames)[number];
export type BlockName = (typeof blockNames)[number];
export type CommandName = MarkName | BlockName | 'clear' | 'undo' | 'redo';

export const commands: Readonly<Record<CommandName, Command>> = {
  strong: toggleMark(marks.strong),
  em: toggleMark(marks.em),
  underline: toggleMark(marks.underline),
  strike: toggleMark(marks.strike),
  code: toggleMark(marks.code),
  bullet_list: toggleList(nodes.bullet_list),
  ordered_list: toggleList(nodes.ordered_list),
  blockquote: (state, dispatch, view) =>
    ancestor(state, nodes.blockquote) === undefined
      ? wrapIn(nodes.blockquote)(state, dispatch, view)
      : lift(state, dispatch, view),
  code_block: (state, dispatch, view) =>
    setBlockType(isBlock(state, nodes.code_block) ? nodes.paragraph : nodes.code_block)(
      state,
      dispatch,
      view,
    ),
  clear: clearFormat,
  undo,
  redo,
};

/** What holds at the cursor. */
export interface Format {
  readonly on: readonly (MarkName | BlockName)[];
  readonly link: string | undefined;
  readonly isEmptySelection: boolean;
}

export function formatOf(state: EditorState): Format {
  const on: (MarkName | BlockName)[] = markNames.filter((name) => hasMark(state, marks[name]));
  if (isBlock(state, nodes.code_block)) on.push('code_block');
  if (ancestor(state, nodes.blockquote) !== undefined) on.push('blockquote');
  const list = nearestList(state);
  if (list?.node.type === nodes.bullet_list) on.push('bullet_list');
  if (list?.node.type === nodes.ordered_list) on.push('ordered_list');
  return { on, link: linkAt(state)?.href, isEmptySelection: state.selection.empty };
}

function hasMark(state: EditorState, type: MarkType): boolean {
  const { from, $from, to, empty } = state.selection;
  return empty
    ? type.isInSet(state.storedMarks ?? $from.marks()) !== undefined
    : state.doc.rangeHasMark(from, to, type);
}

function isBlock(state: EditorState, type: NodeType): boolean {
  return state.selection.$from.parent.type === type;
}

function ancestor(state: EditorState, type: NodeType): { node: Node; pos: number } | undefined {
  return nearest(state, (node) => node.type === type);
}

function nearestList(state: EditorState): { node: Node; pos: number } | undefined {
  return nearest(state, ({ type }) => type === nodes.bullet_list || type === nodes.ordered_list);
}

function nearest(state: EditorState, matches: (node: Node) => boolean) {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const node = $from.node(depth);
    if (matches(node)) return { node, pos: $from.before(depth) };
  }
  return undefined;
}

function toggleList(type: NodeType): Command {
  return (state, dispatch, view) => {
    const list = nearestList(state);
    if (list === undefined) return wrapInList(type)(state, dispatch, view);
    if (list.node.type === type) return liftListItem(nodes.list_item)(state, dispatch, view);
    dispatch?.(state.tr.setNodeMarkup(list.pos, type));
    return true;
  };
}

/** Plain words again: no marks, no headings, no code. Links stay: they are more than a look. */
function clearFormat(state: EditorState, dispatch?: (tr: EditorState['tr']) => void): boolean {
  const { from, to, empty } = state.selection;
  const tr = state.tr;
  if (empty) tr.setStoredMarks([]);
  for (const name of markNames) tr.removeMark(from, to, marks[name]);
  tr.setBlockType(from, to, nodes.paragraph);
  dispatch?.(tr.scrollIntoView());
  return true;
}

export interface LinkRange {
  readonly href: string;
  readonly from: number;
  readonly to: number;
}

/** The link that the cursor stands in or touches. */
export function linkAt(state: EditorState): LinkRange | undefined {
  const { $from } = state.selection;
  const parent = $from.parent;
  const start = $from.start();
  const ranges: LinkRange[] = [];
  parent.forEach((node, offset) => {
    const mark = marks.link.isInSet(node.marks);
    if (mark === undefined) return;
    const from = start + offset;
    const last = ranges.at(-1);
    const href = String(mark.attrs.href);
    if (last?.to === from && last.href === href) {
      ranges[ranges.length - 1] = { href, from: last.from, to: from + node.nodeSize };
    } else ranges.push({ href, from, to: from + node.nodeSize });
  });
  return ranges.find(({ from, to }) => from <= $from.pos && $from.pos <= to);
}

/** Puts a link on the selection, changes the one at the cursor, or writes one; undefined takes it off. */
export function setLink(href: string | undefined): Command {
  return (state, dispatch) => {
    const { selection } = state;
    const found = linkAt(state);
    const range = selection.empty ? found : selection;
    const tr = state.tr;
    if (range === undefined) {
      if (href === undefined) return false;
      const text = letterSchema.text(href.replace(/^mailto:/, ''), [
        letterSchema.mark('link', { href }),
      ]);
      tr.replaceSelectionWith(text, false);
    } else {
      tr.removeMark(range.from, range.to, marks.link);
      if (href !== undefined) tr.addMark(range.from, range.to, marks.link.create({ href }));
      tr.setSelection(TextSelection.create(tr.doc, range.to));
    }
    dispatch?.(tr.removeStoredMark(marks.link).scrollIntoView());
    return true;
  };
}
