/** The toolbar of a rich letter. It steps back while nobody needs it; every button has its keys. */
import {
  Bold,
  Code,
  Image,
  Italic,
  Link,
  List,
  ListOrdered,
  type LucideIcon,
  RemoveFormatting,
  SquareCode,
  Strikethrough,
  TextQuote,
  Underline,
} from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { Button, IconButton } from '../../../components/Button.tsx';
import { cx } from '../../../components/cx.ts';
import surface from '../../../components/Surface.module.css';
import { Toolbar } from '../../../components/Toolbar.tsx';
import { Tooltip } from '../../../components/Tooltip.tsx';
import { useWords } from '../../../i18n/I18n.tsx';
import type { BlockName, Format, MarkName } from './commands.ts';
import type { LetterEditor } from './create-editor.ts';
import styles from './FormatBar.module.css';
import { hrefOfTyped } from './schema.ts';

const isMac = /Mac/.test(navigator.platform);
/** As a person reads them, in the order of the system. */
const keyText = (key: string, shift = false) =>
  isMac ? `${shift ? '⇧' : ''}⌘${key}` : `Ctrl+${shift ? 'Shift+' : ''}${key}`;

interface Tool {
  readonly name: MarkName | BlockName;
  readonly Icon: LucideIcon;
  readonly keys?: string;
}

const groups: readonly (readonly Tool[])[] = [
  [
    { name: 'strong', Icon: Bold, keys: keyText('B') },
    { name: 'em', Icon: Italic, keys: keyText('I') },
    { name: 'underline', Icon: Underline, keys: keyText('U') },
    { name: 'strike', Icon: Strikethrough, keys: keyText('X', true) },
  ],
  [
    { name: 'bullet_list', Icon: List, keys: keyText('8', true) },
    { name: 'ordered_list', Icon: ListOrdered, keys: keyText('7', true) },
    { name: 'blockquote', Icon: TextQuote, keys: keyText('9', true) },
    { name: 'code', Icon: Code, keys: keyText('E') },
    { name: 'code_block', Icon: SquareCode },
  ],
];

interface FormatBarProps {
  readonly editor: RefObject<LetterEditor | undefined>;
  readonly format: Format | undefined;
  readonly isLinking: boolean;
  readonly onLinking: (open: boolean) => void;
}

export function FormatBar({ editor, format, isLinking, onLinking }: FormatBarProps) {
  const { t } = useWords();
  const pictures = useRef<HTMLInputElement>(null);
  const link = useRef<HTMLDivElement>(null);
  const run = (name: MarkName | BlockName | 'clear') => editor.current?.run(name);
  return (
    <Toolbar label={t('composer.format')} className={cx(styles.bar)}>
      {groups.map((tools) => (
        <div key={tools[0]?.name} className={cx(styles.group)}>
          {tools.map(({ name, Icon, keys }) => (
            <Toggle
              key={name}
              label={t(`composer.format.${name}`)}
              keys={keys}
              isOn={format?.on.includes(name) ?? false}
              onPress={() => run(name)}
            >
              <Icon size={16} aria-hidden />
            </Toggle>
          ))}
        </div>
      ))}
      <div ref={link} className={cx(styles.group)}>
        <Toggle
          label={t('composer.format.link')}
          keys={keyText('K')}
          isOn={format?.link !== undefined}
          onPress={() => onLinking(true)}
        >
          <Link size={16} aria-hidden />
        </Toggle>
        <IconButton
          label={t('composer.format.image')}
          className={cx(styles.tool)}
          onPress={() => pictures.current?.click()}
        >
          <Image size={16} aria-hidden />
        </IconButton>
        <IconButton
          label={t('composer.format.clear')}
          shortcut={keyText('\\')}
          className={cx(styles.tool)}
          preventFocusOnPress
          onPress={() => run('clear')}
        >
          <RemoveFormatting size={16} aria-hidden />
        </IconButton>
      </div>
      <Popover
        triggerRef={link}
        isOpen={isLinking}
        onOpenChange={onLinking}
        placement="top"
        offset={6}
        className={cx(surface.surface, styles.popover)}
      >
        <LinkForm
          initial={editor.current?.format().link}
          onDone={(href) => {
            onLinking(false);
            editor.current?.setLink(href);
          }}
        />
      </Popover>
      <input
        ref={pictures}
        type="file"
        accept="image/png,image/jpeg,image/gif,image/webp"
        data-pictures
        multiple
        hidden
        onChange={(event) => {
          editor.current?.insertImages([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </Toolbar>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly keys: string | undefined;
  readonly isOn: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

function Toggle({ label, keys, isOn, onPress, children }: ToggleProps) {
  return (
    <Tooltip text={label} shortcut={keys}>
      <ToggleButton
        aria-label={label}
        isSelected={isOn}
        // The letter keeps the focus, and with it the selection.
        preventFocusOnPress
        onPress={onPress}
        className={cx(styles.tool, styles.toggle)}
      >
        {children}
      </ToggleButton>
    </Tooltip>
  );
}

interface LinkFormProps {
  readonly initial: string | undefined;
  readonly onDone: (href: string | undefined) => void;
}

function LinkForm({ initial, onDone }: LinkFormProps) {
  const { t } = useWords();
  const [typed, setTyped] = useState(initial ?? '');
  const href = hrefOfTyped(typed);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <Dialog aria-label={t('composer.format.link')} className={cx(styles.dialog)}>
      <form
        className={cx(styles.form)}
        onSubmit={(event) => {
          event.preventDefault();
          if (href !== undefined) onDone(href);
        }}
      >
        <input
          ref={field}
          aria-label={t('composer.link.address')}
          placeholder="https://"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          spellCheck={false}
          autoComplete="off"
        />
        <Button type="submit" isDisabled={href === undefined}>
          {t('composer.link.set')}
        </Button>
        {initial !== undefined && (
          <Button kind="plain" onPress={() => onDone(undefined)}>
            {t('composer.link.remove')}
          </Button>
        )}
      </form>
    </Dialog>
  );
}
