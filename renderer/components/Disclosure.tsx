/** Words that open more of the same view. Closed at first. */
import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { Disclosure as AriaDisclosure, DisclosurePanel } from 'react-aria-components/Disclosure';
import { cx } from './cx.ts';
import styles from './Disclosure.module.css';

interface DisclosureProps {
  readonly title: string;
  readonly children: ReactNode;
}

export function Disclosure({ title, children }: DisclosureProps) {
  return (
    <AriaDisclosure className={cx(styles.disclosure)}>
      <Button slot="trigger" className={cx(styles.trigger)}>
        <ChevronRight size={14} aria-hidden className={cx(styles.chevron)} />
        {title}
      </Button>
      <DisclosurePanel className={cx(styles.panel)}>{children}</DisclosurePanel>
    </AriaDisclosure>
  );
}
