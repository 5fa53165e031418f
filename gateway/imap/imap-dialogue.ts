/**
 * IMAP until log-in: one command at a time goes through, capabilities are filtered, nothing but a few
 * commands passes without protection. After log-in the gateway only carries octets. RFC 9051.
 */

import { sizes } from '../limits.ts';
import { parseSealRequest } from '../seal-request.ts';
import type { Farewell, Protocol, Session } from '../session.ts';
import { LineTooLong, SessionEnd } from '../session-end.ts';
import { filterResponse } from './capabilities.ts';
import { encodeCardReply } from './card-reply.ts';
import { type ImapCommand, isHarmlessId, parseImapCommand } from './commands.ts';
import { trailingLiteral } from './literals.ts';
import { type ImapResponse, readResponse } from './responses.ts';

const farewells: Readonly<Record<Farewell, string>> = {
  unreachable: '* BYE [UNAVAILABLE] The mail server does not answer\r\n',
  timeout: '* BYE Waited too long\r\n',
  shutdown: '* BYE [UNAVAILABLE] Shutting down\r\n',
  refused: '* BYE Refused\r\n',
  'too-long': '* BYE Line too long\r\n',
  'too-many': '* BYE [LIMIT] Too many connections\r\n',
};

export const imapProtocol: Protocol = {
  service: 'imap',
  run: (session) => new ImapDialogue(session).run(),
  farewell: (kind) => farewells[kind],
};

const carriageReturn = 0x0d;
const lineEnd = Buffer.from('\r\n');

class ImapDialogue {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async run(): Promise<void> {
    await this.#relayGreeting();
    for (;;) {
      const speaker = await this.#session.waitForEither();
      if (speaker === 'backend') {
        this.#session.armForReply();
        await this.#send(await this.#readUntagged());
      } else if (!(await this.#serveCommand())) {
        return;
      }
    }
  }

  async #relayGreeting(): Promise<void> {
    this.#session.armForGreeting();
    const greeting = await this.#readGreeting();
    // A session that is logged in before it is protected belongs to whoever made it so.
    if (greeting.word === 'PREAUTH') {
      throw new SessionEnd('backend-protocol', { farewell: farewells.refused });
    }
    await this.#send(greeting);
    if (greeting.word !== 'OK') throw new SessionEnd('backend-closed');
  }

  async #readGreeting(): Promise<ImapResponse> {
    try {
      return await this.#readUntagged();
    } catch (error) {
      if (!(error instanceof SessionEnd) || !error.reason.startsWith('backend-c')) throw error;
      throw new SessionEnd('backend-unreachable', { farewell: farewells.unreachable });
    }
  }

  /** @returns false when the session has ended in good order */
  async #serveCommand(): Promise<boolean> {
    this.#session.armForLine();
    const raw = await this.#readLine();
    const command = parseImapCommand(raw);
    if (command === undefined) {
      // Its octets would be read as commands.
      if (trailingLiteral(raw) !== undefined) {
        throw new SessionEnd('protocol', { farewell: farewells.refused });
      }
      await this.#session.client.write('* BAD Not a command\r\n');
      return true;
    }
    switch (command.verb) {
      case 'STARTTLS':
        await this.#startTls(command);
        return true;
      case 'XPUBKEY':
        await this.#showCard(command);
        return true;
      case 'XSEAL':
        await this.#seal(command);
        return true;
      case 'ID':
        if (isHarmlessId(command)) await this.#pass(command);
        else await this.#answerIdOurselves(command);
        return true;
      case 'CAPABILITY':
      case 'NOOP':
        await this.#pass(command);
        return true;
      case 'LOGOUT':
        await this.#pass(command);
        return false;
      case 'LOGIN':
      case 'AUTHENTICATE':
        if (this.#session.isProtected) await this.#logIn(command);
        else await this.#refuse(command, 'NO [PRIVACYREQUIRED] STARTTLS or XSEAL first');
        return true;
      default:
        await this.#refuse(command, 'BAD Not known before log-in');
        return true;
    }
  }

  async #startTls(command: ImapCommand): Promise<void> {
    const session = this.#session;
    session.assertNothingInjected();
    const { tag } = command;
    if (command.rest !== '') return this.#refuse(command, 'BAD No arguments');
    if (session.offersStartTls) {
      await session.client.write(`${tag} OK Begin TLS\r\n`);
      await session.startTls();
      return;
    }
    if (!session.passesStartTls) return this.#refuse(command, 'BAD Not here');
    const response = await this.#ask(command);
    session.assertNothingInjected();
    await this.#send(response);
    if (response.word === 'OK') await session.passThrough();
  }

  async #showCard(command: ImapCommand): Promise<void> {
    const session = this.#session;
    if (!session.offersSeal) return this.#refuse(command, 'BAD Already sealed');
    if (command.rest !== '') return this.#refuse(command, 'BAD No arguments');
    await session.client.write(encodeCardReply(command.tag, session.context.keys.cardLines()));
  }

  async #seal(command: ImapCommand): Promise<void> {
    const session = this.#session;
    const { tag } = command;
    // First of all: whatever came along with the line was not sent by an honest client.
    session.assertNothingInjected();
    if (!session.offersSeal) return this.#refuse(command, 'BAD Already sealed');
    const request = parseSealRequest(command.rest);
    if (request === undefined) return this.#refuse(command, 'BAD XSEAL suite key-id name message');
    const sealed = await session.seal(
      request,
      (message2) => `${tag} OK [XSEAL ${message2}] sealed\r\n`,
    );
    if (!sealed) return this.#refuse(command, 'NO [XSEAL-KEY] No such key');
    await this.#relayGreeting();
  }

  async #logIn(command: ImapCommand): Promise<void> {
    const session = this.#session;
    const response = await this.#ask(command);
    if (response.word !== 'OK') return this.#send(response);
    session.setAuthenticated();
    await this.#send(response);
    throw await session.join((tail) => saidGoodbye(tail));
  }

  async #pass(command: ImapCommand): Promise<void> {
    await this.#send(await this.#ask(command));
  }

  /**
   * Sends a command with its literals and SASL answers, and relays what comes before its tagged
   * response.
   */
  async #ask(command: ImapCommand): Promise<ImapResponse> {
    const { backend } = this.#session;
    let size = command.line.length;
    let { line, literal } = command;
    for (;;) {
      await backend.write(line);
      if (literal === undefined) break;
      size += literal.octets;
      if (size > sizes.imapCommand) throw this.#tooLong();
      if (literal.waits) {
        const response = await this.#relayUntilTurn(command.tag);
        if (response.kind === 'tagged') return response;
        await this.#send(response);
      }
      this.#session.armForLine();
      await backend.write(await this.#session.client.readExactly(literal.octets));
      line = await this.#readLine();
      size += line.length;
      if (size > sizes.imapCommand) throw this.#tooLong();
      literal = trailingLiteral(line);
    }
    for (;;) {
      const response = await this.#relayUntilTurn(command.tag);
      if (response.kind === 'tagged') return response;
      await this.#send(response);
      // Only AUTHENTICATE has a dialogue; any other go-ahead has no line to wait for.
      if (command.verb !== 'AUTHENTICATE') throw new SessionEnd('backend-protocol', { cut: true });
      this.#session.armForLine();
      await backend.write(await this.#readLine());
    }
  }

  /** The next tagged or continuation response; untagged ones are passed on. */
  async #relayUntilTurn(tag: string): Promise<ImapResponse> {
    for (;;) {
      this.#session.armForReply();
      const response = await readResponse(this.#session.backend);
      if (response.kind === 'untagged') {
        await this.#send(response);
        continue;
      }
      if (response.kind === 'tagged' && response.tag !== tag) {
        throw new SessionEnd('backend-protocol', { cut: true });
      }
      return response;
    }
  }

  async #readUntagged(): Promise<ImapResponse> {
    const response = await readResponse(this.#session.backend);
    if (response.kind !== 'untagged') throw new SessionEnd('backend-protocol', { cut: true });
    return response;
  }

  async #answerIdOurselves(command: ImapCommand): Promise<void> {
    await this.#session.client.write('* ID NIL\r\n');
    await this.#refuse(command, 'OK ID');
  }

  /** Answers without the backend. Literals that were sent without waiting are taken and dropped. */
  async #refuse(command: ImapCommand, answer: string): Promise<void> {
    const { client } = this.#session;
    let size = 0;
    for (let { literal } = command; literal !== undefined && !literal.waits; ) {
      size += literal.octets;
      if (size > sizes.imapCommand) throw this.#tooLong();
      await client.readExactly(literal.octets);
      literal = trailingLiteral(await this.#readLine());
    }
    await client.write(`${command.tag} ${answer}\r\n`);
  }

  /** A line with its CRLF. */
  async #readLine(): Promise<Buffer> {
    let raw: Buffer;
    try {
      raw = await this.#session.client.readLine(sizes.longLine);
    } catch (error) {
      if (error instanceof LineTooLong) throw this.#tooLong();
      throw error;
    }
    const text = raw.subarray(0, raw.at(-2) === carriageReturn ? -2 : -1);
    // A CR inside could end the line for one server and not for another; a NUL likewise.
    if (text.includes(carriageReturn) || text.includes(0)) {
      throw new SessionEnd('protocol', { farewell: farewells.refused });
    }
    return Buffer.concat([text, lineEnd]);
  }

  #tooLong(): SessionEnd {
    return new SessionEnd('too-long', { farewell: farewells['too-long'] });
  }

  #send(response: ImapResponse): Promise<void> {
    return this.#session.client.write(filterResponse(response, this.#session));
  }
}

/** A server that ends the session says BYE first (RFC 9051 §7.1.5); a dying one does not. */
function saidGoodbye(tail: Buffer): boolean {
  return /(^|\n)\* BYE[ \r][^\n]*\n([^\n]*\n)*$/i.test(tail.toString('latin1'));
}
