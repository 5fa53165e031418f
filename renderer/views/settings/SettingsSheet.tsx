/** All settings: sections at the side (above, in a narrow window). Each takes effect at once. */
import {
  Bell,
  BookOpen,
  Keyboard,
  Palette,
  PenLine,
  Settings2,
  Shield,
  Users,
  Wrench,
  X,
} from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Heading } from 'react-aria-components/Heading';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { WideSheet } from '../../components/Sheet.tsx';
import { useMedia } from '../../components/use-media.ts';
import { useWords } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import { AccountsSection } from './AccountsSection.tsx';
import { AdvancedSection } from './AdvancedSection.tsx';
import { AppearanceSection } from './AppearanceSection.tsx';
import { GeneralSection } from './GeneralSection.tsx';
import { NotificationsSection } from './NotificationsSection.tsx';
import { PrivacySection } from './PrivacySection.tsx';
import { ReadingSection } from './ReadingSection.tsx';
import styles from './Settings.module.css';
import { ShortcutsSection } from './ShortcutsSection.tsx';
import type { SectionProps } from './section-props.ts';
import { type SettingsSection, settingsSections } from './settings-sections.ts';
import { useSettings } from './use-settings.ts';
import { WritingSection } from './WritingSection.tsx';

const icons: Readonly<Record<SettingsSection, ReactNode>> = {
  general: <Settings2 size={16} aria-hidden />,
  accounts: <Users size={16} aria-hidden />,
  appearance: <Palette size={16} aria-hidden />,
  reading: <BookOpen size={16} aria-hidden />,
  writing: <PenLine size={16} aria-hidden />,
  notifications: <Bell size={16} aria-hidden />,
  shortcuts: <Keyboard size={16} aria-hidden />,
  privacy: <Shield size={16} aria-hidden />,
  advanced: <Wrench size={16} aria-hidden />,
};

interface SettingsSheetProps extends Omit<SectionProps, 'settings' | 'set' | 'onFailure'> {
  readonly section?: SettingsSection | undefined;
}

export default function SettingsSheet(props: SettingsSheetProps) {
  const { t } = useWords();
  const { handle, error, setError } = useSettings();
  const [section, setSection] = useState<SettingsSection>(props.section ?? 'general');
  const narrow = useMedia('(max-width: 640px)');
  const list = useRef<HTMLDivElement>(null);
  // In a narrow window the tabs scroll; the chosen one is in sight, however it was chosen.
  useEffect(() => {
    if (!narrow) return;
    // After the tabs have put their own focus in sight.
    const frame = requestAnimationFrame(() => {
      const tab = list.current?.querySelector(`[data-key="${section}"]`);
      tab?.scrollIntoView({ inline: 'center', block: 'nearest' });
    });
    return () => cancelAnimationFrame(frame);
  }, [narrow, section]);
  const sectionProps = { ...props, onFailure: setError };
  return (
    <WideSheet label={t('settings.title')} onClose={props.onClose}>
      <Tabs
        className={cx(styles.sections)}
        orientation={narrow ? 'horizontal' : 'vertical'}
        selectedKey={section}
        onSelectionChange={(key) => {
          const chosen = settingsSections.find((id) => id === key);
          if (chosen !== undefined) setSection(chosen);
        }}
      >
        <div className={cx(styles.nav)}>
          <Heading slot="title" className={cx(styles.navTitle)}>
            {t('settings.title')}
          </Heading>
          <TabList ref={list} aria-label={t('settings.sections')} className={cx(styles.tabs)}>
            {settingsSections.map((id) => (
              <Tab key={id} id={id} className={cx(styles.tab)}>
                {icons[id]}
                {t(`settings.section.${id}`)}
              </Tab>
            ))}
          </TabList>
        </div>
        <div className={cx(styles.page)}>
          <header className={cx(styles.head)}>
            <h2 className={cx(styles.headTitle)}>{t(`settings.section.${section}`)}</h2>
            <IconButton
              label={t('action.close')}
              onPress={props.onClose}
              className={cx(styles.close)}
            >
              <X size={17} aria-hidden />
            </IconButton>
          </header>
          {settingsSections.map((id) => (
            <TabPanel key={id} id={id} className={cx(styles.panel)}>
              {error !== undefined && <Failure error={error} />}
              {handle !== undefined && content(id, { ...sectionProps, ...handle })}
            </TabPanel>
          ))}
        </div>
      </Tabs>
    </WideSheet>
  );
}

function content(section: SettingsSection, props: SectionProps): ReactNode {
  switch (section) {
    case 'general':
      return <GeneralSection {...props} />;
    case 'accounts':
      return <AccountsSection {...props} />;
    case 'appearance':
      return <AppearanceSection {...props} />;
    case 'reading':
      return <ReadingSection {...props} />;
    case 'writing':
      return <WritingSection {...props} />;
    case 'notifications':
      return <NotificationsSection {...props} />;
    case 'shortcuts':
      return <ShortcutsSection {...props} />;
    case 'privacy':
      return <PrivacySection {...props} />;
    case 'advanced':
      return <AdvancedSection {...props} />;
  }
}
