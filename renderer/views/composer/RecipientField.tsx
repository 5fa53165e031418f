/**
 * To, Cc or Bcc: people as chips, the rest as typed, suggestions below (a combobox in the sense of
 * WAI-ARIA). Chips go from field to field, and from letter to letter, by dragging.
 */
import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useId,
  useImperativeHandle,
  useRef,
  useState,
} from 'react';
import type { SuggestionDto } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import { RecipientChip } from './RecipientChip.tsx';
import styles from './RecipientField.module.css';
import {
  type Recipient,
  readRecipient,
  readRecipients,
  recipientOf,
  recipientsText,
  withRecipients,
} from './recipients.ts';
import { SuggestionList } from './SuggestionList.tsx';
import { useSuggestions } from './use-suggestions.ts';

interface RecipientFieldProps {
  readonly label: string;
  readonly initial: string;
  readonly accountId: string;
  readonly onChange: (text: string) => void;
  readonly children?: ReactNode;
  /** `typed` was typed before the field was there. */
  readonly ref?: Ref<{ focus(typed: string): void }>;
}

/** Another letter's field takes it, too: the clipboard of the drag carries the text. */
const dragType = 'application/x-letterlock-recipient';
/** Where the chip that is being dragged comes from. */
let dragged: { readonly field: string; readonly index: number } | undefined;

export function RecipientField(props: RecipientFieldProps) {
  const { t } = useWords();
  const { label, initial, accountId, onChange, children } = props;
  const id = useId();
  const [list, setList] = useState<readonly Recipient[]>(() => readRecipients(initial));
  const [typed, setTyped] = useState('');
  const [isFocused, setFocused] = useState(false);
  const [isDropping, setDropping] = useState(false);
  const [said, setSaid] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const chips = useRef<HTMLUListElement>(null);
  const choice = useSuggestions(isFocused ? typed : '', accountId, list);

  function put(next: readonly Recipient[], rest: string): void {
    setList(next);
    setTyped(rest);
    onChange(recipientsText(next, rest));
  }
  useImperativeHandle(props.ref, () => ({
    focus(ahead) {
      input.current?.focus();
      if (ahead !== '') put(list, ahead);
    },
  }));
  function add(people: readonly Recipient[], rest = ''): void {
    const next = withRecipients(list, people);
    const last = people.at(-1);
    if (last !== undefined)
      setSaid(t('composer.recipient.added', { name: last.name || last.address }));
    put(next, rest);
  }
  const choose = ({ name, address }: SuggestionDto) => add([recipientOf({ name, address })]);
  /**
   * What was typed becomes a chip: as it stands if it is an address, else whom it most likely means.
   * @param guess false: nobody is meant but who was marked by hand
   */
  function settle(guess: boolean): boolean {
    const marked = guess || choice.isChosen ? choice.marked : undefined;
    // Whoever is written out is meant, whatever else is suggested.
    const isWhole = readRecipients(typed).every(({ valid }) => valid);
    if (marked !== undefined && (choice.isChosen || !isWhole)) choose(marked);
    else if (typed.trim() !== '') add(readRecipients(typed));
    else return false;
    return true;
  }
  function remove(index: number): void {
    const gone = list[index];
    if (gone !== undefined) {
      setSaid(t('composer.recipient.removed', { name: gone.name || gone.address }));
    }
    put(list.toSpliced(index, 1), typed);
    focusAt(Math.min(index, list.length - 2));
  }
  /** Beyond the last chip is the input. */
  function focusAt(index: number): void {
    const wanted = chips.current?.querySelectorAll<HTMLElement>('[data-chip]')[index];
    if (index < 0 || wanted === undefined) input.current?.focus();
    else wanted.focus();
  }
  function edit(index: number): void {
    const person = list[index];
    if (person === undefined) return;
    const rest = typed.trim() === '' ? [] : [readRecipient(typed)];
    put(withRecipients(list.toSpliced(index, 1), rest), person.text);
    input.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.nativeEvent.isComposing) return;
    const atStart =
      event.currentTarget.selectionStart === 0 && event.currentTarget.selectionEnd === 0;
    const toStart =
      getComputedStyle(event.currentTarget).direction === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
    const isOpenName = (typed.match(/"/g)?.length ?? 0) % 2 === 1;
    const isSeparator = (event.key === ',' || event.key === ';') && !isOpenName;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return;
    if (isSeparator || event.key === 'Enter') {
      event.preventDefault();
      if (typed.trim() !== '') settle(!isSeparator);
    } else if (event.key === 'Tab' && !event.shiftKey) {
      // Goes on to the next field as well.
      settle(true);
    } else if ((event.key === 'Backspace' || event.key === toStart) && atStart && list.length > 0) {
      event.preventDefault();
      focusAt(list.length - 1);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (choice.people.length === 0) return;
      event.preventDefault();
      choice.move(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Escape' && choice.people.length > 0) {
      event.preventDefault();
      choice.hide();
    }
  }
  function onChipKey(event: KeyboardEvent<HTMLElement>, index: number): void {
    const rtl = getComputedStyle(event.currentTarget).direction === 'rtl';
    if (event.key === 'Backspace' || event.key === 'Delete') remove(index);
    else if (event.key === 'Enter' || event.key === 'F2') edit(index);
    else if (event.key === (rtl ? 'ArrowRight' : 'ArrowLeft')) focusAt(Math.max(0, index - 1));
    else if (event.key === (rtl ? 'ArrowLeft' : 'ArrowRight')) focusAt(index + 1);
    else if (event.key === 'End') focusAt(list.length);
    else if (event.key === 'Home') focusAt(0);
    else return;
    event.preventDefault();
  }
  function onPaste(event: ClipboardEvent<HTMLInputElement>): void {
    const text = event.clipboardData.getData('text/plain');
    const people = readRecipients(text);
    // Part of an address is text; several, or a whole one, are people.
    if (people.length === 0 || !people.some(({ valid }) => valid) || typed.trim() !== '') return;
    event.preventDefault();
    add(people);
  }
  function onDrop(event: DragEvent): void {
    const text = event.dataTransfer.getData(dragType);
    setDropping(false);
    if (text === '') return;
    event.preventDefault();
    event.stopPropagation();
    const within = dragged?.field === id ? dragged.index : undefined;
    // Moved within: the end of the drag has nothing to take away.
    if (within !== undefined) dragged = undefined;
    const rest = within === undefined ? list : list.toSpliced(within, 1);
    put(withRecipients(rest, [readRecipient(text)]), typed);
  }
  return (
    <fieldset
      aria-label={t('composer.recipients', { field: label })}
      className={cx(styles.line, isDropping && styles.dropping)}
      onDrop={onDrop}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(dragType)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'move';
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
    >
      <label htmlFor={id} className={cx(styles.label)}>
        {label}
      </label>
      <div className={cx(styles.people)}>
        {list.length > 0 && (
          <ul ref={chips} className={cx(styles.chips)}>
            {list.map((person, index) => (
              <RecipientChip
                key={person.text}
                person={person}
                onKeyDown={(event) => onChipKey(event, index)}
                onEdit={() => edit(index)}
                onDragStart={(event) => {
                  dragged = { field: id, index };
                  event.dataTransfer.setData(dragType, person.text);
                  event.dataTransfer.setData('text/plain', person.text);
                  event.dataTransfer.effectAllowed = 'copyMove';
                }}
                onDragEnd={(event) => {
                  const isMoved = dragged?.field === id && event.dataTransfer.dropEffect === 'move';
                  dragged = undefined;
                  if (isMoved) put(list.toSpliced(index, 1), typed);
                }}
              />
            ))}
          </ul>
        )}
        <input
          id={id}
          ref={input}
          className={cx(styles.input)}
          value={typed}
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={choice.people.length > 0}
          aria-controls={`${id}list`}
          aria-activedescendant={choice.people.length > 0 ? `${id}list${choice.index}` : undefined}
          onChange={(event) => {
            const text = event.target.value;
            setTyped(text);
            onChange(recipientsText(list, text));
          }}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onFocus={() => setFocused(true)}
          onBlur={() => {
            setFocused(false);
            if (typed.trim() !== '') add(readRecipients(typed));
          }}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      {children}
      <SuggestionList id={`${id}list`} choice={choice} onChoose={choose} />
      <span className="visuallyHidden" role="status">
        {said}
      </span>
    </fieldset>
  );
}
