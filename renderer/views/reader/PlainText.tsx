/** Plain text with its links; what it repeats at its end is folded. Nodes, never markup. */
import { type MouseEvent, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Button as WordsButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
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
  if (text.trim() === '') return <p className={cx(styles.empty)}>{emptyWords}</p>;
  const isCut = text.length > shown;
  const { own, quoted } = foldable(splitQuotes(isCut ? cutAtLine(text, shown) : text), isCut);
  const draw = (blocks: readonly TextBlock[]) =>
    blocks.map((block, index) => (
      <div
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks of one text never move
        key={index}
        className={cx(block.quoteDepth > 0 && styles.quote)}
        style={{ marginInlineStart: Math.max(0, Math.min(block.quoteDepth, 6) - 1) * 14 }}
        dir="auto"
      >
        <Linked text={block.text} onLink={onLink} onTarget={onTarget} />
      </div>
    ));
  return (
    <div className={cx(styles.text)}>
      {draw(own)}
      {quoted.length > 0 && (
        <Button
          className={cx(styles.fold)}
          aria-label={t('reader.showQuoted')}
          aria-expanded={unfolded}
          onPress={() => setUnfolded(!unfolded)}
        >
          …
        </Button>
      )}
      {unfolded && draw(quoted)}
      {isCut && (
        <WordsButton onPress={() => setShown(shown + 4 * pieceLength)}>
          {t('reader.showMore')}
        </WordsButton>
      )}
    </div>
  );
}

function cutAtLine(text: string, length: number): string {
  const end = text.lastIndexOf('\n', length);
  return text.slice(0, end > length / 2 ? end : length).toWellFormed();
}

/** What is quoted at the end, with the line that says whose it is; not when nothing else is there. */
function foldable(
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
