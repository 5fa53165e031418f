/** A labelled text field with room for a hint and an error right below it. */
import type { ReactNode } from 'react';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextField, type TextFieldProps } from 'react-aria-components/TextField';
import { cx } from './cx.ts';
import styles from './Field.module.css';

interface FieldProps extends Omit<TextFieldProps, 'className' | 'children' | 'style'> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly placeholder?: string;
  readonly className?: string;
}

export function Field({ label, hint, error, placeholder, className, ...rest }: FieldProps) {
  return (
    <TextField
      {...rest}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      className={cx(styles.field, className)}
    >
      <Label className={cx(styles.label)}>{label}</Label>
      <Input className={cx(styles.input)} placeholder={placeholder ?? ''} />
      {hint !== undefined && (
        <Text slot="description" className={cx(styles.hint)}>
          {hint}
        </Text>
      )}
      <FieldError className={cx(styles.error)}>{error}</FieldError>
    </TextField>
  );
}
