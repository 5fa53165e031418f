/** A time, or a day and a time, typed part by part in the order and with the signs of the language. */
import { type CalendarDateTime, parseTime, type Time } from '@internationalized/date';
import { DateField, DateInput, DateSegment } from 'react-aria-components/DateField';
import { TimeField } from 'react-aria-components/TimeField';
import { cx } from './cx.ts';
import styles from './TimeField.module.css';

function Parts() {
  return (
    <DateInput className={cx(styles.field)}>
      {(segment) => <DateSegment segment={segment} className={cx(styles.part)} />}
    </DateInput>
  );
}

interface ClockFieldProps {
  readonly label: string;
  /** `hh:mm`, 24 hours. */
  readonly value: string;
  /** A time while it is typed is none: only whole ones are told. */
  readonly onChange: (value: string) => void;
}

export function ClockField({ label, value, onChange }: ClockFieldProps) {
  return (
    <TimeField<Time>
      aria-label={label}
      value={parseTime(value)}
      shouldForceLeadingZeros
      onChange={(time) => {
        if (time !== null) onChange(time.toString().slice(0, 5));
      }}
    >
      <Parts />
    </TimeField>
  );
}

interface MomentFieldProps {
  readonly label: string;
  readonly value: CalendarDateTime | null;
  readonly onChange: (value: CalendarDateTime | null) => void;
}

export function MomentField({ label, value, onChange }: MomentFieldProps) {
  return (
    <DateField
      aria-label={label}
      granularity="minute"
      shouldForceLeadingZeros
      value={value}
      onChange={onChange}
    >
      <Parts />
    </DateField>
  );
}
