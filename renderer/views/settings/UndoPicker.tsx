/** How long a message can be taken back after it was sent. */
import { Picker } from '../../components/Picker.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import type { SettingsHandle } from './use-settings.ts';

const usual = [0, 5, 10, 20, 30] as const;

export function UndoPicker({ settings, set }: SettingsHandle) {
  const { t } = useWords();
  // A number that was set elsewhere is among the choices.
  const choices = [...new Set([...usual, settings.undoSendSeconds])].sort((a, b) => a - b);
  return (
    <Picker
      label={t('settings.undoSend')}
      hint={t('settings.undoSendText')}
      options={choices.map((seconds) => ({
        id: seconds,
        name: t('settings.undoSend.seconds', { seconds }),
      }))}
      value={settings.undoSendSeconds}
      onChange={(undoSendSeconds) => set({ undoSendSeconds })}
    />
  );
}
