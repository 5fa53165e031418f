/**
 * The connection report: what a help desk needs to know of an account's legs, as plain English text.
 * Holds no secret, no user name and no address. Spec: docs/lock.md.
 */
import type { LegDetailDto, LockDto } from '../contract/index.ts';
import type { Service } from '../leg/types.ts';

export interface ReportFacts {
  readonly version: string;
  readonly now: Date;
  readonly lock: LockDto;
  /** When each leg last opened, closed or failed. */
  readonly changes: Readonly<Record<Service, Date | undefined>>;
}

export function connectionReport(facts: ReportFacts): string {
  const { lock } = facts;
  const lines = [
    'Letterlock connection report',
    `Version: ${facts.version}, Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
    `System: ${process.platform} ${process.arch}`,
    `Made: ${facts.now.toISOString()}`,
    `Lock: ${lock.state} (${lock.host})`,
  ];
  for (const leg of lock.legs) lines.push('', ...legLines(leg, facts.changes[leg.service]));
  return `${lines.join('\n')}\n`;
}

function legLines(leg: LegDetailDto, changedAt: Date | undefined): string[] {
  const lines = [
    `${leg.service === 'imap' ? 'Reading (IMAP)' : 'Sending (submission)'}: ${leg.host}:${leg.port}`,
    `  State: ${leg.state}${leg.level ? `, level ${leg.level}` : ''}, at least ${leg.floor} demanded`,
  ];
  if (leg.tls) {
    lines.push(
      `  TLS: ${leg.tls.version}, issued by ${leg.tls.issuer} for ${leg.tls.subject}, until ${leg.tls.validTo}`,
      `  Certificate (SHA-256): ${leg.tls.fingerprint256}`,
      `  Root: ${leg.tls.rootName ?? 'unknown'}`,
    );
  }
  if (leg.tls?.interceptor) lines.push(`  Read by: ${leg.tls.interceptor.name}`);
  if (leg.key) {
    lines.push(
      `  Server key: ${leg.key.identity}, ${leg.key.suite}`,
      `  Words: ${leg.key.words}`,
      `  First seen: ${leg.key.firstSeenAt}, vouched for by: ${leg.key.vouchedBy}`,
    );
  }
  if (changedAt) lines.push(`  Last change: ${changedAt.toISOString()}`);
  if (leg.error) lines.push(`  Last error: ${leg.error.code} (log ${leg.error.logId})`);
  return lines;
}
