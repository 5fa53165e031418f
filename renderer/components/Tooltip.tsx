/** A few words about the control under the pointer or the focus. Never the only place of a name. */
import type { ReactNode } from 'react';
import { Tooltip as AriaTooltip, TooltipTrigger } from 'react-aria-components/Tooltip';
import { cx } from './cx.ts';
import styles from './Tooltip.module.css';

interface TooltipProps {
  readonly text: string;
  /** A key that does the same. */
  readonly shortcut?: string | undefined;
  /** One focusable control of react-aria. */
  readonly children: ReactNode;
}

export function Tooltip({ text, shortcut, children }: TooltipProps) {
  return (
    <TooltipTrigger delay={600} closeDelay={80}>
      {children}
      <AriaTooltip className={cx(styles.tooltip)} offset={6}>
        {text}
        {shortcut !== undefined && (
          <kbd className={cx(styles.key)} dir="ltr">
            {shortcut}
          </kbd>
        )}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
