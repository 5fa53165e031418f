/**
 * What of the backend's EHLO reply the client may see, and what the gateway adds. docs/protocol.md §3.
 */
import { suites } from '../../app/leg/suites.ts';
import type { Reply } from './replies.ts';

export interface EhloView {
  /** Between client and gateway: AUTH may be shown. */
  readonly isProtected: boolean;
  /** The gateway itself answers STARTTLS. */
  readonly offersStartTls: boolean;
  /** The backend answers STARTTLS. */
  readonly passesStartTls: boolean;
  readonly offersSeal: boolean;
}

/** Never passed on: they are between us and the backend, or ours to say. */
const hidden = new Set(['XPUBKEY', 'XSEAL', 'XCLIENT', 'XFORWARD', 'PROXY']);

/** The first line is the server's name and stays. */
export function filterEhlo(reply: Reply, view: EhloView): Reply {
  const [greeting = '', ...keywords] = reply.lines;
  const kept = keywords.filter((line) => {
    const keyword = (/^[^ =]*/.exec(line)?.[0] ?? '').toUpperCase();
    if (hidden.has(keyword)) return false;
    if (keyword === 'STARTTLS') return view.passesStartTls;
    return keyword !== 'AUTH' || view.isProtected;
  });
  if (view.offersStartTls) kept.push('STARTTLS');
  if (view.offersSeal) kept.push(`XPUBKEY ${suites.join(' ')}`);
  return { code: reply.code, lines: [greeting, ...kept] };
}
