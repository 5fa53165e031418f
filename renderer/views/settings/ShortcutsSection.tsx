/** Keys that do things. */
import { Switch } from '../../components/Switch.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { ShortcutList } from '../shortcuts/ShortcutList.tsx';
import { Group } from './Group.tsx';
import type { SectionProps } from './section-props.ts';

export function ShortcutsSection({ settings, set }: SectionProps) {
  const { t } = useWords();
  return (
    <>
      <Group>
        <Switch
          isSelected={settings.singleKeys}
          onChange={(singleKeys) => set({ singleKeys })}
          hint={t('settings.singleKeysText')}
        >
          {t('settings.singleKeys')}
        </Switch>
      </Group>
      <Group>
        <ShortcutList />
      </Group>
    </>
  );
}
