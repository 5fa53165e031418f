/** One line across a pane that says what holds here and offers what can be done: offline, remote pictures. */
import type { ReactNode } from 'react';
import styles from './Banner.module.css';
import { cx } from './cx.ts';

interface BannerProps {
  readonly tone?: 'quiet' | 'caution' | 'harm';
  readonly icon?: ReactNode;
  readonly actions?: ReactNode;
  /** True when it comes while the person is here: it is then read out. */
  readonly live?: boolean;
  readonly children: ReactNode;
}

export function Banner({ tone = 'quiet', icon, actions, live = false, children }: BannerProps) {
  return (
    <div className={cx(styles.banner, styles[tone])} {...(live ? { role: 'status' } : {})}>
      {icon !== undefined && <span className={cx(styles.icon)}>{icon}</span>}
      <div className={cx(styles.words)}>{children}</div>
      {actions !== undefined && <div className={cx(styles.actions)}>{actions}</div>}
    </div>
  );
}
