/** Cards that every reader must refuse, each wrong in one way. docs/protocol.md §4. */
import { encodeBase64, encodeKeyCard, type IdentityLink } from '../../app/leg/key-card.ts';
import { generateIdentity, sign } from '../../app/leg/keys.ts';
import { secretOf } from './fixed.ts';
import { classical, fullCard, hybrid, identities, linkTo, sealKeys } from './keys.ts';

const { oldest, old, current, next } = identities;

function encodeLink(type: string, link: IdentityLink): string {
  return `${type} ed25519 ${encodeBase64(link.identity)} ${encodeBase64(link.signature)}`;
}

function longChain(length: number): string[] {
  const chain = Array.from({ length }, (_, at) =>
    generateIdentity(() => secretOf(`identity, ${at} of a long chain`)),
  );
  return chain.map((older, at) =>
    encodeLink('predecessor', linkTo(chain[at - 1] ?? current, older, older)),
  );
}

/** A body with its own good signature, so that only what is wrong in it can be the reason. */
function signed(body: readonly string[], secretKey = current.secretKey): string[] {
  const input = Buffer.from(`letterlock key card v1\n${body.join('\n')}\n`, 'latin1');
  return [...body, `signature ${encodeBase64(sign(input, secretKey))}`];
}

/** The neutral point: in a lenient equation one signature by it fits every text. RFC 8032 §5.1. */
function signedByNobody(body: readonly string[]): string[] {
  const neutral = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0));
  const own = body.map((line) =>
    line.startsWith('identity') ? `identity ed25519 ${encodeBase64(neutral)}` : line,
  );
  const signature = Buffer.concat([neutral, Buffer.alloc(32)]);
  return [...own, `signature ${encodeBase64(signature)}`];
}

/** The same signature with the group's order added to its scalar. */
function withUnreducedScalar(lines: readonly string[]): string[] {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  return lines.map((line) => {
    if (!line.startsWith('signature ')) return line;
    const signature = Buffer.from(line.slice('signature '.length), 'base64');
    const scalar = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`);
    const text = (scalar + order).toString(16).padStart(64, '0');
    const more = Buffer.from(text, 'hex').reverse();
    return `signature ${encodeBase64(Buffer.concat([signature.subarray(0, 32), more]))}`;
  });
}

export function makeRefusedCards() {
  const lines = encodeKeyCard(fullCard, current.secretKey);
  const body = lines.slice(0, -1);
  const without = (start: string) => body.filter((line) => !line.startsWith(start));
  const changed = (start: string, change: (line: string) => string) =>
    signed(body.map((line) => (line.startsWith(start) ? change(line) : line)));
  const linkLess = body.filter((line) => !/^(successor|predecessor)/.test(line));
  const withLinks = (...links: string[]) => signed([...linkLess, ...links]);
  const key = encodeBase64(sealKeys.november.publicKey);
  const lastBits = (line: string) =>
    line.replace(key, `${key.slice(0, -2)}${String.fromCharCode(key.charCodeAt(42) + 1)}=`);
  const cases: Record<string, string[]> = {
    'a signature by another key': signed(body, next.secretKey),
    'a name changed after signing': lines.map((line) => line.replace('imap.', 'imap2.')),
    'a line taken out after signing': lines.filter((line) => !line.startsWith('predecessor')),
    'a signature whose scalar is not reduced': withUnreducedScalar(lines),
    'an identity of small order, which signs everything': signedByNobody(linkLess),
    'another version': signed(['letterlock-key-card 2', ...body.slice(1)]),
    'an unknown line': signed([...body, 'colour blue']),
    'names after seal keys': signed([
      ...without('name').slice(0, 4),
      'name mail.example.org',
      ...without('name').slice(4),
    ]),
    'no seal key': signed(without('seal')),
    'no identity': signed(without('identity')),
    'an upper-case name': changed('name imap', () => 'name IMAP.example.org'),
    'a name twice': changed('name imap', () => 'name mail.example.org'),
    'two blanks between words': changed('name imap', () => 'name  imap.example.org'),
    'a blank at the end of a line': changed('name imap', (line) => `${line} `),
    'base64 without padding': changed(`seal ${classical}`, (line) => line.replace('=', '')),
    'base64 with bits after its end': changed(`seal ${classical}`, lastBits),
    'a seal key of 31 octets': changed(`seal ${classical}`, (line) =>
      line.replace(key, encodeBase64(sealKeys.november.publicKey.slice(1))),
    ),
    'the 31st of November': changed(`seal ${classical}`, (line) =>
      line.replace('2026-11-01', '2026-11-31'),
    ),
    'a validity that ends as it begins': changed(`seal ${classical}`, (line) =>
      line.replace('2027-01-01', '2026-11-01'),
    ),
    'a key id twice': signed([
      ...body.slice(0, 6),
      body.find((line) => line.startsWith(`seal ${hybrid}`)) ?? '',
      ...body.slice(6),
    ]),
    'a successor that this identity did not sign': withLinks(
      encodeLink('successor', linkTo(next, old, next)),
    ),
    'a predecessor that did not sign this identity': withLinks(
      encodeLink('predecessor', linkTo(next, old, old)),
    ),
    'a gap in the chain of predecessors': withLinks(
      encodeLink('predecessor', linkTo(old, oldest, oldest)),
    ),
    'a chain of predecessors that comes back': withLinks(
      encodeLink('predecessor', linkTo(current, old, old)),
      encodeLink('predecessor', linkTo(old, current, current)),
    ),
    'five predecessors': withLinks(...longChain(5)),
  };
  return Object.entries(cases).map(([name, card]) => ({ name, lines: card }));
}
