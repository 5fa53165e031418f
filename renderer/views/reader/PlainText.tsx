/** Plain text with its links; what it repeats at its end is folded. Nodes, never markup. */
import { type MouseEvent, type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Button as WordsButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import { cutAtLine, foldable } from '../../mail/fold-text.ts';
import { linkify, splitQuotes, type TextBlock } from '../../mail/linkify.ts';
import styles from './PlainText.module.css';

interface PlainTextProps {
  readonly text: string;
  readonly emptyWords: string;
  readonly onLink: (url: string, text: string) => void;
  readonly onTarget: (url: string, text: string) => void;
}

/** So much is drawn at once (UTF-16 units): a text of megabytes would hold the window up. */
const pieceLength = 60_000;

export function PlainText({ text, emptyWords, onLink, onTarget }: PlainTextProps) {
  const { t } = useWords();
  const [shown, setShown] = useState(pieceLength);
  const [unfolded, setUnfolded] = useState(false);
  if (text.trim() === '') {
    return (
      <p className={cx(styles.empty)} data-message-text>
        {emptyWords}
      </p>
    );
  }
  const isCut = text.length > shown;
  const { own, quoted } = foldable(splitQuotes(isCut ? cutAtLine(text, shown) : text), isCut);
  const draw = (blocks: readonly TextBlock[], atEnd?: ReactNode) =>
    blocks.map((block, index) => (
      <div
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks of one text never move
        key={index}
        className={cx(block.quoteDepth > 0 && styles.quote)}
        style={{ marginInlineStart: Math.max(0, Math.min(block.quoteDepth, 6) - 1) * 14 }}
        dir="auto"
      >
        <Linked text={block.text} onLink={onLink} onTarget={onTarget} />
        {index === blocks.length - 1 && atEnd}
      </div>
    ));
  const fold = quoted.length > 0 && (
    <Button
      className={cx(styles.fold)}
      aria-label={t('reader.showQuoted')}
      aria-expanded={unfolded}
      onPress={() => setUnfolded(!unfolded)}
    >
      …
    </Button>
  );
  return (
    <div className={cx(styles.text)} data-message-text>
      {/* On the side where the last paragraph begins. */}
      {own.length === 0 ? fold : draw(own, fold)}
      {unfolded && draw(quoted)}
      {isCut && (
        <WordsButton onPress={() => setShown(shown + 4 * pieceLength)}>
          {t('reader.showMore')}
        </WordsButton>
      )}
    </div>
  );
}

type LinkedProps = Pick<PlainTextProps, 'text' | 'onLink' | 'onTarget'>;

function Linked({ text, onLink, onTarget }: LinkedProps) {
  return linkify(text).map((piece, index) => {
    const { href } = piece;
    if (href === undefined) return piece.text;
    const follow = (event: MouseEvent) => {
      event.preventDefault();
      if (event.type === 'click') onLink(href, piece.text);
    };
    return (
      <a
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text never move
        key={index}
        href={href}
        rel="noreferrer"
        onClick={follow}
        onAuxClick={follow}
        onMouseEnter={() => onTarget(href, piece.text)}
        onMouseLeave={() => onTarget('', '')}
        onFocus={() => onTarget(href, piece.text)}
        onBlur={() => onTarget('', '')}
      >
        {piece.text}
      </a>
    );
  });
}
