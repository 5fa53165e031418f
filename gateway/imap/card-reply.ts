/** The key card as IMAP responses. docs/protocol.md §7.2. */

/** `* XPUBKEY <line>` for each, then the tagged OK. */
export function encodeCardReply(tag: string, lines: readonly string[]): string {
  const untagged = lines.map((line) => `* XPUBKEY ${line}\r\n`).join('');
  return `${untagged}${tag} OK XPUBKEY completed\r\n`;
}
