/** What is kept on this computer, for how long, and how it goes. */
import { useState } from 'react';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Picker } from '../../components/Picker.tsx';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Group } from './Group.tsx';
import { PictureSenders } from './PictureSenders.tsx';
import styles from './Settings.module.css';
import { Storage } from './Storage.tsx';
import type { SectionProps } from './section-props.ts';

const keptDays = ['30', '90', '365', 'all'] as const;
const lies = ['mail', 'drafts', 'password', 'servers', 'log'] as const;

export function PrivacySection(props: SectionProps) {
  const { settings, set, onFailure } = props;
  const { t } = useWords();
  const secretStorage = useQuery('app.info', {}).data?.secretStorage ?? 'system';
  return (
    <>
      <Group>
        <Picker
          label={t('settings.keep')}
          hint={t('settings.keepText')}
          options={keptDays.map((id) => ({
            id,
            name: t(`settings.keep.${id}`, { days: Number.parseInt(id, 10) || 0 }),
          }))}
          value={settings.bodiesDays}
          onChange={(bodiesDays) => set({ bodiesDays })}
        />
      </Group>
      <Group>
        <Storage onFailure={onFailure} />
      </Group>
      <PictureSenders onFailure={onFailure} />
      <Group title={t('settings.lies')}>
        <dl className={cx(styles.lies)}>
          {lies.map((id) => (
            <div key={id}>
              <dt>{t(`settings.lies.${id}`)}</dt>
              <dd>{t(`settings.lies.${id}Text`, { where: secretStorage })}</dd>
            </div>
          ))}
        </dl>
      </Group>
      <Erase {...props} />
    </>
  );
}

/** Two steps, the second of which says what would be lost. */
function Erase({ accounts, onFailure }: SectionProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const drafts = useQuery('draft.list', {}).data?.length ?? 0;
  const waiting = accounts.reduce((sum, { lock }) => sum + lock.waiting, 0);
  const [phase, setPhase] = useState<'idle' | 'asking' | 'erasing'>('idle');

  function erase(): void {
    setPhase('erasing');
    client.call('app.erase', {}).catch((reason: unknown) => {
      setPhase('asking');
      onFailure(wireErrorOf(reason));
    });
  }
  return (
    <Group title={t('settings.erase')}>
      <p className={cx(styles.hint)}>{t('settings.eraseText')}</p>
      {phase === 'idle' ? (
        <div className={cx(styles.buttons)}>
          <Button kind="harm" onPress={() => setPhase('asking')}>
            {t('settings.eraseAsk')}
          </Button>
        </div>
      ) : (
        <div className={cx(styles.warning)} role="alert">
          <p>{t('settings.eraseWarning', { drafts, waiting })}</p>
          <div className={cx(styles.buttons)}>
            <Button isDisabled={phase === 'erasing'} onPress={() => setPhase('idle')}>
              {t('action.cancel')}
            </Button>
            <Button kind="harm" isDisabled={phase === 'erasing'} onPress={erase}>
              {t('settings.eraseConfirm')}
            </Button>
          </div>
        </div>
      )}
    </Group>
  );
}
