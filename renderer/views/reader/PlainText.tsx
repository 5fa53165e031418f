/** Plain text with its links and muted quotations. Nodes, never markup. */
import type { MouseEvent } from 'react';
import { cx } from '../../components/cx.ts';
import { linkify, splitQuotes } from '../../mail/linkify.ts';
import styles from './PlainText.module.css';

interface PlainTextProps {
  readonly text: string;
  readonly emptyWords: string;
  readonly onLink: (url: string) => void;
  readonly onTarget: (url: string) => void;
}

export function PlainText({ text, emptyWords, onLink, onTarget }: PlainTextProps) {
  if (text.trim() === '')
    return (
      <p className={cx(styles.empty)} data-message-text>
        {emptyWords}
      </p>
    );
  return (
    <div className={cx(styles.text)} data-message-text>
      {splitQuotes(text).map((block, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: blocks of one text never move
          key={index}
          className={cx(block.quoteDepth > 0 && styles.quote)}
          style={{ marginInlineStart: Math.max(0, Math.min(block.quoteDepth, 6) - 1) * 14 }}
          dir="auto"
        >
          <Linked text={block.text} onLink={onLink} onTarget={onTarget} />
        </div>
      ))}
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
      if (event.type === 'click') onLink(href);
    };
    return (
      <a
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text never move
        key={index}
        href={href}
        rel="noreferrer"
        onClick={follow}
        onAuxClick={follow}
        onMouseEnter={() => onTarget(href)}
        onMouseLeave={() => onTarget('')}
        onFocus={() => onTarget(href)}
        onBlur={() => onTarget('')}
      >
        {piece.text}
      </a>
    );
  });
}
