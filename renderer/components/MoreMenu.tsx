/** A button that opens a short menu. Items without a meaning right now are left out by the caller. */
import type { ReactNode } from 'react';
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { IconButton } from './Button.tsx';
import { cx } from './cx.ts';
import styles from './MoreMenu.module.css';

export interface MoreItem {
  readonly id: string;
  readonly label: string;
  readonly icon: ReactNode;
  readonly onAction: () => void;
}

interface MoreMenuProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly items: readonly MoreItem[];
}

export function MoreMenu({ label, icon, items }: MoreMenuProps) {
  return (
    <MenuTrigger>
      <IconButton label={label}>{icon}</IconButton>
      <Popover className={cx(styles.popover)} placement="bottom end" offset={4}>
        <Menu
          className={cx(styles.menu)}
          aria-label={label}
          onAction={(id) => items.find((item) => item.id === id)?.onAction()}
        >
          {items.map((item) => (
            <MenuItem key={item.id} id={item.id} className={cx(styles.item)} textValue={item.label}>
              <span className={cx(styles.icon)}>{item.icon}</span>
              {item.label}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
