/** What one leg of an account demands. Lowering it asks once more and says what it means. */
import { ChevronsUpDown } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select, SelectValue } from 'react-aria-components/Select';
import { type LegDetailDto, type LevelDto, level } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import fromStyles from '../composer/FromLine.module.css';
import styles from './AccountSheet.module.css';

interface FloorPickerProps {
  readonly leg: LegDetailDto;
  readonly onChange: (floor: LevelDto) => void;
}

export function FloorPicker({ leg, onChange }: FloorPickerProps) {
  const { t } = useWords();
  const [asked, setAsked] = useState<LevelDto>();

  function choose(key: unknown): void {
    const floor = level.safeParse(key).data;
    if (floor === undefined || floor === leg.floor) return;
    const lowers = level.options.indexOf(floor) > level.options.indexOf(leg.floor);
    if (lowers) setAsked(floor);
    else onChange(floor);
  }
  return (
    <div className={cx(styles.floor)}>
      <div className={cx(styles.floorRow)}>
        <span>{t(`leg.${leg.service}`)}</span>
        <Select
          aria-label={t('account.demandOf', { service: t(`leg.${leg.service}`) })}
          value={asked ?? leg.floor}
          onChange={choose}
        >
          <AriaButton className={cx(styles.picker)}>
            <SelectValue />
            <ChevronsUpDown size={13} aria-hidden />
          </AriaButton>
          <Popover className={cx(fromStyles.popover)} offset={4}>
            <ListBox items={level.options.map((one) => ({ id: one }))}>
              {({ id }) => (
                <ListBoxItem id={id} textValue={t(`floor.${id}`)} className={cx(fromStyles.option)}>
                  {t(`floor.${id}`)}
                </ListBoxItem>
              )}
            </ListBox>
          </Popover>
        </Select>
      </div>
      {asked !== undefined && (
        <div className={cx(styles.confirm)}>
          <p>{t(`floor.lower.${asked}`, { host: leg.host })}</p>
          <div className={cx(styles.row)}>
            <Button onPress={() => setAsked(undefined)}>{t('floor.keep')}</Button>
            <Button
              kind="harm"
              onPress={() => {
                onChange(asked);
                setAsked(undefined);
              }}
            >
              {t('floor.lower')}
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}
