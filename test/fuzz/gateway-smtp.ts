/**
 * Fuzz target: the gateway's SMTP dialogue between a client and a backend that may both say anything.
 * Marks of an input: support/gateway-run.ts. docs/protocol.md §7.1.
 */
import { smtpProtocol } from '../../gateway/smtp/smtp-dialogue.ts';
import {
  createGatewayRun,
  type GatewayKind,
  type Listener,
  modes,
  openKeys,
} from './support/gateway-run.ts';
import { tokens } from './support/mutator.ts';
import { paddedScript, script } from './support/script.ts';
import { expectRule, type FuzzTarget } from './support/target.ts';

const openVerbs = new Set(['EHLO', 'HELO', 'NOOP', 'RSET', 'HELP', 'QUIT', 'STARTTLS']);
const ehlo = '250-mail\r\n250-STARTTLS\r\n250-XPUBKEY evil\r\n250 AUTH PLAIN\r\n';

/** A small server that judges each line it gets. */
class SmtpListener implements Listener {
  readonly #isProtected: boolean;
  readonly #needsAuth: boolean;
  #held = '';
  /** From here on the gateway has nothing to decide: passed TLS, or mail of a signed-in client. */
  #isFree = false;
  /** The client has begun to sign in. */
  #inAuth = false;
  /** The backend has said what only a SASL dialogue has, maybe out of turn. */
  #saidSasl = false;

  constructor(isProtected: boolean, needsAuth: boolean) {
    this.#isProtected = isProtected;
    this.#needsAuth = needsAuth;
  }

  said(octets: Buffer): void {
    this.#note('', octets.toString('latin1'));
  }

  hear(octets: Buffer, nextAnswer: () => Buffer | undefined): Buffer {
    if (this.#isFree) return nextAnswer() ?? Buffer.from('250 ok\r\n');
    this.#held += octets.toString('latin1');
    const answers: Buffer[] = [];
    for (let end = this.#held.indexOf('\n'); end >= 0; end = this.#held.indexOf('\n')) {
      const line = this.#held.slice(0, end + 1);
      this.#held = this.#held.slice(end + 1);
      const verb = this.#judge(line);
      const answer = nextAnswer() ?? Buffer.from(defaultAnswer(verb), 'latin1');
      this.#note(verb, answer.toString('latin1'));
      answers.push(answer);
      if (this.#isFree) break;
    }
    return Buffer.concat(answers);
  }

  #judge(line: string): string {
    expectRule(/^[^\r\n\0]*\r\n$/.test(line), 'a backend hears whole lines without odd octets');
    const verb = (/^[^ \r]*/.exec(line)?.[0] ?? '').toUpperCase();
    const isAllowed =
      openVerbs.has(verb) || (this.#isProtected && (verb === 'AUTH' || !this.#needsAuth));
    expectRule(isAllowed, 'no AUTH without protection, no mail before AUTH');
    return verb;
  }

  #note(verb: string, answer: string): void {
    if (verb === 'AUTH') this.#inAuth = true;
    if (/(^|\n)(334|235)/.test(answer)) this.#saidSasl = true;
    // A line of the SASL dialogue may be anything; where it ends is not for this judge to say.
    if (this.#inAuth && this.#saidSasl) this.#isFree = true;
    if (verb === 'STARTTLS' && /(^|\n)220/.test(answer)) this.#isFree = true;
    if (this.#isProtected && !this.#needsAuth && verb !== 'EHLO') this.#isFree = true;
  }
}

function defaultAnswer(verb: string): string {
  if (verb === 'EHLO') return ehlo;
  if (verb === 'AUTH') return '235 2.7.0 Welcome\r\n';
  if (verb === 'QUIT') return '221 2.0.0 Bye\r\n';
  return verb === 'STARTTLS' ? '220 Go ahead\r\n' : '250 2.0.0 Ok\r\n';
}

const kind: GatewayKind = {
  protocol: smtpProtocol,
  greeting: '220 mail ESMTP\r\n',
  createListener: (isProtected, needsAuth) => new SmtpListener(isProtected, needsAuth),
  sealLine: (words) => `XSEAL ${words}\r\n`,
  sealReply: /(?:^|\n)220 ([A-Za-z0-9+/]{64})\r\n/,
  marker: 'NOOP injected-in-clear\r\n',
};

const mail =
  'MAIL FROM:<a@b>\r\n~IRCPT TO:<c@d>\r\n~B354 Go\r\n~IDATA\r\n~ISubject: x\r\n\r\ny\r\n.\r\n';

const conversations: readonly [number, string][] = [
  [0, '~CEHLO a\r\n~CXPUBKEY\r\n~CNOOP\r\n~CQUIT\r\n'],
  [0, '~CEHLO a\r\nNOOP\r\nRSET\r\n~CMAIL FROM:<a@b>\r\n~CAUTH PLAIN AAAA\r\n~E'],
  [0, '~CEHLO a\r\n~CSTARTTLS\r\n~C\x16\x03\x01\0\x05hello~U\x16\x03\x03\0\x01x'],
  [0, '~CEHLO a\r\n~CSTARTTLS\r\nMAIL FROM:<a@b>\r\n'],
  [0, '~B220-a\r\n220 b\r\n~CHELO a\r\n~B250-x\r\n~U250 y\r\n~CHELP\r\n~U421 4.3.2 Down\r\n'],
  [0, '~CEHLO a\r\n~CBDAT 5\r\nMAIL\r\n~CXSEAL a b c d\r\n'],
  [0, '~CEH~CLO a\r~C\nNO~COP\r\n~CVRFY x\r\n~CDATA\r\nMAIL FROM:<a@b>\r\n.\r\n'],
  [modes.allowClearAuth, `~CEHLO a\r\n~CAUTH PLAIN AAAA\r\n~C${mail}~CQUIT\r\n`],
  [
    modes.allowClearAuth,
    '~CEHLO a\r\n~B334 \r\n~CAUTH LOGIN\r\n~B334 x\r\n~CAAAA\r\n~CBBBB\r\n~CBDAT 3\r\nabc',
  ],
  [modes.openRelay, '~CEHLO a\r\n~CMAIL FROM:<a@b>\r\n'],
];
const sealed: readonly [number, string][] = [
  [0, `~CEHLO a\r\n~S~IEHLO a\r\n~IAUTH PLAIN AAAA\r\n~I${mail}~IQUIT\r\n`],
  [0, '~CEHLO a\r\n~SMAIL FROM:<a@b>\r\n'],
  [0, '~CEHLO a\r\n~S~CAUTH PLAIN AAAA\r\n'],
];

export async function createTarget(): Promise<FuzzTarget> {
  const counts = { sealed: 0, forced: 0 };
  // A seal costs as much as a hundred other sessions.
  const seeds = [...conversations, ...conversations, ...conversations, ...sealed];
  return {
    seeds: seeds.map(([mode, text]) => Buffer.concat([Buffer.of(mode), paddedScript(text)])),
    dictionary: [
      ...tokens(
        'EHLO x\r\n',
        'MAIL FROM:<>\r\n',
        'RCPT TO:<a@b>\r\n',
        'DATA\r\n',
        'BDAT 4 LAST\r\n',
        '\r\n',
      ),
      ...tokens(
        'AUTH PLAIN A\r\n',
        'STARTTLS\r\n',
        'XPUBKEY\r\n',
        'QUIT\r\n',
        '\r\n.\r\n',
        '\n.\n',
        '\r',
        '\n',
      ),
      ...tokens(
        '220 ',
        '235 ok\r\n',
        '250-',
        '334 \r\n',
        '354 go\r\n',
        '421 x\r\n',
        '221 x\r\n',
        '\0',
        '*\r\n',
      ),
      ...['~C', '~I', '~B', '~U', '~E', '~B235 ok\r\n', '~B334 \r\n', '~CAUTH LOGIN\r\n'].map(
        script,
      ),
    ],
    maxLength: 40_000,
    counts,
    run: createGatewayRun(kind, await openKeys(), counts),
  };
}
