/** A modal sheet of paper: traps focus, closes by Escape, gives focus back. */
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { IconButton } from './Button.tsx';
import { cx } from './cx.ts';
import styles from './Sheet.module.css';
import surface from './Surface.module.css';

interface SheetProps {
  readonly title: string;
  readonly closeLabel: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
  /** False while something runs that must not be cut off. */
  readonly dismissable?: boolean;
  /** For what is looked over, not filled in. */
  readonly wide?: boolean;
}

export function Sheet(props: SheetProps) {
  const dismissable = props.dismissable ?? true;
  return (
    <ModalOverlay
      isOpen
      isDismissable={dismissable}
      isKeyboardDismissDisabled={!dismissable}
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
      className={cx(styles.overlay)}
    >
      <Modal className={cx(surface.raised, styles.modal, props.wide && styles.wide)}>
        <Dialog className={cx(styles.dialog)}>
          <header className={cx(styles.header)}>
            <Heading slot="title" className={cx(styles.title)}>
              {props.title}
            </Heading>
            <IconButton label={props.closeLabel} onPress={props.onClose} isDisabled={!dismissable}>
              <X size={17} aria-hidden />
            </IconButton>
          </header>
          <div
            className={cx(styles.body)}
            // Where nothing in it takes the focus, it is scrolled by keys itself.
            {...(props.wide ? { tabIndex: 0, role: 'region', 'aria-label': props.title } : {})}
          >
            {props.children}
          </div>
          {props.footer !== undefined && (
            <footer className={cx(styles.footer)}>{props.footer}</footer>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface WideSheetProps {
  /** Its name for screen readers; the content has a heading with `slot="title"`. */
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A sheet with room for a side list; its height stays, whatever is shown. */
export function WideSheet({ label, onClose, children }: WideSheetProps) {
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className={cx(styles.overlay)}
    >
      <Modal className={cx(surface.raised, styles.modal, styles.wide)}>
        <Dialog aria-label={label} className={cx(styles.dialog)}>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
