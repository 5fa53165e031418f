/**
 * SMTP before the seal: greeting, EHLO, STARTTLS, XPUBKEY, XSEAL (RFC 5321 §4.2, RFC 3207,
 * docs/protocol.md §7.1). Not a mail transaction: no MAIL, no AUTH.
 */
import type { ClearChannel } from './clear-channel.ts';
import {
  authenticText,
  type ClearSession,
  type Offers,
  type SealReply,
  type SealRequest,
} from './clear-session.ts';
import { decodeBase64, encodeBase64 } from './key-card.ts';
import { limits } from './limits.ts';
import { suiteFacts } from './suites.ts';

interface Reply {
  readonly code: number;
  readonly lines: readonly string[];
}

const replyLine = /^([2-5]\d\d)([ -]?)(.*)$/;

export class SmtpSession implements ClearSession {
  readonly channel: ClearChannel;

  constructor(channel: ClearChannel) {
    this.channel = channel;
  }

  async greet(): Promise<Buffer> {
    const reply = await this.#readReply();
    if (reply.code !== 220) throw this.#unreachable(reply);
    const last = reply.lines.length - 1;
    const raw = reply.lines.map((line, at) => `220${at === last ? ' ' : '-'}${line}\r\n`);
    return Buffer.from(raw.join(''), 'latin1');
  }

  freshGreeting(serverName: string): Buffer {
    return Buffer.from(`220 ${serverName} ESMTP\r\n`, 'ascii');
  }

  /** The address literal is the same for everyone: the real one is nobody's business here. */
  async probe(): Promise<Offers> {
    const reply = await this.#command('EHLO [127.0.0.1]');
    if (reply.code === 421) throw this.#unreachable(reply);
    if (reply.code !== 250) return { startTls: false, sealSuites: [] };
    const offers = reply.lines.slice(1).map((line) => line.split(' '));
    const words = (keyword: string) => offers.find(([first]) => first?.toUpperCase() === keyword);
    return {
      startTls: words('STARTTLS') !== undefined,
      sealSuites: words('XPUBKEY')?.slice(1) ?? [],
    };
  }

  async startTls(): Promise<void> {
    const reply = await this.#command('STARTTLS');
    if (reply.code !== 220) {
      throw this.channel.attempt.error('leg.tls-failed', {}, new Error(`STARTTLS: ${reply.code}`));
    }
  }

  async fetchCard(): Promise<string[]> {
    const reply = await this.#command('XPUBKEY');
    if (reply.code !== 250) {
      throw this.channel.attempt.error('leg.card-invalid', {}, new Error(`XPUBKEY: ${reply.code}`));
    }
    return [...reply.lines];
  }

  async seal(request: SealRequest): Promise<SealReply> {
    const { suite, keyId, serverName, message1 } = request;
    const line = `XSEAL ${suite} ${keyId} ${serverName} ${encodeBase64(message1)}`;
    const refused = this.channel.sendSeal(line);
    const reply = await this.#readReply();
    if (reply.lines.length !== 1) throw this.channel.attempt.protocolError('XSEAL reply too long');
    if (reply.code === 504) {
      refused();
      return 'unknown-key';
    }
    if (reply.code !== 220) {
      throw this.channel.attempt.error('leg.seal-failed', {}, new Error(`XSEAL: ${reply.code}`));
    }
    const message2 = readMessage2(suite, reply.lines[0] ?? '');
    if (!message2) throw this.channel.attempt.protocolError('XSEAL reply without message 2');
    return { message2 };
  }

  async #command(line: string): Promise<Reply> {
    this.channel.send(line);
    return this.#readReply();
  }

  async #readReply(): Promise<Reply> {
    const lines: string[] = [];
    let first: string | undefined;
    let octets = 0;
    for (;;) {
      const line = await this.channel.readLine();
      const [, code, separator, text = ''] = replyLine.exec(line) ?? [];
      octets += line.length + 2;
      first ??= code;
      if (code === undefined || code !== first || (separator === '' && text !== '')) {
        throw this.channel.attempt.protocolError('not an SMTP reply');
      }
      lines.push(text);
      if (separator !== '-') return { code: Number(code), lines };
      if (lines.length >= limits.replyLines || octets > limits.replyOctets) {
        throw this.channel.attempt.protocolError('endless reply');
      }
    }
  }

  #unreachable(reply: Reply) {
    const cause = new Error(`greeting ${reply.code}`);
    const text = authenticText(this.channel, reply.lines.join(' '));
    return this.channel.attempt.error('leg.unreachable', text, cause);
  }
}

/** Undefined when it is not base64 of as many octets as message 2 of this suite has. */
export function readMessage2(suite: string, text: string): Uint8Array | undefined {
  try {
    return decodeBase64(text, suiteFacts(suite)?.message2Octets ?? 0);
  } catch {
    return undefined;
  }
}
