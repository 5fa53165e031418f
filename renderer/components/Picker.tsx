/** One of a few, chosen from a list that opens below the button that shows it. */
import { ChevronsUpDown } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select, SelectValue } from 'react-aria-components/Select';
import { cx } from './cx.ts';
import styles from './Picker.module.css';
import surface from './Surface.module.css';

interface PickerProps<Id extends string | number> {
  readonly label: string;
  /**
   * `row`: its name stands before it. `box`: the button alone. `inline`: among text, without a frame,
   * as wide as the line, each option in its own direction.
   */
  readonly look?: 'row' | 'box' | 'inline';
  readonly options: readonly { readonly id: Id; readonly name: string }[];
  readonly value: Id | undefined;
  /** Called when another one is chosen. */
  readonly onChange: (value: Id) => void;
}

export function Picker<Id extends string | number>(props: PickerProps<Id>) {
  const { label, look = 'row', options, value, onChange } = props;
  const inline = look === 'inline';
  return (
    <Select
      className={cx(look === 'row' && styles.row, inline && styles.inline)}
      {...(look === 'row' ? {} : { 'aria-label': label })}
      value={value ?? null}
      onChange={(key) => {
        const chosen = options.find(({ id }) => id === key);
        if (chosen !== undefined && chosen.id !== value) onChange(chosen.id);
      }}
    >
      {look === 'row' && <Label className={cx(styles.label)}>{label}</Label>}
      <Button className={cx(styles.button)}>
        <SelectValue className={cx(styles.value)} />
        <ChevronsUpDown size={13} aria-hidden />
      </Button>
      <Popover
        className={cx(surface.surface, styles.popover)}
        offset={4}
        placement={inline ? 'bottom start' : 'bottom end'}
      >
        <ListBox items={options}>
          {({ id, name }) => (
            <ListBoxItem
              id={id}
              textValue={name}
              className={cx(styles.option, inline && styles.plain)}
            >
              {name}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
