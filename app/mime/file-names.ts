/**
 * Names of attachments: chosen by the sender, used on the person's disk. The name that is shown
 * is the name that is written. Sources: MITRE T1036.002, Microsoft "Naming Files".
 */
import { mimeLimits } from './limits.ts';

const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
const extensionPattern = /\.[\p{L}\p{N}_-]{1,16}$/u;

/**
 * A bare file name, 1..150 characters, that means the same on every system and hides nothing:
 * no path, no control or bidi characters, no trailing dots or spaces, its real extension last.
 */
export function safeFileName(offered: string | undefined, mimeType: string): string {
  // The end is what decides how a system opens the file, so an endless name keeps its end.
  const given = (offered ?? '').toWellFormed();
  const bounded = given.length > 4_000 ? given.slice(-4_000).toWellFormed() : given;
  const base = bounded
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .split(/[/\\]/)
    .at(-1);
  const plain = (base ?? '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/gu, ' ')
    .replace(/ ?\. ?/g, '.')
    .replace(/^[. ]+|[. ]+$/g, '');
  const named = plain === '' ? `attachment${extensionOf(mimeType)}` : plain;
  const free = reserved.test(named) ? `_${named}` : named;
  return shorten(free);
}

function shorten(name: string): string {
  if (name.length <= mimeLimits.fileNameLength) return name;
  const extension = extensionPattern.exec(name)?.[0] ?? '';
  const stem = name.slice(0, mimeLimits.fileNameLength - extension.length).toWellFormed();
  return stem.replace(/[. ]+$/, '') + extension;
}

function extensionOf(mimeType: string): string {
  const known: Readonly<Record<string, string>> = {
    'application/pdf': '.pdf',
    'image/gif': '.gif',
    'image/jpeg': '.jpg',
    'image/png': '.png',
    'image/webp': '.webp',
    'message/rfc822': '.eml',
    'text/calendar': '.ics',
    'text/csv': '.csv',
    'text/html': '.html',
    'text/plain': '.txt',
  };
  return Object.hasOwn(known, mimeType) ? (known[mimeType] ?? '') : '';
}
