/**
 * Command lines for the browser. One folder, one app window, no network, nothing of its own kept.
 */

/** The app's own origin in this host. `.invalid` never resolves (RFC 2606 §2). */
export const appOrigin = 'https://letterlock.invalid';
export const appUrl = `${appOrigin}/`;

export interface BrowserFlagOptions {
  readonly userDataDir: string;
  /** Chromium refuses its sandbox to uid 0; for every other user it stays on. */
  readonly isRoot: boolean;
}

const disabledFeatures = [
  'AutofillServerCommunication',
  'CertificateTransparencyComponentUpdater',
  'DialMediaRouteProvider',
  'InterestFeedContentSuggestions',
  'MediaRouter',
  'OptimizationHints',
  'PasswordManagerOnboarding',
  'Translate',
];

function shared(options: BrowserFlagOptions): string[] {
  return [
    `--user-data-dir=${options.userDataDir}`,
    '--class=letterlock',
    '--name=letterlock',
    ...(options.isRoot ? ['--no-sandbox', '--test-type'] : []),
  ];
}

/** The browser itself: starts without a window and takes orders on fds 3 and 4. */
export function browserFlags(options: BrowserFlagOptions): string[] {
  return [
    ...shared(options),
    '--remote-debugging-pipe',
    '--no-startup-window',
    // Should a request ever pass the interception: no name and no address resolves.
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--no-proxy-server',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-client-side-phishing-detection',
    '--disable-component-update',
    '--disable-component-extensions-with-background-pages',
    '--disable-default-apps',
    '--disable-domain-reliability',
    '--disable-sync',
    '--disable-extensions',
    '--disable-breakpad',
    '--disable-crash-reporter',
    '--disable-field-trial-config',
    '--disable-print-preview',
    '--disable-save-password-bubble',
    '--disable-search-engine-choice-screen',
    '--disable-session-crashed-bubble',
    '--disable-speech-api',
    '--force-webrtc-ip-handling-policy',
    '--webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--dns-prefetch-disable',
    '--hide-crash-restore-bubble',
    '--metrics-recording-only',
    '--no-default-browser-check',
    '--no-first-run',
    '--no-pings',
    '--no-service-autorun',
    '--password-store=basic',
    '--use-mock-keychain',
    `--disable-features=${disabledFeatures.join(',')}`,
  ];
}

/** A second process that hands this window over to the running browser and ends. */
export function windowFlags(options: BrowserFlagOptions): string[] {
  return [...shared(options), `--app=${appUrl}`];
}
