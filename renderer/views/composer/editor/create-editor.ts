/**
 * The rich editor: ProseMirror with the letter's schema. Knows the window, not React. Loaded with the
 * composer, never with the first screen.
 */
import { baseKeymap, chainCommands, exitCode } from 'prosemirror-commands';
import { history, redo, undo } from 'prosemirror-history';
import {
  InputRule,
  inputRules,
  textblockTypeInputRule,
  undoInputRule,
  wrappingInputRule,
} from 'prosemirror-inputrules';
import { keymap } from 'prosemirror-keymap';
import { DOMSerializer, type Fragment, type Node, Slice } from 'prosemirror-model';
import { liftListItem, sinkListItem, splitListItem } from 'prosemirror-schema-list';
import { type Command, EditorState, Plugin, TextSelection } from 'prosemirror-state';
import { EditorView, type NodeView } from 'prosemirror-view';
import { linkify } from '../../../mail/linkify.ts';
import { cleanPaste, filesMeant, pictureExtension } from './clean-paste.ts';
import { type CommandName, commands, type Format, formatOf, setLink } from './commands.ts';
import { textDoc } from './doc-text.ts';
import { originalBlocks } from './read-letter.ts';
import { letterSchema } from './schema.ts';

export interface EditorOptions {
  readonly doc: Node;
  readonly label: string;
  /** The words of the button that makes a forwarded message editable. */
  readonly editOriginal: string;
  /** BCP 47, for the host's spelling. */
  readonly lang: string;
  /** Where a picture of the letter can be looked at in this window; undefined when nowhere. */
  readonly urlOf: (src: string) => string | undefined;
  /** A picture to stand in the text. @returns the source by which it stands there until it is kept */
  readonly keepImage: (file: File) => string;
  readonly onChange: (doc: Node) => void;
  readonly onFormat: (format: Format) => void;
  readonly onRemoteImages: (count: number) => void;
  /** Ctrl or Cmd and K: the person wants a link here. */
  readonly onLink: () => void;
}

export interface LetterEditor {
  readonly doc: Node;
  /**
   * @param at the start: before all that is there
   * @param typed was typed before the editor was there
   */
  focus(at?: 'start', typed?: string): void;
  run(command: CommandName): void;
  setLink(href: string | undefined): void;
  insertImages(files: readonly File[]): void;
  /** Takes a picture out that could not be kept. */
  dropImage(src: string): void;
  /** All of it anew, as one step that can be undone. */
  replace(doc: Node): void;
  format(): Format;
  destroy(): void;
}

const { nodes } = letterSchema;

const breakLine: Command = chainCommands(exitCode, (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
  return true;
});

function keys(onLink: () => void) {
  // Ctrl+Enter sends: it belongs to the composer.
  const { 'Mod-Enter': _send, 'Ctrl-Enter': _also, ...base } = baseKeymap;
  const enter = base.Enter;
  return [
    keymap({
      'Mod-z': undo,
      'Mod-y': redo,
      'Shift-Mod-z': redo,
      Backspace: undoInputRule,
      'Mod-b': commands.strong,
      'Mod-i': commands.em,
      'Mod-u': commands.underline,
      'Shift-Mod-x': commands.strike,
      'Mod-e': commands.code,
      'Shift-Mod-7': commands.ordered_list,
      'Shift-Mod-8': commands.bullet_list,
      'Shift-Mod-9': commands.blockquote,
      'Mod-\\': commands.clear,
      'Mod-k': () => {
        onLink();
        return true;
      },
      // Elsewhere Tab goes on to the next control.
      Tab: sinkListItem(nodes.list_item),
      'Shift-Tab': liftListItem(nodes.list_item),
      'Shift-Enter': breakLine,
      Enter: chainCommands(splitListItem(nodes.list_item), ...(enter === undefined ? [] : [enter])),
    }),
    keymap(base),
  ];
}

const rules = inputRules({
  rules: [
    wrappingInputRule(/^\s*[-*]\s$/, nodes.bullet_list),
    wrappingInputRule(/^(\d{1,3})[.)]\s$/, nodes.ordered_list, (match) => ({
      order: Number(match[1]),
    })),
    wrappingInputRule(/^>\s$/, nodes.blockquote),
    textblockTypeInputRule(/^```$/, nodes.code_block),
    // An address is a link as soon as it is written.
    new InputRule(/(?:https?:\/\/|www\.)[^\s<>"]+\s$/i, (state, match, start, end) => {
      const typed = match[0].slice(0, -1);
      const piece = linkify(typed).find(({ href }) => href !== undefined);
      if (piece?.href === undefined || !typed.startsWith(piece.text)) return null;
      const mark = letterSchema.mark('link', { href: piece.href });
      const tr = state.tr.addMark(start, start + piece.text.length, mark);
      return tr.insertText(match[0].slice(-1), end).removeStoredMark(mark);
    }),
  ],
});

function areAllPictures(files: readonly File[]): boolean {
  return files.every((file) => pictureExtension(file.type) !== undefined);
}

/** Shown by the letter's own few elements: close to how it looks, and nothing of it is live. */
function originalView(
  node: Node,
  { editOriginal, urlOf }: EditorOptions,
  onEdit: (content: Fragment) => void,
): NodeView {
  const dom = document.createElement('div');
  dom.className = 'original';
  dom.contentEditable = 'false';
  const edit = document.createElement('button');
  edit.type = 'button';
  edit.textContent = editOriginal;
  const content = originalBlocks(String(node.attrs.html));
  edit.addEventListener('click', () => onEdit(content));
  // Made where nothing is looked up: a picture's own source is none that a window knows.
  const shown = DOMSerializer.fromSchema(letterSchema).serializeFragment(content, {
    document: document.implementation.createHTMLDocument(),
  });
  const box = document.createElement('div');
  for (const image of shown.querySelectorAll('img')) {
    const url = urlOf(image.getAttribute('src') ?? '');
    if (url === undefined) image.replaceWith(image.alt);
    else image.src = url;
  }
  box.append(shown);
  dom.append(edit, box);
  return { dom, stopEvent: (event) => event.target === edit };
}

export function createEditor(place: HTMLElement, options: EditorOptions): LetterEditor {
  const { urlOf, keepImage } = options;
  const insert = (view: EditorView, files: readonly File[], at?: number) => {
    for (const file of files) {
      const image = nodes.image.create({ src: keepImage(file), alt: file.name });
      view.dispatch(
        at === undefined
          ? view.state.tr.replaceSelectionWith(image).scrollIntoView()
          : view.state.tr.insert(at, image),
      );
    }
  };
  const clipboard = new Plugin({
    props: {
      // Escape closes the letter: it belongs to the composer, and the editor would swallow it.
      handleDOMEvents: { keydown: (_view, event) => event.key === 'Escape' },
      handlePaste(view, event) {
        const files = filesMeant(event.clipboardData);
        if (files.length === 0) return false;
        // Files that are not all pictures are attachments: the composer's.
        if (areAllPictures(files)) {
          event.stopPropagation();
          insert(view, files);
        }
        return true;
      },
      handleDrop(view, event) {
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length === 0) return false;
        if (areAllPictures(files)) {
          event.stopPropagation();
          const spot = view.posAtCoords({ left: event.clientX, top: event.clientY });
          insert(view, files, spot?.pos);
        }
        return true;
      },
      transformPastedHTML(html) {
        const clean = cleanPaste(html, keepImage, (src) => urlOf(src) !== undefined);
        if (clean.remoteImages > 0) options.onRemoteImages(clean.remoteImages);
        return clean.html;
      },
      clipboardTextParser(text) {
        return new Slice(textDoc(text.replace(/\r\n?/g, '\n')).content, 1, 1);
      },
    },
  });
  const view = new EditorView(place, {
    state: EditorState.create({
      doc: options.doc,
      plugins: [...keys(options.onLink), rules, history(), clipboard],
    }),
    attributes: {
      role: 'textbox',
      'aria-multiline': 'true',
      'aria-label': options.label,
      spellcheck: 'true',
      lang: options.lang,
    },
    nodeViews: {
      image: (node) => {
        const dom = document.createElement('img');
        const url = urlOf(String(node.attrs.src));
        dom.alt = String(node.attrs.alt);
        if (url !== undefined) dom.src = url;
        return { dom };
      },
      original: (node, editor, getPos) =>
        originalView(node, options, (content) => {
          const pos = getPos();
          if (pos === undefined) return;
          editor.dispatch(editor.state.tr.replaceWith(pos, pos + node.nodeSize, content));
        }),
    },
    dispatchTransaction(transaction) {
      view.updateState(view.state.apply(transaction));
      if (transaction.docChanged) options.onChange(view.state.doc);
      options.onFormat(formatOf(view.state));
    },
  });
  return {
    get doc() {
      return view.state.doc;
    },
    focus(at, typed = '') {
      if (at === 'start') {
        view.dispatch(view.state.tr.setSelection(TextSelection.atStart(view.state.doc)));
      }
      if (typed !== '') view.dispatch(view.state.tr.insertText(typed));
      view.focus();
    },
    run(command) {
      commands[command](view.state, view.dispatch, view);
    },
    setLink(href) {
      setLink(href)(view.state, view.dispatch, view);
      view.focus();
    },
    insertImages: (files) => insert(view, files),
    dropImage(src) {
      const found: number[] = [];
      view.state.doc.descendants((node, pos) => {
        if (node.type === nodes.image && node.attrs.src === src) found.push(pos);
      });
      const tr = view.state.tr;
      for (const pos of found.toReversed()) tr.delete(pos, pos + 1);
      if (found.length > 0) view.dispatch(tr.setMeta('addToHistory', false));
    },
    replace(doc) {
      const tr = view.state.tr.replaceWith(0, view.state.doc.content.size, doc.content);
      view.dispatch(tr.setSelection(TextSelection.atStart(tr.doc)));
    },
    format: () => formatOf(view.state),
    destroy: () => view.destroy(),
  };
}
