/**
 * One line of the list: sender and time, subject and first words. Plain props and no handlers: the
 * list hears of clicks by `data-index` and `data-tool`, so that a line is drawn anew only when
 * something on it changes.
 */
import { Archive, Check, Mail, MailOpen, Paperclip, Reply, Star, Trash2 } from 'lucide-react';
import { type CSSProperties, memo, type ReactNode } from 'react';
import type { SearchHitDto, Settings } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import type { Words } from '../../i18n/I18n.tsx';
import { plainName, shortName, shortNames } from '../../mail/addresses.ts';
import { type ListRow, unseenOf } from './list-row.ts';
import styles from './MessageRowView.module.css';

export type RowTool = 'pick' | 'read' | 'archive' | 'delete' | 'flag';

interface MessageRowViewProps {
  readonly id: string;
  readonly row: ListRow;
  readonly words: Words;
  readonly density: Settings['density'];
  /** Shows whom it went to instead of who wrote it. */
  readonly outgoing: boolean;
  /** False where archiving leads nowhere. */
  readonly archives: boolean;
  /** Says how large it is instead of when it came. */
  readonly sized: boolean;
  /** Where it lies, when the list is of several places. */
  readonly where?: string | undefined;
  /** A line of its text with what was searched for, instead of its first words. */
  readonly found?: SearchHitDto['snippet'] | undefined;
  readonly selected: boolean;
  /** Several rows are picked: this one is, or is not, among them. */
  readonly picked: boolean | undefined;
  /** The pointer is on it: its quick actions are drawn. */
  readonly hovered: boolean;
  readonly index: number;
  readonly setSize: number;
  /** Offset from the top of the list and height, in CSS pixels. */
  readonly start: number;
  readonly height: number;
}

/** The first of a person's names, where several people stand on one line. */
function firstName(name: string): string {
  return name.includes('@') ? name : (name.split(/[\s,]+/)[0] ?? name);
}

function whoOf(row: ListRow, words: Words, outgoing: boolean): string {
  if (outgoing) return row.to.length > 0 ? shortNames(row.to) : words.t('list.noRecipient');
  const people = (row.thread?.participants ?? []).map(plainName).filter((name) => name !== '');
  if (people.length > 1) return people.map(firstName).join(', ');
  return row.from === undefined ? words.t('list.noSender') : shortName(row.from);
}

/** The browser tells when these words were painted (Element Timing): `npm run bench:ui`. */
const timed = { elementtiming: 'first-row' };

export const MessageRowView = memo(function MessageRowView(props: MessageRowViewProps) {
  const { row, words, density, outgoing, selected, picked, hovered, index } = props;
  const { t } = words;
  const who = whoOf(row, words, outgoing);
  const subject = plainName(row.subject) || t('list.noSubject');
  const time = words.dates.row(row.receivedAt);
  const size = props.sized && row.sizeBytes !== undefined ? words.size(row.sizeBytes) : undefined;
  const unread = unseenOf(row) > 0;
  const count = row.thread?.count ?? 1;
  const label = [
    unread ? t('list.row.unread') : '',
    who,
    count > 1 ? t('list.row.count', { count }) : '',
    subject,
    size ?? '',
    time,
    props.where ?? '',
    row.flagged ? t('list.row.flagged') : '',
    row.hasAttachment ? t('list.row.attachment') : '',
  ];
  return (
    // The listbox has the focus, the keys and the clicks; its rows are told apart by data-index.
    // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant moves instead of focus
    <div
      id={props.id}
      role="option"
      aria-selected={picked ?? selected}
      aria-setsize={props.setSize}
      aria-posinset={index + 1}
      aria-label={label.filter((part) => part !== '').join(', ')}
      data-index={index}
      draggable
      className={cx(
        styles.row,
        styles[density],
        (picked ?? selected) && styles.selected,
        selected && (picked === undefined ? styles.alone : styles.cursor),
        unread && styles.unread,
        row.flagged && styles.flagged,
        hovered && styles.hovered,
        props.found?.some(({ hit }) => hit) && styles.found,
      )}
      style={{ transform: `translateY(${props.start}px)`, blockSize: props.height }}
    >
      <span className={cx(styles.start)} data-tool="pick" aria-hidden="true">
        {picked !== undefined || hovered ? (
          <span className={cx(styles.check, picked && styles.checked)}>
            {picked && <Check size={11} strokeWidth={3.2} />}
          </span>
        ) : (
          <span className={cx(styles.dot)} />
        )}
      </span>
      <span className={cx(styles.people)}>
        <span className={cx(styles.who)} dir="auto">
          {who}
        </span>
        {count > 1 && <span className={cx(styles.count)}>{words.number(count)}</span>}
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
        {size ?? time}
      </time>
      <span className={cx(styles.line)}>
        <span className={cx(styles.subject)} dir="auto" {...(index === 0 && timed)}>
          {subject}
        </span>
        <span className={cx(styles.snippet)} dir="auto">
          {props.found === undefined || props.found.length === 0
            ? plainName(row.snippet)
            : props.found.map((piece, at) => (
                // Pieces have no name but their place.
                // biome-ignore lint/suspicious/noArrayIndexKey: the line is drawn as a whole
                <Piece key={at} {...piece} />
              ))}
        </span>
      </span>
      {hovered ? (
        <Tools row={row} words={words} archives={props.archives} unread={unread} />
      ) : (
        row.flagged && (
          <span className={cx(styles.star)}>
            <Star size={14} />
          </span>
        )
      )}
    </div>
  );
});

interface ToolsProps {
  readonly row: ListRow;
  readonly words: Words;
  readonly archives: boolean;
  readonly unread: boolean;
}

/** The pointer's shortcuts for keys; hidden from readers, which have the keys and the menu. */
function Tools({ row, words: { t }, archives, unread }: ToolsProps) {
  const tool = (name: RowTool, title: string, icon: ReactNode, on = false) => (
    <span
      className={cx(styles.tool, on && styles.starred)}
      data-tool={name}
      title={title}
      aria-hidden="true"
    >
      {icon}
    </span>
  );
  return (
    <span className={cx(styles.tools)}>
      {tool(
        'read',
        t(unread ? 'reader.markRead' : 'reader.markUnread'),
        unread ? <MailOpen size={14} /> : <Mail size={14} />,
      )}
      {archives && tool('archive', t('reader.archive'), <Archive size={14} />)}
      {tool('delete', t('reader.delete'), <Trash2 size={14} />)}
      {tool(
        'flag',
        t(row.flagged ? 'reader.unflag' : 'reader.flag'),
        <Star size={14} />,
        row.flagged,
      )}
    </span>
  );
}

function Piece({ text, hit }: SearchHitDto['snippet'][number]) {
  return hit ? <mark className={cx(styles.hit)}>{text}</mark> : text;
}

interface PlaceholderRowProps {
  readonly index: number;
  readonly start: number;
  readonly height: number;
  readonly density: Settings['density'];
}

/** Holds the place of a row that is not here yet, of the same height, so that nothing jumps. */
export const PlaceholderRow = memo(function PlaceholderRow(props: PlaceholderRowProps) {
  const { index, start, height, density } = props;
  const widths = [58, 44, 66, 51];
  const width = `${widths[index % widths.length] ?? 50}%`;
  const place: CSSProperties = { transform: `translateY(${start}px)`, blockSize: height };
  return (
    <div className={cx(styles.placeholder, styles[density])} style={place} aria-hidden="true">
      <span style={{ inlineSize: `calc(${width} - 60px)` }} />
      {density === 'comfortable' && <span style={{ inlineSize: `calc(${width} + 30%)` }} />}
    </div>
  );
});
