/**
 * Servers of large providers, so that their addresses need no look-up. From the providers' own help
 * pages; implicit TLS wherever they offer it (RFC 8314 §3.3). `note` is a provider's own rule.
 */
export interface Provider {
  readonly domains: readonly string[];
  readonly imapHost: string;
  readonly imapPort?: number;
  readonly submissionHost: string;
  /** 465 is implicit TLS, 587 begins in clear and must go on with STARTTLS. */
  readonly submissionPort: 465 | 587 | 1025;
  readonly note?: 'app-password' | 'oauth-only';
  /** A program on this computer speaks in the clear on loopback and begins TLS itself. */
  readonly local?: true;
}

export const providers: readonly Provider[] = [
  {
    domains: ['gmail.com', 'googlemail.com'],
    imapHost: 'imap.gmail.com',
    submissionHost: 'smtp.gmail.com',
    submissionPort: 465,
    note: 'app-password',
  },
  {
    domains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'outlook.de', 'hotmail.de'],
    imapHost: 'outlook.office365.com',
    submissionHost: 'smtp-mail.outlook.com',
    submissionPort: 587,
    note: 'oauth-only',
  },
  {
    domains: ['icloud.com', 'me.com', 'mac.com'],
    imapHost: 'imap.mail.me.com',
    submissionHost: 'smtp.mail.me.com',
    submissionPort: 587,
    note: 'app-password',
  },
  {
    domains: ['yahoo.com', 'yahoo.co.uk', 'yahoo.de', 'yahoo.fr', 'ymail.com', 'rocketmail.com'],
    imapHost: 'imap.mail.yahoo.com',
    submissionHost: 'smtp.mail.yahoo.com',
    submissionPort: 465,
    note: 'app-password',
  },
  {
    domains: ['aol.com', 'aim.com'],
    imapHost: 'imap.aol.com',
    submissionHost: 'smtp.aol.com',
    submissionPort: 465,
    note: 'app-password',
  },
  {
    domains: ['fastmail.com', 'fastmail.fm'],
    imapHost: 'imap.fastmail.com',
    submissionHost: 'smtp.fastmail.com',
    submissionPort: 465,
    note: 'app-password',
  },
  {
    domains: ['gmx.de', 'gmx.net', 'gmx.at', 'gmx.ch'],
    imapHost: 'imap.gmx.net',
    submissionHost: 'mail.gmx.net',
    submissionPort: 465,
  },
  {
    domains: ['gmx.com', 'gmx.co.uk', 'gmx.us'],
    imapHost: 'imap.gmx.com',
    submissionHost: 'mail.gmx.com',
    submissionPort: 465,
  },
  {
    domains: ['web.de'],
    imapHost: 'imap.web.de',
    submissionHost: 'smtp.web.de',
    submissionPort: 465,
  },
  {
    domains: ['t-online.de', 'magenta.de'],
    imapHost: 'secureimap.t-online.de',
    submissionHost: 'securesmtp.t-online.de',
    submissionPort: 465,
    note: 'app-password',
  },
  {
    domains: ['posteo.de', 'posteo.net', 'posteo.org', 'posteo.eu'],
    imapHost: 'posteo.de',
    submissionHost: 'posteo.de',
    submissionPort: 465,
  },
  {
    domains: ['mailbox.org'],
    imapHost: 'imap.mailbox.org',
    submissionHost: 'smtp.mailbox.org',
    submissionPort: 465,
  },
  {
    domains: ['zoho.com', 'zohomail.com'],
    imapHost: 'imap.zoho.com',
    submissionHost: 'smtp.zoho.com',
    submissionPort: 465,
    note: 'app-password',
  },
  {
    domains: ['zoho.eu', 'zohomail.eu'],
    imapHost: 'imap.zoho.eu',
    submissionHost: 'smtp.zoho.eu',
    submissionPort: 465,
    note: 'app-password',
  },
  {
    // Proton's Bridge on this computer gives its own password.
    domains: ['proton.me', 'protonmail.com', 'pm.me'],
    imapHost: '127.0.0.1',
    imapPort: 1143,
    submissionHost: '127.0.0.1',
    submissionPort: 1025,
    note: 'app-password',
    local: true,
  },
];

/** @param domain ASCII form, lower case */
export function findProvider(domain: string): Provider | undefined {
  return providers.find(({ domains }) => domains.includes(domain));
}
