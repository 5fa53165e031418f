/** One line of the sidebar: icon, name, count. */
import type { CSSProperties, ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { cx } from '../../components/cx.ts';
import styles from './NavRow.module.css';

interface NavRowProps {
  readonly icon: ReactNode;
  readonly label: string;
  readonly count?: string | undefined;
  /** What the count means, for screen readers. */
  readonly countLabel?: string;
  readonly strong?: boolean;
  readonly alarming?: boolean;
  readonly depth?: number;
  readonly disabled?: boolean;
  readonly current: boolean;
  /** Something that it takes is held over it. */
  readonly dropping?: boolean;
  readonly onPress: () => void;
}

export function NavRow(props: NavRowProps) {
  const indent: CSSProperties = { paddingInlineStart: 8 + Math.min(props.depth ?? 0, 6) * 14 };
  return (
    <Button
      className={cx(
        styles.row,
        props.current && styles.current,
        props.strong === true && styles.strong,
        props.dropping === true && styles.dropping,
      )}
      style={indent}
      onPress={props.onPress}
      isDisabled={props.disabled ?? false}
      {...(props.current ? { 'aria-current': 'page' as const } : {})}
    >
      <span className={cx(styles.icon)}>{props.icon}</span>
      <span className={cx(styles.label)} title={props.label} dir="auto">
        {props.label}
      </span>
      {props.count !== undefined && (
        <span className={cx(styles.count, props.alarming === true && styles.alarming)}>
          <span aria-hidden={props.countLabel !== undefined}>{props.count}</span>
          {props.countLabel !== undefined && (
            <span className="visuallyHidden">{props.countLabel}</span>
          )}
        </span>
      )}
    </Button>
  );
}
