/**
 * Fuzz target: the gateway's IMAP dialogue between a client and a backend that may both say anything.
 * Marks of an input: support/gateway-run.ts. docs/protocol.md §7.2.
 */
import { imapProtocol } from '../../gateway/imap/imap-dialogue.ts';
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

const openVerbs = new Set(['CAPABILITY', 'NOOP', 'LOGOUT', 'ID', 'STARTTLS']);
const loginVerbs = new Set(['LOGIN', 'AUTHENTICATE']);

/** A small server that judges each line it gets. */
class ImapListener implements Listener {
  readonly #isProtected: boolean;
  #held = '';
  /** From here on the gateway has nothing to decide: passed TLS, or a client that signs in. */
  #isFree = false;
  /** Octets of a literal that come next, and then the rest of the same command. */
  #literal: { readonly octets: number; readonly tag: string; isDue: boolean } | undefined;
  #continues = false;

  constructor(isProtected: boolean) {
    this.#isProtected = isProtected;
  }

  said(octets: Buffer): void {
    this.#note(octets.toString('latin1'));
  }

  hear(octets: Buffer, nextAnswer: () => Buffer | undefined): Buffer {
    const answers: Buffer[] = [];
    this.#held += octets.toString('latin1');
    while (!this.#isFree && this.#held !== '') {
      if (this.#literal?.isDue === true) {
        if (this.#held.length < this.#literal.octets) break;
        this.#held = this.#held.slice(this.#literal.octets);
        this.#literal = undefined;
        this.#continues = true;
        continue;
      }
      const end = this.#held.indexOf('\n');
      if (end < 0) break;
      const line = this.#held.slice(0, end + 1);
      this.#held = this.#held.slice(end + 1);
      answers.push(this.#take(line, nextAnswer));
    }
    if (this.#isFree) answers.push(nextAnswer() ?? Buffer.alloc(0));
    return Buffer.concat(answers);
  }

  /** A go-ahead calls for the literal that was announced; a tagged response says no to it. */
  #note(text: string): void {
    const { tag = '' } = this.#literal ?? {};
    const first = text
      .split('\n')
      .find((each) => each.startsWith('+') || each.startsWith(`${tag} `));
    if (first === undefined || this.#literal === undefined || this.#literal.isDue) return;
    if (first.startsWith('+')) this.#literal.isDue = true;
    else this.#literal = undefined;
  }

  #take(line: string, nextAnswer: () => Buffer | undefined): Buffer {
    expectRule(/^[^\r\n\0]*\r\n$/.test(line), 'a backend hears whole lines without odd octets');
    const [tag = '', word = ''] = line.trimEnd().split(' ');
    const verb = word.toUpperCase();
    const isNew = !this.#continues;
    this.#continues = false;
    const isLogin = isNew && loginVerbs.has(verb);
    if (isNew) {
      const isAllowed = openVerbs.has(verb) || (isLogin && this.#isProtected);
      expectRule(isAllowed, 'before protection a backend hears nothing but a few commands');
    }
    // The dialogue of a log-in may be anything; where it ends is not for this judge to say.
    if (isLogin) this.#isFree = true;
    const [, size, plus] = /\{(\d{1,15})(\+?)\}\r\n$/.exec(line) ?? [];
    if (size !== undefined) this.#literal = { octets: Number(size), tag, isDue: plus === '+' };
    if (this.#literal?.isDue === true) return Buffer.alloc(0);
    const waiting = this.#literal !== undefined;
    const answer = nextAnswer() ?? Buffer.from(defaultAnswer(tag, verb, waiting), 'latin1');
    const text = answer.toString('latin1');
    this.#note(text);
    if (verb === 'STARTTLS' && /(^|\n)\S+ OK/i.test(text)) this.#isFree = true;
    return answer;
  }
}

function defaultAnswer(tag: string, verb: string, waits: boolean): string {
  if (waits) return '+ go\r\n';
  if (verb === 'CAPABILITY') {
    const words = 'IMAP4rev1 STARTTLS AUTH=PLAIN XPUBKEY=EVIL COMPRESS=DEFLATE';
    return `* CAPABILITY ${words}\r\n${tag} OK done\r\n`;
  }
  return `${verb === 'LOGOUT' ? '* BYE bye\r\n' : ''}${tag} OK done\r\n`;
}

const kind: GatewayKind = {
  protocol: imapProtocol,
  greeting: '* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] mail\r\n',
  createListener: (isProtected) => new ImapListener(isProtected),
  sealLine: (words) => `s XSEAL ${words}\r\n`,
  sealReply: /(?:^|\n)s OK \[XSEAL ([A-Za-z0-9+/]{64})\] sealed\r\n/,
  marker: 'i NOOP injected-in-clear\r\n',
};

const conversations: readonly [number, string][] = [
  [0, '~Ca CAPABILITY\r\n~Cb XPUBKEY\r\n~Cc NOOP\r\n~Cd LOGOUT\r\n'],
  [0, '~Ca LOGIN x y\r\n~Cb AUTHENTICATE PLAIN\r\n~Cc SELECT INBOX\r\n~E'],
  [0, '~Ca LOGIN {3}\r\nxyz {2+}\r\nab\r\n~Cb LOGIN {3+}\r\nxyz {2+}\r\nab\r\n~Cc NOOP\r\n'],
  [0, '~Ca STARTTLS\r\n~C\x16\x03\x01\0\x05hello~U\x16\x03\x03\0\x01x'],
  [0, '~Ca STARTTLS\r\nb LOGIN x y\r\n'],
  [0, '~B* PREAUTH hi\r\n~Ca NOOP\r\n'],
  [0, '~Ca ID ("name" "x")\r\n~Cb ID ("x-originating-ip" "1.2.3.4")\r\n~Cc ID {2}\r\n~C()\r\n'],
  [
    0,
    '~Ba NO no\r\n~Ca CAPABILITY {3}\r\nabc\r\n~B+ go\r\n~Cb NOOP {3}\r\nb L\r\n~U* BYE down\r\n',
  ],
  [0, '~Ca NO~COP\r~C\nb XSEAL a b c d\r\n~B* OK {3}\r\nabc x\r\nc OK\r\n~Cc NOOP\r\n'],
  [modes.allowClearAuth, '~Ca LOGIN {3}\r\n~Cxyz {2+}\r\nab\r\n~Cb SELECT INBOX\r\n~U* BYE\r\n~E'],
  [modes.allowClearAuth, '~B+ \r\n~Ca AUTHENTICATE PLAIN\r\n~Ba OK in\r\n~CAAAA\r\n~Cb LOGOUT\r\n'],
];
const sealed: readonly [number, string][] = [
  [0, '~Ca CAPABILITY\r\n~S~Ia CAPABILITY\r\n~Ib LOGIN x y\r\n~Ic LOGOUT\r\n'],
  [0, '~Ca CAPABILITY\r\n~Sb LOGIN x y\r\n'],
  [0, '~Ca CAPABILITY\r\n~S~Cb LOGIN x y\r\n'],
];

export async function createTarget(): Promise<FuzzTarget> {
  const counts = { sealed: 0, forced: 0 };
  // A seal costs as much as a hundred other sessions.
  const seeds = [...conversations, ...conversations, ...conversations, ...sealed];
  return {
    seeds: seeds.map(([mode, text]) => Buffer.concat([Buffer.of(mode), paddedScript(text)])),
    dictionary: [
      ...tokens(
        'a LOGIN x y\r\n',
        'b AUTHENTICATE PLAIN\r\n',
        'c STARTTLS\r\n',
        'd XPUBKEY\r\n',
        '\r\n',
      ),
      ...tokens(
        '{3}\r\n',
        '{3+}\r\n',
        '{0}\r\n',
        '{99999}\r\n',
        '+ go\r\n',
        '* BYE x\r\n',
        '\r',
        '\n',
        '\0',
      ),
      ...tokens(
        'a OK ',
        'a NO ',
        'a BAD ',
        '* ',
        '[CAPABILITY ',
        'CAPABILITY ',
        'ID ',
        'NOOP ',
        '*\r\n',
      ),
      ...['~C', '~I', '~B', '~U', '~E', '~B+ go\r\n', '~Ba OK x\r\n', '~U+ go\r\n'].map(script),
    ],
    maxLength: 40_000,
    counts,
    run: createGatewayRun(kind, await openKeys(), counts),
  };
}
