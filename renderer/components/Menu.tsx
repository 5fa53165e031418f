/**
 * Menus of plain entries: behind a button, or at the pointer where a context menu was asked for.
 * A group can be a choice: one of its entries (`one`) or any of them (`many`) is marked.
 */
import { Check } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { Header } from 'react-aria-components/Header';
import { Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger } from 'react-aria-components/Menu';
import { Popover, type PopoverProps } from 'react-aria-components/Popover';
import { createPortal } from 'react-dom';
import { cx } from './cx.ts';
import { KeyCaps, type KeySteps } from './KeyCaps.tsx';
import styles from './Menu.module.css';
import surface from './Surface.module.css';

export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly icon?: ReactNode;
  /** A key that does the same. */
  readonly caps?: KeySteps | undefined;
  /** What it does cannot be taken back. */
  readonly harm?: boolean;
  readonly disabled?: boolean;
  /** In a group that is a choice. */
  readonly checked?: boolean;
  readonly onAction: () => void;
}

export interface MenuGroup {
  readonly id: string;
  readonly title?: string;
  readonly choice?: 'one' | 'many';
  readonly entries: readonly MenuEntry[];
}

interface EntriesProps {
  readonly label: string;
  readonly groups: readonly MenuGroup[];
}

function Entries({ label, groups, onClose }: EntriesProps & { readonly onClose?: () => void }) {
  return (
    <AriaMenu
      aria-label={label}
      className={cx(styles.menu)}
      {...(onClose === undefined ? {} : { onClose })}
      autoFocus="first"
    >
      {groups
        .filter(({ entries }) => entries.length > 0)
        .map(({ id, title, choice, entries }) => (
          <MenuSection
            key={id}
            id={id}
            className={cx(styles.group)}
            selectionMode={choice === undefined ? 'none' : choice === 'one' ? 'single' : 'multiple'}
            selectedKeys={entries.filter((one) => one.checked).map((one) => one.id)}
            {...(title === undefined ? { 'aria-label': label } : {})}
          >
            {title !== undefined && <Header className={cx(styles.title)}>{title}</Header>}
            {entries.map((entry) => (
              <MenuItem
                key={entry.id}
                id={entry.id}
                textValue={entry.label}
                isDisabled={entry.disabled ?? false}
                onAction={entry.onAction}
                className={cx(styles.item, entry.harm && styles.harm)}
              >
                <span className={cx(styles.icon)}>
                  {choice === undefined
                    ? entry.icon
                    : entry.checked && <Check size={14} strokeWidth={2.2} aria-hidden />}
                </span>
                <span className={cx(styles.label)}>{entry.label}</span>
                {entry.caps !== undefined && <KeyCaps steps={entry.caps} isSilent />}
              </MenuItem>
            ))}
          </MenuSection>
        ))}
    </AriaMenu>
  );
}

interface MenuButtonProps extends EntriesProps {
  /** The control that opens it: one button of react-aria. */
  readonly trigger: ReactNode;
  readonly placement?: PopoverProps['placement'];
}

/** A button with its menu. */
export function MenuButton({ label, groups, trigger, placement = 'bottom end' }: MenuButtonProps) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={cx(surface.surface, styles.popover)} placement={placement} offset={4}>
        <Entries label={label} groups={groups} />
      </Popover>
    </MenuTrigger>
  );
}

/** Where in the window a context menu was asked for, in CSS pixels. */
export interface MenuPoint {
  readonly x: number;
  readonly y: number;
}

interface ContextMenuProps extends EntriesProps {
  readonly at: MenuPoint;
  readonly onClose: () => void;
}

/** A menu at a point; drawn while it is open. Gives the focus back when it closes. */
export function ContextMenu({ at, label, groups, onClose }: ContextMenuProps) {
  const anchor = useRef<HTMLSpanElement>(null);
  return (
    <>
      {/* A pane of its own layout would count the point from its own corner. */}
      {createPortal(
        <span
          ref={anchor}
          className={cx(styles.anchor)}
          style={{ transform: `translate(${at.x}px, ${at.y}px)` }}
        />,
        document.body,
      )}
      <Popover
        className={cx(surface.surface, styles.popover)}
        triggerRef={anchor}
        isOpen
        onOpenChange={(open) => {
          if (!open) onClose();
        }}
        placement="bottom start"
        offset={2}
      >
        <Entries label={label} groups={groups} onClose={onClose} />
      </Popover>
    </>
  );
}
