/**
 * One Received field: who handed the message to whom, when, and whether that hop was encrypted as
 * far as the receiver wrote it down. RFC 5321 §4.4; keywords of `with`: RFC 3848, RFC 6531 §4.3.
 * TLS comments as Postfix, Exim, Sendmail, Exchange and Gmail write them.
 */
import { type FieldToken, fieldTokens } from './header-fields.ts';
import { validDate } from './parse-message.ts';

/**
 * `encrypted`: TLS was noted. `clear`: a protocol without TLS was noted. `inside`: within one
 * machine or one provider's own network. `unknown`: nothing that says either.
 */
export type HopEncryption = 'encrypted' | 'clear' | 'inside' | 'unknown';

export interface ReceivedHop {
  /** What the sender called itself: its own claim. */
  readonly from?: string;
  /** Name that the receiver found for the sender's address. */
  readonly fromName?: string;
  /** The sender's network address as the receiver saw it. */
  readonly fromAddress?: string;
  readonly by?: string;
  /** As written, e.g. `ESMTPS`. */
  readonly protocol?: string;
  /** e.g. `TLS 1.3` */
  readonly tls?: string;
  readonly encryption: HopEncryption;
  readonly at?: Date;
}

const clauseNames = ['from', 'by', 'via', 'with', 'id', 'for'] as const;
type ClauseName = (typeof clauseNames)[number];

interface Clause {
  words: string[];
  comments: string[];
}
type Clauses = Partial<Record<ClauseName, Clause>>;

/** Never throws; what cannot be understood is absent. */
export function parseReceived(value: string): ReceivedHop {
  const { clauses, at } = clausesOf(value);
  const comments = Object.values(clauses).flatMap((clause) => clause.comments);
  const words = Object.values(clauses).flatMap((clause) => clause.words);
  const from = hostIn(clauses.from?.words[0]);
  const peer = peerOf(clauses.from);
  const by = hostIn(clauses.by?.words[0]);
  const protocol = protocolOf(clauses.with, clauses.via);
  const tls = tlsOf(comments, words);
  return {
    ...(from === undefined ? {} : { from }),
    ...(peer.name === undefined ? {} : { fromName: peer.name }),
    ...(peer.address === undefined ? {} : { fromAddress: peer.address }),
    ...(by === undefined ? {} : { by }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(tls === undefined || tls === '' ? {} : { tls }),
    encryption: encryptionOf(protocol, tls !== undefined, clauses, peer.address),
    ...(at === undefined ? {} : { at }),
  };
}

function clausesOf(value: string): { clauses: Clauses; at: Date | undefined } {
  const tokens = fieldTokens(value);
  const last = tokens.findLastIndex(({ kind, text }) => kind === 'mark' && text === ';');
  const clauses: Clauses = {};
  let current: Clause | undefined;
  for (const { kind, text } of last < 0 ? tokens : tokens.slice(0, last)) {
    const name = kind === 'word' ? clauseName(text) : undefined;
    if (name !== undefined && clauses[name] === undefined) {
      current = { words: [], comments: [] };
      clauses[name] = current;
    } else if (kind === 'word') current?.words.push(text);
    else if (kind === 'comment') {
      // In front of everything stands only what some servers write of themselves.
      current ??= clauses.from = { words: [], comments: [] };
      current.comments.push(text);
    }
  }
  return { clauses, at: last < 0 ? undefined : dateOf(tokens.slice(last + 1)) };
}

function clauseName(word: string): ClauseName | undefined {
  return clauseNames.find((name) => name === word.toLowerCase());
}

function dateOf(tokens: readonly FieldToken[]): Date | undefined {
  const words = tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text);
  return words.length === 0 ? undefined : validDate(words.join(' '));
}

const host = /^[\p{L}\p{N}._:[\]-]{1,255}$/u;

function hostIn(word: string | undefined): string | undefined {
  const name = word?.replace(/[.,]+$/, '');
  return name === undefined || name === '' || !host.test(name) ? undefined : name;
}

const address =
  /(?:\[|^|\s)(?:IPv6:)?((?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*)(?:%\w+)?(?:\]|$|[\s:])/i;

/** `(name [address])` of most servers, `([address])`, `(address)`, `(HELO name) (address)`. */
function peerOf(clause: Clause | undefined): { name?: string; address?: string } {
  if (clause === undefined) return {};
  for (const text of clause.comments) {
    const found = address.exec(text)?.[1];
    if (found === undefined) continue;
    const name = /^([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)\.?\s+\(?\[/u.exec(text)?.[1];
    return { address: found, ...(name === undefined ? {} : { name }) };
  }
  const literal = /^\[?(?:IPv6:)?([0-9a-f.:]+)\]?$/i.exec(clause.words[0] ?? '')?.[1];
  return literal !== undefined && /[.:].*[.:]/.test(literal) ? { address: literal } : {};
}

function protocolOf(withClause: Clause | undefined, via: Clause | undefined): string | undefined {
  const words = withClause?.words ?? [];
  const known = words.find((word) => mailProtocol.test(word));
  if (known !== undefined) return known;
  // "Microsoft SMTP Server" is three words; its protocol is in none of them.
  if (/^microsoft$/i.test(words[0] ?? '')) return 'SMTP';
  return (words[0] ?? via?.words[0])?.slice(0, 30);
}

/** The second group: TLS. */
const mailProtocol = /^(?:UTF8)?(?:E?SMTP|LMTP)(S?)A?$/i;

/** What is noted of TLS: its version, or empty when only a cipher is named. */
function tlsOf(comments: readonly string[], words: readonly string[]): string | undefined {
  for (const text of comments) {
    const version = /\bTLS(?:v|_)?\s?(1(?:[._][0-3])?)\b/i.exec(text)?.[1];
    if (version !== undefined) return `TLS ${version.replace('_', '.')}`;
    const old = /\bSSLv?([23])\b/i.exec(text)?.[1];
    if (old !== undefined) return `SSL ${old}`;
    if (/\bcipher[ =]|\bencrypted\b|\bTransport Security\b|\bTLS_/i.test(text)) return '';
  }
  return words.some((word) => /^TLS_[A-Z0-9_]+$/.test(word)) ? '' : undefined;
}

function encryptionOf(
  protocol: string | undefined,
  tls: boolean,
  clauses: Clauses,
  peer: string | undefined,
): HopEncryption {
  const known = protocol === undefined ? null : mailProtocol.exec(protocol);
  if (tls || (known?.[1] !== '' && known !== null)) return 'encrypted';
  if (/^https$/i.test(protocol ?? '')) return 'encrypted';
  if (/^(?:local|mapi|lmtpa?|bsmtp|pipe)$/i.test(protocol ?? '')) {
    return peer === undefined || isPrivateAddress(peer) ? 'inside' : 'clear';
  }
  if (clauses.from === undefined || clauses.from.words.length === 0) return 'inside';
  if (peer !== undefined && isPrivateAddress(peer)) return 'inside';
  return known === null ? 'unknown' : 'clear';
}

/** Loopback, link-local and private networks: RFC 1918, RFC 4193, RFC 4291 §2.5, RFC 6598. */
export function isPrivateAddress(text: string): boolean {
  const plain = text.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  if (/^(?:127|10|0)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\./.test(plain))
    return true;
  if (/^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(plain)) return true;
  return plain === '::1' || plain === '::' || /^(?:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/.test(plain);
}
