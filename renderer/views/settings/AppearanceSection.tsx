/** How the window looks. */
import { Picker } from '../../components/Picker.tsx';
import { Switch } from '../../components/Switch.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Group } from './Group.tsx';
import type { SectionProps } from './section-props.ts';

const themes = ['system', 'light', 'dark'] as const;
const densities = ['comfortable', 'compact'] as const;
const textSizes = ['small', 'normal', 'large', 'largest'] as const;

export function AppearanceSection({ settings, set }: SectionProps) {
  const { t } = useWords();
  return (
    <>
      <Group>
        <Picker
          label={t('settings.theme')}
          options={themes.map((id) => ({ id, name: t(`settings.theme.${id}`) }))}
          value={settings.theme}
          onChange={(theme) => set({ theme })}
        />
        <Switch
          isSelected={settings.contrast === 'more'}
          onChange={(more) => set({ contrast: more ? 'more' : 'system' })}
          hint={t('settings.contrastText')}
        >
          {t('settings.contrast')}
        </Switch>
      </Group>
      <Group>
        <Picker
          label={t('settings.density')}
          options={densities.map((id) => ({ id, name: t(`settings.density.${id}`) }))}
          value={settings.density}
          onChange={(density) => set({ density })}
        />
        <Picker
          label={t('settings.textSize')}
          options={textSizes.map((id) => ({ id, name: t(`settings.textSize.${id}`) }))}
          value={settings.textSize}
          onChange={(textSize) => set({ textSize })}
        />
      </Group>
    </>
  );
}
