/**
 * The complete private configuration of a test Dovecot (2.3): nothing of /etc/dovecot is read.
 * As root mail belongs to a service user; as a plain user everything runs as that user.
 */
import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isRoot } from './processes.ts';

export interface DovecotLayout {
  readonly dir: string;
  readonly imapPort: number;
  readonly imapsPort: number | undefined;
  readonly lmtpPort: number;
  readonly allowClearAuth: boolean;
  readonly mailFormat: 'maildir' | 'sdbox' | 'mdbox';
  /** Lines put at the end, for a test that needs something special. */
  readonly extraConfig: string;
}

/** The user that owns mail: never root (Dovecot refuses mail access as root). */
export function mailUser(): string {
  return isRoot() ? 'mail' : userInfo().username;
}

/** Its group, by name: Dovecot takes no numbers here. */
function mailGroup(): string {
  return execFileSync('id', ['-gn', mailUser()], { encoding: 'utf8' }).trim();
}

export const paths = (dir: string) => ({
  config: join(dir, 'dovecot.conf'),
  base: join(dir, 'run'),
  state: join(dir, 'state'),
  mail: join(dir, 'mail'),
  log: join(dir, 'dovecot.log'),
  users: join(dir, 'users'),
  cert: join(dir, 'cert.pem'),
  key: join(dir, 'key.pem'),
  /** SASL server for Postfix. */
  authSocket: join(dir, 'run', 'auth-postfix'),
});

const specialUse = ['Drafts', 'Sent', 'Junk', 'Trash', 'Archive'];

function mailboxes(): string {
  return specialUse
    .map((name) => `  mailbox ${name} {\n    auto = subscribe\n    special_use = \\${name}\n  }`)
    .join('\n');
}

/** Without root no service can change its user or root directory. */
function plainUserServices(): string {
  if (isRoot()) return '';
  const names = ['imap-login', 'anvil', 'stats', 'imap-urlauth-login', 'submission-login'];
  return [
    `default_internal_user = ${userInfo().username}`,
    `default_internal_group = ${mailGroup()}`,
    `default_login_user = ${userInfo().username}`,
    ...names.map((name) => `service ${name} {\n  chroot =\n}`),
  ].join('\n');
}

function tlsLines(layout: DovecotLayout): string {
  const at = paths(layout.dir);
  if (layout.imapsPort === undefined) return 'ssl = no';
  return `ssl = yes\nssl_cert = <${at.cert}\nssl_key = <${at.key}\nssl_min_protocol = TLSv1.2`;
}

export function dovecotConfig(layout: DovecotLayout): string {
  const at = paths(layout.dir);
  const user = mailUser();
  const group = mailGroup();
  return `base_dir = ${at.base}
state_dir = ${at.state}
log_path = ${at.log}
login_log_format_elements = user=<%u> method=%m rip=%r lip=%l %c session=<%{session}>
protocols = imap lmtp
listen = 127.0.0.1
${plainUserServices()}
first_valid_uid = 1
mail_home = ${at.mail}/%u
mail_location = ${layout.mailFormat}:~/${layout.mailFormat}
mail_uid = ${user}
mail_gid = ${group}
mail_fsync = never
mail_max_userip_connections = 200
auth_mechanisms = plain login
auth_failure_delay = 0
disable_plaintext_auth = ${layout.allowClearAuth ? 'no' : 'yes'}
${tlsLines(layout)}
passdb {
  driver = passwd-file
  args = ${at.users}
}
userdb {
  driver = static
  args = uid=${user} gid=${group} home=${at.mail}/%u
}
namespace inbox {
  inbox = yes
  separator = /
${mailboxes()}
}
service imap-login {
  inet_listener imap {
    port = ${layout.imapPort}
  }
  inet_listener imaps {
    port = ${layout.imapsPort ?? 0}
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${layout.lmtpPort}
  }
}
service auth {
  unix_listener auth-postfix {
    mode = 0666
  }
}
protocol lmtp {
  postmaster_address = postmaster@example.test
  lmtp_rcpt_check_quota = no
}
${layout.extraConfig}
`;
}
