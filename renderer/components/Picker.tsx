/** One of a few, chosen from a list that opens; its name stands before it. */
import { ChevronsUpDown } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select, SelectValue } from 'react-aria-components/Select';
import { cx } from './cx.ts';
import styles from './Picker.module.css';

interface PickerProps<Id extends string | number> {
  readonly label: string;
  readonly options: readonly { readonly id: Id; readonly name: string }[];
  readonly value: Id;
  readonly onChange: (value: Id) => void;
}

export function Picker<Id extends string | number>(props: PickerProps<Id>) {
  const { label, options, value, onChange } = props;
  return (
    <Select
      className={cx(styles.row)}
      value={value}
      onChange={(key) => {
        const chosen = options.find(({ id }) => id === key);
        if (chosen !== undefined && chosen.id !== value) onChange(chosen.id);
      }}
    >
      <Label className={cx(styles.label)}>{label}</Label>
      <Button className={cx(styles.picker)}>
        <SelectValue />
        <ChevronsUpDown size={13} aria-hidden />
      </Button>
      <Popover className={cx(styles.popover)} offset={4} placement="bottom end">
        <ListBox items={options}>
          {({ id, name }) => (
            <ListBoxItem id={id} textValue={name} className={cx(styles.option)}>
              {name}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
