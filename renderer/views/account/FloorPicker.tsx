/** What one leg of an account demands. Lowering it asks once more and says what it means. */
import { useState } from 'react';
import { type LegDetailDto, type LevelDto, level } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Picker } from '../../components/Picker.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './AccountSheet.module.css';

interface FloorPickerProps {
  readonly leg: LegDetailDto;
  readonly onChange: (floor: LevelDto) => void;
}

export function FloorPicker({ leg, onChange }: FloorPickerProps) {
  const { t } = useWords();
  const [asked, setAsked] = useState<LevelDto>();

  function choose(floor: LevelDto): void {
    if (floor === leg.floor) return;
    const lowers = level.options.indexOf(floor) > level.options.indexOf(leg.floor);
    if (lowers) setAsked(floor);
    else onChange(floor);
  }
  return (
    <div className={cx(styles.floor)}>
      <div className={cx(styles.floorRow)}>
        <span>{t(`leg.${leg.service}`)}</span>
        <Picker
          look="box"
          label={t('account.demandOf', { service: t(`leg.${leg.service}`) })}
          options={level.options.map((id) => ({ id, name: t(`floor.${id}`) }))}
          value={asked ?? leg.floor}
          onChange={choose}
        />
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
