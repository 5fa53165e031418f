/**
 * Everything a page can ask the person for. All of it is denied to every origin, but for telling of
 * new mail by the app's own; writing to the clipboard after a click needs no permission and stays.
 * Names: the Permissions API as the browser spells it.
 */
export const deniedPermissions: readonly string[] = [
  'accelerometer',
  'ambient-light-sensor',
  'background-fetch',
  'background-sync',
  'camera',
  'captured-surface-control',
  'clipboard-read',
  'display-capture',
  'geolocation',
  'gyroscope',
  'idle-detection',
  'keyboard-lock',
  'local-fonts',
  'local-network-access',
  'magnetometer',
  'microphone',
  'midi',
  'nfc',
  'payment-handler',
  'periodic-background-sync',
  'persistent-storage',
  'pointer-lock',
  'push',
  'screen-wake-lock',
  'speaker-selection',
  'storage-access',
  'top-level-storage-access',
  'window-management',
];

/** Given to the app's own origin, and to no other. */
export const grantedPermissions: readonly string[] = ['notifications'];
