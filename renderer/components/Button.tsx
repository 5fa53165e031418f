/** The buttons of the window: one primary at most per view, the rest quiet. */
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
} from 'react-aria-components/Button';
import styles from './Button.module.css';
import { cx } from './cx.ts';
import { Tooltip } from './Tooltip.tsx';

interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  readonly kind?: 'primary' | 'secondary' | 'plain' | 'harm';
  readonly children: ReactNode;
  readonly className?: string;
}

export function Button({ kind = 'secondary', className, children, ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={cx(styles.button, styles[kind], className)}>
      {children}
    </AriaButton>
  );
}

interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  /** Its name for screen readers, and the tooltip. */
  readonly label: string;
  /** A key that does the same, shown in the tooltip. */
  readonly shortcut?: string | undefined;
  readonly children: ReactNode;
  readonly active?: boolean;
  readonly className?: string;
}

export function IconButton(props: IconButtonProps) {
  const { label, shortcut, children, active, className, ...rest } = props;
  return (
    <Tooltip text={label} shortcut={shortcut}>
      <AriaButton
        {...rest}
        aria-label={label}
        className={cx(styles.icon, active && styles.active, className)}
      >
        {children}
      </AriaButton>
    </Tooltip>
  );
}
