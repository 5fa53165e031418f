/**
 * Fuzz target: SMTP replies around the seal. Input: one octet of mode, then what the server says, with
 * `0xff T` for the client's turn and `0xff |` between chunks. docs/protocol.md §7.1.
 */
import { SmtpSession } from '../../app/leg/smtp-session.ts';
import { suiteFacts, suites } from '../../app/leg/suites.ts';
import { modes, runClearSession, type SessionKind } from './support/clear-session-run.ts';
import { tokens } from './support/mutator.ts';
import { script } from './support/script.ts';
import type { FuzzTarget } from './support/target.ts';

const kind: SessionKind = {
  service: 'submission',
  create: (channel) => new SmtpSession(channel),
  lines:
    /^(EHLO \[127\.0\.0\.1\]|STARTTLS|XPUBKEY|XSEAL [a-z0-9-]+ k1 mail\.example\.org [A-Za-z0-9+/=]+)\r\n$/,
  sealLine: /^XSEAL /,
};

function message2(index: number): string {
  const octets = suiteFacts(suites[index] ?? '')?.message2Octets ?? 0;
  return Buffer.alloc(octets, 5).toString('base64');
}

const hello = `220 mail ESMTP\r\n~T250-mail\r\n250-STARTTLS\r\n~|250 XPUBKEY ${suites.join(' ')}\r\n`;
const card = '~T250-letterlock-key-card 1\r\n~|250-identity ed25519 AAAA\r\n250 signature AAAA\r\n';

const conversations: readonly [number, string][] = [
  [0, `${hello}${card}~T220 ${message2(0)}\r\n`],
  [0, `${hello}${card}~T220 ${message2(0)}\r\n\0\x11early record`],
  [modes.classic, `${hello}${card}~T220 ${message2(1)}\r\n`],
  [modes.pinned | modes.classic, `${hello}~T504 5.5.4 No such key\r\n~T220 ${message2(1)}\r\n`],
  [modes.pinned, `${hello}~T504 5.5.4 No such key\r\n~T504 5.5.4 No such key\r\n`],
  [modes.pinned, `${hello}~T554 5.7.0 Refused\r\n`],
  [modes.startTls, `${hello}~T220 Go ahead\r\n`],
  [modes.startTls, `${hello}~T454 Not now\r\n`],
  [modes.authenticated, '554 5.7.1 Go away\r\n'],
  [modes.authenticated, '220-a\r\n~|220-b\r\n220 c\r\n~T421 4.3.2 Closing\r\n'],
  [0, '220 x\r\n~T502 No EHLO here\r\n'],
  [0, '2'],
];

export function createTarget(): FuzzTarget {
  const counts = { sealed: 0, cards: 0 };
  return {
    seeds: conversations.map(([mode, text]) => Buffer.concat([Buffer.of(mode), script(text)])),
    dictionary: [
      ...tokens(
        '220 ',
        '220-',
        '250 ',
        '250-',
        '250',
        '421 ',
        '504 ',
        '554 ',
        '334 ',
        '\r\n',
        '\n',
        '\r',
      ),
      ...tokens(
        'STARTTLS',
        'XPUBKEY',
        'AUTH PLAIN',
        'XSEAL',
        suites[0],
        suites[1],
        '\0',
        ' ',
        '-',
        '999 ',
      ),
      ...[
        '~T',
        '~|',
        `~T220 ${message2(1)}\r\n`,
        `~T220 ${message2(0)}\r\n`,
        '\r\n~T',
        '\r~|\n',
      ].map(script),
    ],
    maxLength: 80_000,
    counts,
    run: (input) => runClearSession(kind, input, counts),
  };
}
