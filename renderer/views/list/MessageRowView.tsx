/** One message in the list: sender and time, subject and first words. Plain props. */
import { Archive, Paperclip, Reply, Star, Trash2 } from 'lucide-react';
import type { CSSProperties, MouseEvent } from 'react';
import type { MessageRow, SearchHitDto, Settings } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import type { Words } from '../../i18n/I18n.tsx';
import { plainName, shortName, shortNames } from '../../mail/addresses.ts';
import styles from './MessageRowView.module.css';

interface MessageRowViewProps {
  readonly id: string;
  readonly row: MessageRow;
  readonly words: Words;
  readonly density: Settings['density'];
  /** Shows whom it went to instead of who wrote it. */
  readonly outgoing: boolean;
  /** Where it lies, when the list is of several places. */
  readonly where?: string | undefined;
  /** A line of its text with what was searched for, instead of its first words. */
  readonly found?: SearchHitDto['snippet'] | undefined;
  readonly selected: boolean;
  readonly position: number;
  readonly setSize: number;
  readonly style: CSSProperties;
  readonly onOpen: () => void;
  /** Twice in a row: where a message can be gone on with. */
  readonly onEdit?: (() => void) | undefined;
  readonly onFlag: () => void;
  /** Absent where archiving leads nowhere. */
  readonly onArchive?: (() => void) | undefined;
  readonly onRemove: () => void;
}

function whoOf(row: MessageRow, words: Words, outgoing: boolean): string {
  if (outgoing) return row.to.length > 0 ? shortNames(row.to) : words.t('list.noRecipient');
  return row.from === undefined ? words.t('list.noSender') : shortName(row.from);
}

/** The browser tells when these words were painted (Element Timing): `npm run bench:ui`. */
const timed = { elementtiming: 'first-row' };

export function MessageRowView(props: MessageRowViewProps) {
  const { row, words, density, outgoing, selected } = props;
  const { t } = words;
  const who = whoOf(row, words, outgoing);
  const subject = plainName(row.subject) || t('list.noSubject');
  const time = words.dates.row(row.receivedAt);
  const label = [
    row.seen ? '' : t('list.row.unread'),
    who,
    subject,
    time,
    props.where ?? '',
    row.flagged ? t('list.row.flagged') : '',
    row.hasAttachment ? t('list.row.attachment') : '',
  ];
  const instead = (run: () => void) => (event: MouseEvent) => {
    event.stopPropagation();
    run();
  };
  return (
    // The listbox has the focus and the keys; a click on a row is the pointer's way to the same.
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the listbox
    // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant moves instead of focus
    <div
      id={props.id}
      role="option"
      aria-selected={selected}
      aria-setsize={props.setSize}
      aria-posinset={props.position}
      aria-label={label.filter((part) => part !== '').join(', ')}
      className={cx(
        styles.row,
        styles[density],
        selected && styles.selected,
        !row.seen && styles.unread,
        props.found?.some(({ hit }) => hit) && styles.found,
      )}
      style={props.style}
      onClick={props.onOpen}
      onDoubleClick={props.onEdit}
    >
      <span className={cx(styles.dot)} />
      <span className={cx(styles.who)} dir="auto">
        {who}
      </span>
      <span className={cx(styles.marks)}>
        {props.where !== undefined && (
          <span className={cx(styles.where)} dir="auto">
            {props.where}
          </span>
        )}
        {row.answered && <Reply size={13} />}
        {row.hasAttachment && <Paperclip size={13} />}
      </span>
      <time className={cx(styles.time)} dateTime={row.receivedAt}>
        {time}
      </time>
      <span className={cx(styles.line)}>
        <span className={cx(styles.subject)} dir="auto" {...(props.position === 1 && timed)}>
          {subject}
        </span>
        <span className={cx(styles.snippet)} dir="auto">
          {props.found === undefined || props.found.length === 0
            ? plainName(row.snippet)
            : props.found.map((piece, index) => (
                // Pieces have no name but their place.
                // biome-ignore lint/suspicious/noArrayIndexKey: the line is drawn as a whole
                <Piece key={index} {...piece} />
              ))}
        </span>
      </span>
      {/* The pointer's shortcuts for keys; hidden from readers, which have the keys. */}
      <span className={cx(styles.tools)}>
        {props.onArchive !== undefined && (
          <span
            className={cx(styles.tool)}
            title={t('reader.archive')}
            onClick={instead(props.onArchive)}
            aria-hidden="true"
          >
            <Archive size={14} />
          </span>
        )}
        <span
          className={cx(styles.tool)}
          title={t('reader.delete')}
          onClick={instead(props.onRemove)}
          aria-hidden="true"
        >
          <Trash2 size={14} />
        </span>
      </span>
      <span
        className={cx(styles.star, row.flagged && styles.starred)}
        onClick={instead(props.onFlag)}
        aria-hidden="true"
      >
        <Star size={14} />
      </span>
    </div>
  );
}

function Piece({ text, hit }: SearchHitDto['snippet'][number]) {
  return hit ? <mark className={cx(styles.hit)}>{text}</mark> : text;
}

interface PlaceholderRowProps {
  readonly index: number;
  readonly style: CSSProperties;
  readonly density: Settings['density'];
}

/** Holds the place of a row that is not here yet, of the same height, so that nothing jumps. */
export function PlaceholderRow({ index, style, density }: PlaceholderRowProps) {
  const widths = [58, 44, 66, 51];
  const width = `${widths[index % widths.length] ?? 50}%`;
  return (
    <div className={cx(styles.placeholder, styles[density])} style={style} aria-hidden="true">
      <span style={{ inlineSize: `calc(${width} - 60px)` }} />
      {density === 'comfortable' && <span style={{ inlineSize: `calc(${width} + 30%)` }} />}
    </div>
  );
}
