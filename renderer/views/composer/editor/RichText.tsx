/** The rich editor's place in React: made once, then it keeps itself. */
import { type RefObject, useEffect, useEffectEvent, useRef } from 'react';
import { cx } from '../../../components/cx.ts';
import { createEditor, type EditorOptions, type LetterEditor } from './create-editor.ts';
import styles from './RichText.module.css';

interface RichTextProps extends EditorOptions {
  readonly editor: RefObject<LetterEditor | undefined>;
  /** Puts the cursor before all that is there, and what it gives there, as soon as there is an editor. */
  readonly takeTyped: (() => string) | undefined;
}

export function RichText({ editor, takeTyped, ...options }: RichTextProps) {
  const place = useRef<HTMLDivElement>(null);
  const make = useEffectEvent((element: HTMLElement) =>
    createEditor(element, {
      ...options,
      urlOf: (src) => current().urlOf(src),
      keepImage: (file) => current().keepImage(file),
      onChange: (doc) => current().onChange(doc),
      onFormat: (format) => current().onFormat(format),
      onRemoteImages: (count) => current().onRemoteImages(count),
      onLink: () => current().onLink(),
    }),
  );
  const latest = useRef<EditorOptions>(options);
  const current = () => latest.current;
  useEffect(() => {
    latest.current = options;
  });
  const begin = useEffectEvent((made: LetterEditor) => {
    if (takeTyped !== undefined) made.focus('start', takeTyped());
  });
  useEffect(() => {
    if (place.current === null) return;
    const made = make(place.current);
    editor.current = made;
    begin(made);
    return () => {
      editor.current = undefined;
      made.destroy();
    };
  }, [editor]);
  return <div ref={place} className={cx(styles.place)} />;
}
