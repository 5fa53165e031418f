/**
 * The backend's capabilities as the client may see them: in `* CAPABILITY` and in the CAPABILITY code
 * of a greeting or an OK. docs/protocol.md §3; RFC 9051 §7.2.2.
 */
import { suites } from '../../app/leg/suites.ts';
import type { ImapResponse } from './responses.ts';

export interface CapabilityView {
  readonly isProtected: boolean;
  readonly offersStartTls: boolean;
  readonly passesStartTls: boolean;
  readonly offersSeal: boolean;
  readonly authenticated: boolean;
}

/** Order is kept; what the gateway adds stands at the end. */
export function filterCapabilities(words: readonly string[], view: CapabilityView): string[] {
  const kept = words.filter((word) => {
    const name = word.toUpperCase();
    if (name.startsWith('XPUBKEY=') || name === 'XPUBKEY' || name === 'XSEAL') return false;
    if (name === 'STARTTLS') return view.passesStartTls;
    // Compression inside encryption leaks what it compresses (CRIME).
    if (name.startsWith('COMPRESS=')) return view.offersSeal;
    if (name.startsWith('AUTH=')) return view.isProtected;
    return name !== '' && (name !== 'LOGINDISABLED' || view.isProtected);
  });
  if (view.authenticated) return kept;
  if (!view.isProtected) kept.push('LOGINDISABLED');
  if (view.offersStartTls) kept.push('STARTTLS');
  if (view.offersSeal) kept.push(...suites.map((suite) => `XPUBKEY=${suite.toUpperCase()}`));
  return kept;
}

const list = /^(\* CAPABILITY )([^\r\n{]*)(\r?\n)$/i;
const code = /^(\S+ (?:OK|PREAUTH) \[CAPABILITY )([^\]\r\n]*)(\][\s\S]*)$/i;

/** The response for the client; the same octets when it lists no capabilities. */
export function filterResponse(response: ImapResponse, view: CapabilityView): Buffer {
  const text = response.octets.toString('latin1');
  const parts = list.exec(text) ?? code.exec(text);
  if (parts === null) return response.octets;
  const [, head = '', words = '', tail = ''] = parts;
  const filtered = filterCapabilities(words.split(' '), view).join(' ');
  return Buffer.from(`${head}${filtered}${tail}`, 'latin1');
}
