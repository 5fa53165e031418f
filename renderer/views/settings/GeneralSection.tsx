/** Language, and how the window starts. */
import { Picker } from '../../components/Picker.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { languageNames, languages } from '../../i18n/locale.ts';
import { Group } from './Group.tsx';
import type { SectionProps } from './section-props.ts';

const starts = ['inbox', 'inboxes', 'unread'] as const;

export function GeneralSection({ settings, set }: SectionProps) {
  const { t } = useWords();
  const named = languages.map((id) => ({ id: String(id), name: languageNames[id] }));
  const known = named.some(({ id }) => id === settings.language);
  return (
    <Group>
      <Picker
        label={t('settings.language')}
        options={[{ id: 'system', name: t('settings.language.system') }, ...named]}
        value={known ? settings.language : 'system'}
        onChange={(language) => set({ language })}
      />
      <Picker
        label={t('settings.startWith')}
        options={starts.map((id) => ({ id, name: t(`settings.startWith.${id}`) }))}
        value={settings.startWith}
        onChange={(startWith) => set({ startWith })}
      />
    </Group>
  );
}
