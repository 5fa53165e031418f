/** The sections of the settings, in their order. */
export const settingsSections = [
  'general',
  'accounts',
  'appearance',
  'reading',
  'writing',
  'notifications',
  'shortcuts',
  'privacy',
  'advanced',
] as const;
export type SettingsSection = (typeof settingsSections)[number];
