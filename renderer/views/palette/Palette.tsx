/**
 * Everything by a few typed letters: commands, mailboxes, accounts. A combobox over a listbox in a
 * dialog of react-aria. What fits is chosen in the frame of the key: nothing waits for a timer.
 */
import { Search } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { flushSync } from 'react-dom';
import type { AccountDto, MailboxDto } from '../../../app/contract/index.ts';
import { useCommandCenter, useKeyHints } from '../../commands/commands.tsx';
import { cx } from '../../components/cx.ts';
import { KeyCaps } from '../../components/KeyCaps.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import type { DeskAction } from '../desk-state.ts';
import { type PaletteItem, paletteItems } from './items.tsx';
import { type Found, findItems, type Span } from './match.ts';
import styles from './Palette.module.css';
import { usePeople } from './use-people.ts';

interface PaletteProps {
  readonly scope: 'all' | 'places';
  readonly accounts: readonly AccountDto[];
  readonly mailboxes: readonly MailboxDto[];
  readonly accountId: string | undefined;
  readonly dispatch: (action: DeskAction) => void;
  readonly onClose: () => void;
}

interface Section {
  readonly title: string | undefined;
  readonly found: readonly Found<PaletteItem>[];
}

/** How many of what was used lately stand on top. */
const recentCount = 4;

export default function Palette(props: PaletteProps) {
  const { scope, onClose } = props;
  const { t } = useWords();
  const { center } = useCommandCenter();
  const hints = useKeyHints();
  const listId = useId();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  useEffect(() => {
    field.current?.focus();
    // Whatever was typed until now comes before what the field gets itself.
    const typed = center.takeTyped();
    if (typed !== '') setText((before) => typed + before);
  }, [center]);
  const [at, setAt] = useState(0);
  const query = text.trim();
  const people = usePeople(scope === 'all' ? query : '');
  const world = { ...props, t, center, hints, people, go: props.dispatch };
  const items = paletteItems(world, scope);

  function sectionsOf(): Section[] {
    if (query !== '') {
      const found = findItems(items, query, center.recent);
      const search: PaletteItem = {
        key: 'search',
        group: 'find',
        title: t('palette.search', { query }),
        icon: <Search size={16} strokeWidth={1.8} aria-hidden />,
        run: () => void center.run('search', query),
      };
      const last = scope === 'all' && center.can('search') ? [{ item: search, spans: [] }] : [];
      return [
        { title: undefined, found: found.filter(({ item }) => item.group !== 'people') },
        { title: undefined, found: last },
        // They come a moment later: below, so that Enter means what it meant before.
        { title: t('palette.people'), found: found.filter(({ item }) => item.group === 'people') },
      ];
    }
    const recent = center.recent
      .flatMap((key) => items.filter((item) => item.key === key))
      .slice(0, recentCount);
    const rest = items.filter((item) => !recent.includes(item));
    const groups = [...new Set(rest.map(({ group }) => group))];
    const plain = (list: readonly PaletteItem[]) => list.map((item) => ({ item, spans: [] }));
    return [
      { title: t('palette.recent'), found: plain(recent) },
      ...groups.map((group) => ({
        title:
          group === 'places' || group === 'accounts' || group === 'people'
            ? t(`palette.${group}`)
            : t(`command.group.${group}`),
        found: plain(rest.filter((item) => item.group === group)),
      })),
    ];
  }
  const sections = sectionsOf().filter(({ found }) => found.length > 0);
  const all = sections.flatMap(({ found }) => found.map(({ item }) => item));
  const index = Math.min(at, all.length - 1);
  const current = all[index];
  const idOf = (item: PaletteItem) => `${listId}-${all.indexOf(item)}`;
  const foundCount = all.filter(({ key }) => key !== 'search').length;

  function choose(item: PaletteItem): void {
    if (item.key !== 'search') center.remember(item.key);
    // The desk has to be there again before it can be acted on: a closed sheet gives the focus back.
    flushSync(onClose);
    item.run();
  }
  function go(next: number): void {
    const target = (next + all.length) % Math.max(1, all.length);
    setAt(target);
    document.getElementById(`${listId}-${target}`)?.scrollIntoView({ block: 'nearest' });
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    const mod = event.ctrlKey || event.metaKey;
    if (event.key === 'ArrowDown') go(index + 1);
    else if (event.key === 'ArrowUp') go(index - 1);
    else if (event.key === 'PageDown') go(Math.min(all.length - 1, index + 8));
    else if (event.key === 'PageUp') go(Math.max(0, index - 8));
    else if (event.key === 'Enter' && current !== undefined) choose(current);
    else if (mod && event.key === 'k') onClose();
    else return;
    event.preventDefault();
  }
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className={cx(styles.overlay)}
    >
      <Modal className={cx(styles.modal)}>
        <Dialog className={cx(styles.dialog)} aria-label={t('palette.title')}>
          <input
            ref={field}
            className={cx(styles.input)}
            role="combobox"
            aria-label={t(scope === 'all' ? 'palette.label' : 'palette.labelGoTo')}
            placeholder={t(scope === 'all' ? 'palette.label' : 'palette.labelGoTo')}
            aria-expanded="true"
            aria-autocomplete="list"
            aria-controls={listId}
            aria-activedescendant={current === undefined ? undefined : idOf(current)}
            autoComplete="off"
            spellCheck={false}
            maxLength={200}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
          />
          {query !== '' && foundCount === 0 && (
            <p className={cx(styles.none)}>
              {t('palette.none')} {all.length > 0 && t('palette.noneText')}
            </p>
          )}
          <div
            id={listId}
            role="listbox"
            aria-label={t('palette.title')}
            className={cx(styles.list)}
          >
            {sections.map(({ title, found }, position) => (
              <Group key={title ?? `found-${position}`} title={title}>
                {found.map(({ item, spans }) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the field
                  // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant moves instead
                  <div
                    key={item.key}
                    id={idOf(item)}
                    role="option"
                    aria-selected={item === current}
                    className={cx(styles.option, item === current && styles.current)}
                    onClick={() => choose(item)}
                    onPointerMove={() => setAt(all.indexOf(item))}
                  >
                    {item.icon}
                    <span className={cx(styles.title)} dir="auto">
                      <Marked text={item.title} spans={spans} />
                    </span>
                    <span className={cx(styles.detail)} dir="auto">
                      {item.detail}
                    </span>
                    {item.caps !== undefined && <KeyCaps steps={item.caps} />}
                  </div>
                ))}
              </Group>
            ))}
          </div>
          <div role="status" className="visuallyHidden">
            {query === '' ? '' : t('palette.found', { count: foundCount })}
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Group({
  title,
  children,
}: {
  readonly title: string | undefined;
  children: React.ReactNode;
}) {
  const id = useId();
  if (title === undefined) return children;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of options, not of fields
    <div role="group" aria-labelledby={id} className={cx(styles.group)}>
      <div id={id} className={cx(styles.heading)} role="presentation">
        {title}
      </div>
      {children}
    </div>
  );
}

function Marked({ text, spans }: { readonly text: string; readonly spans: readonly Span[] }) {
  let done = 0;
  return (
    <>
      {spans.map(([from, to]) => {
        const before = text.slice(done, from);
        done = to;
        return (
          <span key={from}>
            {before}
            <b className={cx(styles.hit)}>{text.slice(from, to)}</b>
          </span>
        );
      })}
      {text.slice(done)}
    </>
  );
}
