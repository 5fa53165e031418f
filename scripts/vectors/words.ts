/** What server and client say in the session vectors, beside what their own code says. */
import type { Service } from '../../app/leg/types.ts';
import { filterCapabilities } from '../../gateway/imap/capabilities.ts';
import { encodeCardReply } from '../../gateway/imap/card-reply.ts';
import { parseImapCommand } from '../../gateway/imap/commands.ts';
import { parseSmtpCommand } from '../../gateway/smtp/commands.ts';
import { filterEhlo } from '../../gateway/smtp/ehlo.ts';
import { encodeReply } from '../../gateway/smtp/replies.ts';

export interface ServerWords {
  greeting(sealed: boolean): string;
  parse(line: string): { readonly tag: string; readonly verb: string; readonly rest: string };
  offers(tag: string, sealed?: boolean): string;
  card(tag: string, lines: readonly string[]): string;
  sealed(tag: string, message2: string): string;
  unknownKey(tag: string): string;
}

function view(sealed: boolean) {
  return {
    isProtected: sealed,
    offersStartTls: false,
    passesStartTls: false,
    offersSeal: !sealed,
    authenticated: false,
  };
}

const ehloLines = [
  'mail.example.org',
  'PIPELINING',
  'SIZE 36700160',
  'AUTH PLAIN',
  '8BITMIME',
  'CHUNKING',
];

const smtp: ServerWords = {
  greeting: () => '220 mail.example.org ESMTP ready\r\n',
  parse: (line) => {
    const command = parseSmtpCommand(Buffer.from(line, 'latin1'));
    if (typeof command === 'string') throw new Error(command);
    return { tag: '', verb: command.verb, rest: command.rest };
  },
  offers: (_tag, sealed = false) =>
    encodeReply(filterEhlo({ code: 250, lines: ehloLines }, view(sealed))).toString('latin1'),
  card: (_tag, lines) => encodeReply({ code: 250, lines }).toString('latin1'),
  sealed: (_tag, message2) => `220 ${message2}\r\n`,
  unknownKey: () => '504 5.5.4 No such key\r\n',
};

const capabilities = ['IMAP4rev2', 'IMAP4rev1', 'LITERAL+', 'IDLE', 'AUTH=PLAIN'];

const imap: ServerWords = {
  greeting: (sealed) =>
    `* OK [CAPABILITY ${filterCapabilities(capabilities, view(sealed)).join(' ')}] ready\r\n`,
  parse: (line) => {
    const command = parseImapCommand(Buffer.from(line, 'latin1'));
    if (!command) throw new Error('not a command');
    return command;
  },
  offers: (tag, sealed = false) =>
    `* CAPABILITY ${filterCapabilities(capabilities, view(sealed)).join(' ')}\r\n` +
    `${tag} OK CAPABILITY completed\r\n`,
  card: encodeCardReply,
  sealed: (tag, message2) => `${tag} OK [XSEAL ${message2}] sealed\r\n`,
  unknownKey: (tag) => `${tag} NO [XSEAL-KEY] No such key\r\n`,
};

export const serverWords: Readonly<Record<Service, ServerWords>> = { imap, submission: smtp };

/** Who sends a record, and its content; without content it is the close record. */
export type Sealed = readonly [from: 'client' | 'server', text?: string];

const message = [
  'From: Ada <ada@example.org>',
  'To: Grace <grace@example.net>',
  'Subject: Sealed',
  'Date: Mon, 23 Nov 2026 12:00:00 +0000',
  'Message-ID: <1@example.org>',
  '',
  'Nobody between us reads this.',
  '..',
].join('\r\n');

export const dialogues: Readonly<Record<Service, readonly Sealed[]>> = {
  submission: [
    ['server', smtp.greeting(true)],
    ['client', 'EHLO [127.0.0.1]\r\n'],
    ['server', smtp.offers('', true)],
    ['client', 'AUTH PLAIN AGFkYQBjb3JyZWN0IGhvcnNl\r\n'],
    ['server', '235 2.7.0 Welcome\r\n'],
    // Pipelined commands, and the replies to them, share a record.
    ['client', 'MAIL FROM:<ada@example.org>\r\nRCPT TO:<grace@example.net>\r\nDATA\r\n'],
    ['server', '250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go on\r\n'],
    ['client', `${message}\r\n.\r\n`],
    ['server', '250 2.0.0 Queued\r\n'],
    ['client', 'QUIT\r\n'],
    ['server', '221 2.0.0 Bye\r\n'],
    ['server'],
    ['client'],
  ],
  imap: [
    ['server', imap.greeting(true)],
    ['client', 'A1 LOGIN ada {13+}\r\ncorrect horse\r\n'],
    ['server', 'A1 OK [CAPABILITY IMAP4rev2 IMAP4rev1 LITERAL+ IDLE] Welcome\r\n'],
    ['client', 'A2 SELECT INBOX\r\n'],
    // One response in two records: a record's end means nothing.
    ['server', '* 1 EXISTS\r\n* OK [UIDVALIDITY 17] Ok\r\n* FLAGS (\\Seen)\r\nA2 OK [READ-'],
    ['server', 'WRITE] Selected\r\n'],
    ['client', 'A3 LOGOUT\r\n'],
    ['server', '* BYE Until soon\r\nA3 OK Done\r\n'],
    ['server'],
    ['client'],
  ],
};
