/** How messages are listed and shown. */
import { Picker } from '../../components/Picker.tsx';
import { Switch } from '../../components/Switch.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Group } from './Group.tsx';
import type { SectionProps } from './section-props.ts';

const markReads = ['0', '2', '5', 'never'] as const;
const remotes = ['ask', 'never'] as const;

export function ReadingSection({ settings, set }: SectionProps) {
  const { t } = useWords();
  return (
    <>
      <Group>
        <Switch
          isSelected={settings.listBy === 'conversations'}
          onChange={(together) => set({ listBy: together ? 'conversations' : 'messages' })}
          hint={t('settings.conversationsText')}
        >
          {t('settings.conversations')}
        </Switch>
        <Picker
          label={t('settings.markRead')}
          options={markReads.map((id) => ({
            id,
            name: t(`settings.markRead.${id}`, { seconds: Number.parseInt(id, 10) || 0 }),
          }))}
          value={settings.markRead}
          onChange={(markRead) => set({ markRead })}
        />
      </Group>
      <Group>
        <Picker
          label={t('settings.remote')}
          hint={t('settings.remoteText')}
          options={remotes.map((id) => ({ id, name: t(`settings.remote.${id}`) }))}
          value={settings.remoteContent}
          onChange={(remoteContent) => set({ remoteContent })}
        />
      </Group>
      <Group>
        <Switch
          isSelected={settings.originalColours}
          onChange={(originalColours) => set({ originalColours })}
          hint={t('settings.originalColoursText')}
        >
          {t('settings.originalColours')}
        </Switch>
      </Group>
    </>
  );
}
