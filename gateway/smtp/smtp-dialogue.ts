/**
 * Submission between a client and a backend: one command at a time goes through, so that every reply
 * belongs to a known command; a client's pipelining waits in our buffer. RFC 5321, RFC 6409.
 */
import { sizes } from '../limits.ts';
import { parseSealRequest } from '../seal-request.ts';
import type { Farewell, Protocol, Session } from '../session.ts';
import { LineTooLong, SessionEnd } from '../session-end.ts';
import { parseBdat, parseSmtpCommand, type SmtpCommand } from './commands.ts';
import { DataScanner } from './data-scanner.ts';
import { filterEhlo } from './ehlo.ts';
import { encodeReply, type Reply, readReply } from './replies.ts';

const farewells: Readonly<Record<Farewell, string>> = {
  unreachable: '421 4.3.2 The mail server does not answer\r\n',
  timeout: '421 4.4.2 Waited too long\r\n',
  shutdown: '421 4.3.2 Shutting down\r\n',
  refused: '554 5.7.0 Refused\r\n',
  'too-long': '500 5.5.6 Line too long\r\n',
  'too-many': '421 4.7.0 Too many connections\r\n',
};

export const smtpProtocol: Protocol = {
  service: 'submission',
  run: (session) => new SmtpDialogue(session).run(),
  farewell: (kind) => farewells[kind],
};

const needProtection = '530 5.7.0 Must issue STARTTLS or XSEAL first';
const needAuth = '530 5.7.0 Authentication required';

/** Passed on at any time. */
const openVerbs = new Set(['NOOP', 'RSET', 'HELP', 'QUIT']);
/** Passed on once the client may use the server. Anything else does not exist here. */
const mailVerbs = new Set(['MAIL', 'RCPT', 'DATA', 'BDAT', 'BURL', 'VRFY', 'EXPN', 'ETRN']);

class SmtpDialogue {
  readonly #session: Session;
  /** A mail transaction has begun once: too late for another protection. */
  #mailBegun = false;

  constructor(session: Session) {
    this.#session = session;
  }

  async run(): Promise<void> {
    await this.#relayGreeting();
    for (;;) {
      const speaker = await this.#session.waitForEither();
      if (speaker === 'backend') await this.#relayUnasked();
      else if (!(await this.#serveCommand())) return;
    }
  }

  async #relayGreeting(): Promise<void> {
    this.#session.armForGreeting();
    const greeting = await this.#readGreeting();
    await this.#send(greeting);
    if (greeting.code !== 220) throw new SessionEnd('backend-closed');
  }

  async #readGreeting(): Promise<Reply> {
    try {
      return await readReply(this.#session.backend);
    } catch (error) {
      // Nothing was said yet: an end before the greeting is a server that is not there.
      if (!(error instanceof SessionEnd) || !error.reason.startsWith('backend-c')) throw error;
      throw new SessionEnd('backend-unreachable', { farewell: farewells.unreachable });
    }
  }

  /** A server that speaks unasked has one thing to say: 421, and goes. */
  async #relayUnasked(): Promise<void> {
    this.#session.armForReply();
    const reply = await readReply(this.#session.backend);
    if (reply.code !== 421) throw new SessionEnd('backend-protocol', { cut: true });
    await this.#send(reply);
    throw new SessionEnd('backend-closed');
  }

  /** @returns false when the session has ended in good order */
  async #serveCommand(): Promise<boolean> {
    const command = await this.#readCommand();
    if (command === undefined) return true;
    switch (command.verb) {
      case 'EHLO':
      case 'HELO':
        await this.#hello(command);
        return true;
      case 'STARTTLS':
        await this.#startTls(command);
        return true;
      case 'XPUBKEY':
        await this.#showCard(command);
        return true;
      case 'XSEAL':
        await this.#seal(command);
        return true;
      case 'AUTH':
        await this.#authenticate(command);
        return true;
      default:
        return this.#pass(command);
    }
  }

  /** Undefined when the line was answered already. */
  async #readCommand(): Promise<SmtpCommand | undefined> {
    this.#session.armForLine();
    let raw: Buffer;
    try {
      raw = await this.#session.client.readLine(sizes.longLine);
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      throw new SessionEnd('too-long', { farewell: farewells['too-long'] });
    }
    const command = parseSmtpCommand(raw);
    if (typeof command !== 'string') return command;
    await this.#answer(command === 'too-long' ? '500 5.5.6 Line too long' : '500 5.5.2 Not text');
    return undefined;
  }

  async #hello(command: SmtpCommand): Promise<void> {
    const reply = await this.#ask(command.line);
    const filtered = command.verb === 'EHLO' && reply.code === 250;
    await this.#send(filtered ? filterEhlo(reply, this.#session) : reply);
  }

  async #startTls(command: SmtpCommand): Promise<void> {
    const session = this.#session;
    if (!session.offersStartTls && !session.passesStartTls) {
      return this.#answer('503 5.5.1 Not here');
    }
    if (session.authenticated || this.#mailBegun) return this.#answer('503 5.5.1 Too late');
    if (command.rest !== '') return this.#answer('501 5.5.4 No arguments');
    session.assertNothingInjected();
    if (session.offersStartTls) {
      await this.#answer('220 2.0.0 Ready to start TLS');
      await session.startTls();
      return;
    }
    this.#session.armForReply();
    if (await session.context.relayProbe?.isOpenRelay()) {
      return this.#answer('454 4.7.0 TLS not available');
    }
    const reply = await this.#ask(command.line);
    session.assertNothingInjected();
    await this.#send(reply);
    if (reply.code === 220) await session.passThrough();
  }

  async #showCard(command: SmtpCommand): Promise<void> {
    const session = this.#session;
    if (!session.offersSeal) return this.#answer('503 5.5.1 Already sealed');
    if (command.rest !== '') return this.#answer('501 5.5.4 No arguments');
    await session.client.write(encodeReply({ code: 250, lines: session.context.keys.cardLines() }));
  }

  async #seal(command: SmtpCommand): Promise<void> {
    const session = this.#session;
    // First of all: whatever came along with the line was not sent by an honest client.
    session.assertNothingInjected();
    if (!session.offersSeal || session.authenticated || this.#mailBegun) {
      return this.#answer('503 5.5.1 Not now');
    }
    const request = parseSealRequest(command.rest);
    if (request === undefined) return this.#answer('501 5.5.4 XSEAL suite key-id name message');
    const sealed = await session.seal(request, (message2) => `220 ${message2}\r\n`);
    if (!sealed) return this.#answer('504 5.5.4 No such key');
    await this.#relayGreeting();
  }

  async #authenticate(command: SmtpCommand): Promise<void> {
    const session = this.#session;
    if (!session.isProtected) return this.#answer(needProtection);
    let reply = await this.#ask(command.line);
    while (reply.code === 334) {
      await this.#send(reply);
      const answer = await this.#readAuthAnswer();
      reply = await this.#ask(answer);
    }
    if (reply.code === 235) session.setAuthenticated();
    await this.#send(reply);
  }

  /** A line of the SASL dialogue: passed on, never looked at. */
  async #readAuthAnswer(): Promise<Buffer> {
    this.#session.armForLine();
    try {
      const raw = await this.#session.client.readLine(sizes.longLine);
      const text = raw.toString('latin1').replace(/\r?\n$/, '');
      if (!/[\r\n\0]/.test(text)) return Buffer.from(`${text}\r\n`, 'latin1');
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
    }
    throw new SessionEnd('too-long', { farewell: farewells['too-long'] });
  }

  async #pass(command: SmtpCommand): Promise<boolean> {
    const refusal = this.#refusalOf(command.verb);
    if (refusal !== undefined) {
      await this.#answer(refusal);
      // Its octets are on their way already; to read them as commands would be smuggling.
      if (command.verb === 'BDAT') throw new SessionEnd('protocol');
      return true;
    }
    switch (command.verb) {
      case 'DATA':
        await this.#data(command);
        return true;
      case 'BDAT':
        await this.#bdat(command);
        return true;
      default: {
        const reply = await this.#ask(command.line);
        if (command.verb === 'MAIL' && reply.code < 300) this.#beginMail();
        await this.#send(reply);
        return !(command.verb === 'QUIT' && reply.code === 221);
      }
    }
  }

  #beginMail(): void {
    this.#mailBegun = true;
    this.#session.client.dropTranscript();
  }

  /** Undefined when the command may pass. */
  #refusalOf(verb: string): string | undefined {
    if (openVerbs.has(verb)) return undefined;
    if (!mailVerbs.has(verb)) return '502 5.5.1 Command not known';
    const session = this.#session;
    if (!session.isProtected) return needProtection;
    if (session.context.listener.requireAuth && !session.authenticated) return needAuth;
    return undefined;
  }

  async #data(command: SmtpCommand): Promise<void> {
    if (command.rest !== '') return this.#answer('501 5.5.4 No arguments');
    const reply = await this.#ask(command.line);
    await this.#send(reply);
    if (reply.code !== 354) return;
    // A backend may take DATA without MAIL; octets of a message are no part of a transcript.
    this.#beginMail();
    await this.#relayMessage();
    await this.#send(await this.#awaitReply());
  }

  /** To the end of the message, octet for octet. */
  async #relayMessage(): Promise<void> {
    const { client, backend } = this.#session;
    const scanner = new DataScanner();
    let held: Buffer = Buffer.alloc(0);
    for (;;) {
      this.#armForContent();
      const chunk = await client.readSome();
      const result = scanner.scan(chunk);
      if (result.kind === 'ambiguous') {
        throw new SessionEnd('smuggling', {
          farewell: '550 5.5.2 A line with a lone dot must end with CRLF\r\n',
        });
      }
      const octets = Buffer.concat([held, chunk]);
      if (result.kind === 'end') {
        const end = held.length + result.length;
        client.unread(octets.subarray(end));
        await backend.write(octets.subarray(0, end));
        return;
      }
      await backend.write(octets.subarray(0, octets.length - result.held));
      held = octets.subarray(octets.length - result.held);
    }
  }

  async #bdat(command: SmtpCommand): Promise<void> {
    const { client, backend } = this.#session;
    const count = parseBdat(command.rest);
    if (count === undefined) {
      throw new SessionEnd('protocol', { farewell: '501 5.5.4 BDAT octets [LAST]\r\n' });
    }
    await backend.write(command.line);
    for (let missing = count; missing > 0; ) {
      this.#armForContent();
      const octets = await client.readSome(missing);
      missing -= octets.length;
      await backend.write(octets);
    }
    await this.#send(await this.#awaitReply());
  }

  #armForContent(): void {
    const { idleMs, idleBeforeLoginMs } = this.#session.context.limits;
    this.#session.arm(this.#session.authenticated ? idleMs : idleBeforeLoginMs);
  }

  async #ask(line: Buffer): Promise<Reply> {
    await this.#session.backend.write(line);
    return this.#awaitReply();
  }

  #awaitReply(): Promise<Reply> {
    this.#session.armForReply();
    return readReply(this.#session.backend);
  }

  #send(reply: Reply): Promise<void> {
    return this.#session.client.write(encodeReply(reply));
  }

  #answer(line: string): Promise<void> {
    return this.#session.client.write(`${line}\r\n`);
  }
}
