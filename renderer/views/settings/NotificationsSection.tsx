/** What one is told of while the window is not looked at, and when not. */
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup';
import { cx } from '../../components/cx.ts';
import { Switch } from '../../components/Switch.tsx';
import { ClockField } from '../../components/TimeField.tsx';
import { useQuery } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { Group } from './Group.tsx';
import styles from './Settings.module.css';
import type { SectionProps } from './section-props.ts';

/** Monday first; 0 is Sunday. */
const weekdays = [1, 2, 3, 4, 5, 6, 0] as const;

export function NotificationsSection(props: SectionProps) {
  const { accounts, settings, set } = props;
  const { t } = useWords();
  const info = useQuery('app.info', {}).data;
  const muted = new Set(settings.mutedAccounts);
  const can = info === undefined || info.capabilities.includes('notifications');
  return (
    <>
      <Group {...(can ? {} : { text: t('settings.notifications.cannot') })}>
        <Switch
          isSelected={settings.notifications && can}
          isDisabled={!can}
          onChange={(notifications) => set({ notifications })}
          hint={t('settings.notificationsText')}
        >
          {t('settings.notifications')}
        </Switch>
        {settings.notifications && can && (
          <>
            <Switch
              isSelected={settings.notificationPreview}
              onChange={(notificationPreview) => set({ notificationPreview })}
              hint={t('settings.previewText')}
            >
              {t('settings.preview')}
            </Switch>
            <Switch
              isSelected={settings.notificationSound}
              onChange={(notificationSound) => set({ notificationSound })}
            >
              {t('settings.sound')}
            </Switch>
          </>
        )}
      </Group>
      {settings.notifications && can && accounts.length > 1 && (
        <Group title={t('settings.notifyAccounts')}>
          {accounts.map(({ accountId, address }) => (
            <Switch
              key={accountId}
              isSelected={!muted.has(accountId)}
              onChange={(on) => {
                const others = settings.mutedAccounts.filter((id) => id !== accountId);
                set({ mutedAccounts: on ? others : [...others, accountId] });
              }}
            >
              {address}
            </Switch>
          ))}
        </Group>
      )}
      {settings.notifications && can && <QuietHours {...props} />}
      <Group>
        <Switch
          isSelected={settings.badge === 'inbox'}
          onChange={(on) => set({ badge: on ? 'inbox' : 'off' })}
          hint={t('settings.badgeText')}
        >
          {t('settings.badge')}
        </Switch>
      </Group>
    </>
  );
}

function QuietHours({ settings, set }: SectionProps) {
  const { t, locale } = useWords();
  const short = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' });
  const long = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  return (
    <Group>
      <Switch
        isSelected={settings.quietHours}
        onChange={(quietHours) => set({ quietHours })}
        hint={t('settings.quietText')}
      >
        {t('settings.quiet')}
      </Switch>
      {settings.quietHours && (
        <>
          <div className={cx(styles.row)}>
            <span>{t('settings.quietTimes')}</span>
            <span className={cx(styles.times)}>
              <ClockField
                label={t('settings.quietFrom')}
                value={settings.quietFrom}
                onChange={(quietFrom) => set({ quietFrom })}
              />
              <span aria-hidden="true">–</span>
              <ClockField
                label={t('settings.quietTo')}
                value={settings.quietTo}
                onChange={(quietTo) => set({ quietTo })}
              />
            </span>
          </div>
          <ToggleButtonGroup
            aria-label={t('settings.quietDays')}
            selectionMode="multiple"
            selectedKeys={settings.quietDays.map(String)}
            onSelectionChange={(keys) =>
              set({ quietDays: weekdays.filter((day) => keys.has(String(day))) })
            }
            className={cx(styles.days)}
          >
            {weekdays.map((day) => (
              <ToggleButton
                key={day}
                id={String(day)}
                aria-label={long.format(weekdayOf(day))}
                className={cx(styles.day)}
              >
                {short.format(weekdayOf(day))}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        </>
      )}
    </Group>
  );
}

/** Some day of that name: 4 January 1970 was a Sunday. */
function weekdayOf(day: number): Date {
  return new Date(Date.UTC(1970, 0, 4 + day));
}
