/**
 * The text of a draft, rich or plain: what the editor shows, what is kept of it, what changes with
 * the identity. The editor holds the letter; this holds its latest state, also after it is gone.
 */
import { Fragment, type Node } from 'prosemirror-model';
import { type RefObject, useRef, useState } from 'react';
import type { DraftDto, IdentityDto } from '../../../app/contract/index.ts';
import type { LetterEditor } from './editor/create-editor.ts';
import { docHtml, type KeptSource } from './editor/doc-html.ts';
import { docText, textDoc } from './editor/doc-text.ts';
import { readForwarded, readLetter } from './editor/read-letter.ts';
import { hasFormatting, imageSources } from './editor/schema.ts';
import { placeSignature, placeTextSignature } from './editor/signature.ts';

export interface Letter {
  readonly isRich: boolean;
  /** What the editor begins with; another one after each change of format. */
  readonly start: Node;
  readonly plain: string;
  readonly editor: RefObject<LetterEditor | undefined>;
  /** What is kept: text alone, or HTML with text beside it. */
  read(keptSource: KeptSource): { readonly text: string; readonly html: string | undefined };
  images(): readonly string[];
  onDoc(doc: Node): void;
  setPlain(text: string): void;
  /** True when plain text could not say the same. */
  losesByPlain(): boolean;
  setRich(isRich: boolean): void;
  sign(before: IdentityDto | undefined, after: IdentityDto | undefined): void;
}

function signatureBlocks(identity: IdentityDto | undefined): Fragment {
  if (identity === undefined) return Fragment.empty;
  const { signatureHtml, signatureText } = identity;
  if (signatureHtml !== undefined && signatureHtml.trim() !== '') {
    return readLetter(signatureHtml).content;
  }
  return signatureText.trim() === '' ? Fragment.empty : textDoc(signatureText.trim()).content;
}

interface Start {
  readonly isRich: boolean;
  readonly doc: Node;
  readonly plain: string;
}

/** @param isFresh just made: its signature is still to be put there */
function startOf(
  draft: DraftDto,
  isFresh: boolean,
  wantsRich: boolean,
  identity: IdentityDto | undefined,
): Start {
  const isRich = draft.html !== undefined || (isFresh && wantsRich);
  const read = isFresh && draft.forwardOf !== undefined ? readForwarded : readLetter;
  const doc = draft.html === undefined ? textDoc(draft.text) : read(draft.html);
  if (!isFresh) return { isRich, doc, plain: draft.text };
  return {
    isRich,
    doc: placeSignature(doc, signatureBlocks(identity), true).doc,
    plain: placeTextSignature(draft.text, '', identity?.signatureText ?? '', true),
  };
}

export function useLetter(
  draft: DraftDto,
  options: {
    readonly isFresh: boolean;
    readonly wantsRich: boolean;
    readonly identity: IdentityDto | undefined;
    readonly onChange: () => void;
  },
): Letter {
  const { isFresh, wantsRich, identity, onChange } = options;
  const [begin] = useState(() => startOf(draft, isFresh, wantsRich, identity));
  const [isRich, setIsRich] = useState(begin.isRich);
  const [start, setStart] = useState(begin.doc);
  const [plain, setPlainText] = useState(begin.plain);
  const doc = useRef(begin.doc);
  const text = useRef(begin.plain);
  const rich = useRef(begin.isRich);
  const editor = useRef<LetterEditor | undefined>(undefined);

  function setPlain(next: string): void {
    text.current = next;
    setPlainText(next);
    onChange();
  }
  return {
    isRich,
    start,
    plain,
    editor,
    read: (keptSource) =>
      rich.current
        ? { text: docText(doc.current), html: docHtml(doc.current, keptSource) }
        : { text: text.current, html: undefined },
    images: () => (rich.current ? imageSources(doc.current) : []),
    onDoc(next) {
      doc.current = next;
      onChange();
    },
    setPlain,
    losesByPlain: () => hasFormatting(doc.current),
    setRich(next) {
      rich.current = next;
      if (next) {
        doc.current = textDoc(text.current);
        setStart(doc.current);
      } else setPlain(docText(doc.current));
      setIsRich(next);
      onChange();
    },
    sign(before, after) {
      if (rich.current) {
        const signed = placeSignature(doc.current, signatureBlocks(after), false);
        if (!signed.changed) return;
        if (editor.current === undefined) doc.current = signed.doc;
        else editor.current.replace(signed.doc);
      } else {
        const words = (one: IdentityDto | undefined) => one?.signatureText ?? '';
        setPlain(placeTextSignature(text.current, words(before), words(after), false));
      }
    },
  };
}
