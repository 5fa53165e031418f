/** How messages are written and sent. */
import type { IdentityDto } from '../../../app/contract/index.ts';
import { Picker } from '../../components/Picker.tsx';
import { Switch } from '../../components/Switch.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Group } from './Group.tsx';
import type { SectionProps } from './section-props.ts';
import { UndoPicker } from './UndoPicker.tsx';

const formats = ['rich', 'plain'] as const;

export function WritingSection({ accounts, settings, set, onFailure }: SectionProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const identities = useQuery('identity.list', {}).data ?? [];
  const choosing = accounts
    .map((account) => ({
      account,
      own: identities.filter(({ accountId }) => accountId === account.accountId),
    }))
    .filter(({ own }) => own.length > 1);

  function makeDefault(identity: IdentityDto | undefined): void {
    if (identity === undefined) return;
    const { isOwn: _, ...input } = identity;
    client
      .call('identity.save', { ...input, isDefault: true })
      .catch((reason: unknown) => onFailure(wireErrorOf(reason)));
  }
  return (
    <>
      <Group>
        <Picker
          label={t('settings.format')}
          options={formats.map((id) => ({ id, name: t(`settings.format.${id}`) }))}
          value={settings.composeFormat}
          onChange={(composeFormat) => set({ composeFormat })}
        />
      </Group>
      {choosing.length > 0 && (
        <Group title={t('settings.defaultIdentity')} text={t('settings.defaultIdentityText')}>
          {choosing.map(({ account, own }) => (
            <Picker
              key={account.accountId}
              label={account.address}
              options={own.map(({ identityId, name, address }) => ({
                id: identityId,
                name: name === '' ? address : name,
              }))}
              value={own.find(({ isDefault }) => isDefault)?.identityId ?? ''}
              onChange={(id) => makeDefault(own.find(({ identityId }) => identityId === id))}
            />
          ))}
        </Group>
      )}
      <Group>
        <UndoPicker settings={settings} set={set} />
      </Group>
      <Group>
        <Switch
          isSelected={settings.attachmentReminder}
          onChange={(attachmentReminder) => set({ attachmentReminder })}
          hint={t('settings.reminderText')}
        >
          {t('settings.reminder')}
        </Switch>
      </Group>
    </>
  );
}
