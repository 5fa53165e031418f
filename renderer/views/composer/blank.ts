/** A letter in which nothing stands: closed, it leaves nothing behind. */
import type { DraftContent } from '../../../app/contract/index.ts';

/** @param signature words that no person typed into this letter */
export function isBlank(content: DraftContent, signature = ''): boolean {
  const { to, cc, bcc, subject } = content;
  if ([to, cc, bcc, subject].some((field) => field.trim() !== '')) return false;
  if (content.inReplyTo !== undefined || content.forwardOf !== undefined) return false;
  // A picture or a rule has no words.
  if (/<(?:img|hr|table)\b/i.test(content.html ?? '')) return false;
  const text = content.text.trim();
  const signed = signature.trim();
  return text === '' || text.replace(/^-- ?\n/, '').trim() === signed;
}
