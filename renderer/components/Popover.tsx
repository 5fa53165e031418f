/** A small sheet beside what opened it: closes by Escape and by a click elsewhere. */
import type { ReactNode, RefObject } from 'react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover as AriaPopover, type PopoverProps } from 'react-aria-components/Popover';
import { cx } from './cx.ts';
import styles from './Popover.module.css';
import surface from './Surface.module.css';

interface PopoverBaseProps {
  /** Its name for screen readers. */
  readonly label: string;
  readonly placement?: PopoverProps['placement'];
  readonly className?: string;
}

interface PopoverButtonProps extends PopoverBaseProps {
  /** The control that opens it: one button of react-aria. */
  readonly trigger: ReactNode;
  /** Given a function that closes it. */
  readonly children: ReactNode | ((close: () => void) => ReactNode);
}

/** A button with its popover. */
export function PopoverButton(props: PopoverButtonProps) {
  const { label, trigger, children, placement = 'bottom start', className } = props;
  return (
    <DialogTrigger>
      {trigger}
      <AriaPopover
        className={cx(surface.surface, styles.popover, className)}
        placement={placement}
        offset={6}
      >
        <Dialog aria-label={label} className={cx(styles.dialog)}>
          {({ close }) => (typeof children === 'function' ? children(close) : children)}
        </Dialog>
      </AriaPopover>
    </DialogTrigger>
  );
}

interface PopoverAtProps extends PopoverBaseProps {
  /** What it stands beside. */
  readonly anchor: RefObject<Element | null>;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** True for what is only shown: the focus stays where it is, the rest stays within reach. */
  readonly passive?: boolean;
  readonly children: ReactNode;
}

/** A popover that its owner opens and closes. */
export function PopoverAt(props: PopoverAtProps) {
  const { label, anchor, isOpen, onClose, passive = false, placement = 'bottom start' } = props;
  return (
    <AriaPopover
      className={cx(surface.surface, styles.popover, props.className)}
      triggerRef={anchor}
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isNonModal={passive}
      placement={placement}
      offset={6}
      aria-label={label}
    >
      {props.children}
    </AriaPopover>
  );
}
