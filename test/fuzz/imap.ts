/**
 * Fuzz target: IMAP responses around the seal. Input: one octet of mode, then what the server says, with
 * `0xff T` for the client's turn and `0xff |` between chunks. docs/protocol.md §7.2.
 */
import { ImapSession } from '../../app/leg/imap-session.ts';
import { suiteFacts, suites } from '../../app/leg/suites.ts';
import { modes, runClearSession, type SessionKind } from './support/clear-session-run.ts';
import { tokens } from './support/mutator.ts';
import { script } from './support/script.ts';
import type { FuzzTarget } from './support/target.ts';

const kind: SessionKind = {
  service: 'imap',
  create: (channel) => new ImapSession(channel),
  lines:
    /^L\d (CAPABILITY|STARTTLS|XPUBKEY|XSEAL [a-z0-9-]+ k1 mail\.example\.org [A-Za-z0-9+/=]+)\r\n$/,
  sealLine: /^L\d XSEAL /,
};

function message2(index: number): string {
  const octets = suiteFacts(suites[index] ?? '')?.message2Octets ?? 0;
  return Buffer.alloc(octets, 5).toString('base64');
}

const offers = suites.map((suite) => `XPUBKEY=${suite.toUpperCase()}`).join(' ');
const hello = `* OK ready\r\n~T* CAPABILITY IMAP4rev1 STARTTLS ~|LOGINDISABLED ${offers}\r\nL1 OK done\r\n`;
const card = '~T* XPUBKEY letterlock-key-card 1\r\n~|* XPUBKEY signature AAAA\r\nL2 OK done\r\n';

const conversations: readonly [number, string][] = [
  [0, `${hello}${card}~TL3 OK [XSEAL ${message2(0)}] sealed\r\n`],
  [0, `${hello}${card}~TL3 OK [XSEAL ${message2(0)}] sealed\r\n\0\x11early record`],
  [modes.classic, `${hello}${card}~TL3 OK [XSEAL ${message2(1)}]\r\n`],
  [
    modes.pinned | modes.classic,
    `${hello}~TL2 NO [XSEAL-KEY] No such key\r\n~TL3 OK [XSEAL ${message2(1)}] sealed\r\n`,
  ],
  [modes.pinned, `${hello}~TL2 NO [XSEAL-KEY] No such key\r\n~TL3 NO [XSEAL-KEY] No\r\n`],
  [modes.pinned, `${hello}~TL2 BAD Refused\r\n`],
  [modes.pinned, `${hello}~T* 5 EXISTS\r\nL2 OK [XSEAL ${message2(0)}] sealed\r\n`],
  [modes.startTls, `${hello}~TL2 OK Go ahead\r\n`],
  [modes.startTls, `${hello}~TL2 NO Not now\r\n`],
  [modes.authenticated, '* BYE Go away\r\n'],
  [modes.authenticated, '* OK x\r\n~T* CAPABILITY A\r\n~|* BYE [UNAVAILABLE] Closing\r\n'],
  [0, '* PREAUTH welcome\r\n'],
  [0, '* OK x\r\n~T* LIST () "/" {5}\r\nhello\r\nL1 OK done\r\n'],
  [0, '*'],
];

export function createTarget(): FuzzTarget {
  const counts = { sealed: 0, cards: 0 };
  return {
    seeds: conversations.map(([mode, text]) => Buffer.concat([Buffer.of(mode), script(text)])),
    dictionary: [
      ...tokens(
        '* ',
        '+ ',
        'L1 ',
        'L2 ',
        'L3 ',
        'L9 ',
        'OK ',
        'NO ',
        'BAD ',
        'BYE ',
        'PREAUTH ',
        '\r\n',
      ),
      ...tokens(
        'CAPABILITY ',
        'STARTTLS ',
        'XPUBKEY ',
        'XPUBKEY=',
        '[XSEAL ',
        '[XSEAL-KEY] ',
        ']',
        '\n',
        '\r',
      ),
      ...tokens(
        '{5}',
        '{0+}',
        '{5}\r\n',
        '[ALERT] ',
        '\0',
        suites[0].toUpperCase(),
        '* BYE\r\n',
        '*\r\n',
      ),
      ...['~T', '~|', `~TL3 OK [XSEAL ${message2(1)}]\r\n`, '\r\n~T', '\r~|\n', '~T* OK\r\n'].map(
        script,
      ),
    ],
    maxLength: 80_000,
    counts,
    run: (input) => runClearSession(kind, input, counts),
  };
}
