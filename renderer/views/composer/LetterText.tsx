/** The text of a letter with its toolbar, or plain; between them stands what it has to say for itself. */
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './Composer.module.css';
import type { Format } from './editor/commands.ts';
import { FormatBar } from './editor/FormatBar.tsx';
import { RichText } from './editor/RichText.tsx';
import type { DraftFiles } from './use-attachments.ts';
import type { Letter } from './use-letter.ts';

interface LetterTextProps {
  readonly letter: Letter;
  readonly files: DraftFiles;
  /** The hands are to go here, before all that is there; it gives what was typed ahead. */
  readonly takeTyped: (() => string) | undefined;
  readonly onRemoteImages: (count: number) => void;
  /** Files and notes. */
  readonly children: ReactNode;
}

export function LetterText({
  letter,
  files,
  takeTyped,
  onRemoteImages,
  children,
}: LetterTextProps) {
  const { t, locale } = useWords();
  const [format, setFormat] = useState<Format>();
  const [isLinking, setLinking] = useState(false);
  const plain = useRef<HTMLTextAreaElement>(null);
  const begin = useEffectEvent(() => {
    if (takeTyped === undefined || letter.isRich) return;
    const typed = takeTyped();
    if (typed !== '') letter.setPlain(typed + letter.plain);
    plain.current?.focus();
    plain.current?.setSelectionRange(typed.length, typed.length);
  });
  useEffect(() => begin(), []);
  if (!letter.isRich) {
    return (
      <>
        <textarea
          ref={plain}
          className={cx(styles.text)}
          aria-label={t('composer.text')}
          value={letter.plain}
          onChange={(event) => letter.setPlain(event.target.value)}
          // An empty one would be from left to right everywhere.
          dir={letter.plain === '' ? undefined : 'auto'}
          lang={locale}
          spellCheck
        />
        {children}
      </>
    );
  }
  return (
    <>
      <RichText
        editor={letter.editor}
        takeTyped={takeTyped}
        doc={letter.start}
        label={t('composer.text')}
        editOriginal={t('composer.original.edit')}
        lang={locale}
        urlOf={files.urlOf}
        keepImage={files.keepImage}
        onChange={letter.onDoc}
        onFormat={setFormat}
        onRemoteImages={onRemoteImages}
        onLink={() => setLinking(true)}
      />
      {children}
      <FormatBar
        editor={letter.editor}
        format={format}
        isLinking={isLinking}
        onLinking={setLinking}
      />
    </>
  );
}
