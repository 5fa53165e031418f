/**
 * IMAP before the seal: greeting, CAPABILITY, STARTTLS, XPUBKEY, XSEAL (RFC 9051 §7,
 * docs/protocol.md §7.2). Keeps nothing else the server says: untagged data in clear may be anyone's.
 */
import type { ClearChannel } from './clear-channel.ts';
import {
  authenticText,
  type ClearSession,
  type Offers,
  type SealReply,
  type SealRequest,
} from './clear-session.ts';
import { encodeBase64 } from './key-card.ts';
import { limits } from './limits.ts';
import { readMessage2 } from './smtp-session.ts';

interface Reply {
  readonly status: string;
  /** After the status word. */
  readonly text: string;
  readonly untagged: readonly string[];
}

const literal = /\{\d+\+?\}$/;
const sealCode = /^\[XSEAL ([A-Za-z0-9+/=]+)\]( |$)/i;

export class ImapSession implements ClearSession {
  readonly channel: ClearChannel;
  #tagCount = 0;

  constructor(channel: ClearChannel) {
    this.channel = channel;
  }

  /** @throws LegError `leg.protocol` for PREAUTH: nobody is signed in before the leg is protected */
  async greet(): Promise<Buffer> {
    const line = await this.channel.readLine();
    const [, word = '', text = ''] = /^\* ([A-Za-z]+)(?: (.*))?$/.exec(line) ?? [];
    switch (word.toUpperCase()) {
      case 'OK':
        return Buffer.from(`${line}\r\n`, 'latin1');
      case 'BYE':
        throw this.#bye(text, 'leg.unreachable');
      default:
        throw this.channel.attempt.protocolError('not an IMAP greeting');
    }
  }

  freshGreeting(): Buffer {
    return Buffer.from('* OK ready\r\n', 'ascii');
  }

  async probe(): Promise<Offers> {
    const reply = await this.#command('CAPABILITY');
    const list = reply.untagged.find((line) => /^CAPABILITY /i.test(line));
    if (reply.status !== 'OK' || list === undefined) {
      throw this.channel.attempt.protocolError('no capabilities');
    }
    const words = list.toUpperCase().split(' ').slice(1);
    const prefix = 'XPUBKEY=';
    return {
      startTls: words.includes('STARTTLS'),
      sealSuites: words
        .filter((word) => word.startsWith(prefix))
        .map((word) => word.slice(prefix.length)),
    };
  }

  async startTls(): Promise<void> {
    const reply = await this.#command('STARTTLS');
    if (reply.status !== 'OK') {
      const cause = new Error(`STARTTLS: ${reply.status}`);
      throw this.channel.attempt.error('leg.tls-failed', {}, cause);
    }
  }

  async fetchCard(): Promise<string[]> {
    const reply = await this.#command('XPUBKEY');
    if (reply.status !== 'OK') {
      const cause = new Error(`XPUBKEY: ${reply.status}`);
      throw this.channel.attempt.error('leg.card-invalid', {}, cause);
    }
    const prefix = 'XPUBKEY ';
    return reply.untagged
      .filter((line) => line.slice(0, prefix.length).toUpperCase() === prefix)
      .map((line) => line.slice(prefix.length));
  }

  async seal(request: SealRequest): Promise<SealReply> {
    const { suite, keyId, serverName, message1 } = request;
    const tag = this.#nextTag();
    const line = `${tag} XSEAL ${suite} ${keyId} ${serverName} ${encodeBase64(message1)}`;
    const refused = this.channel.sendSeal(line);
    // A server that cannot finish the handshake may say goodbye without a tagged reply.
    const reply = await this.#readReply(tag, 'leg.seal-failed');
    if (reply.untagged.length > 0) {
      throw this.channel.attempt.protocolError('untagged data between XSEAL and its reply');
    }
    if (reply.status === 'NO' && /^\[XSEAL-KEY\]/i.test(reply.text)) {
      refused();
      return 'unknown-key';
    }
    if (reply.status !== 'OK') {
      const cause = new Error(`XSEAL: ${reply.status}`);
      throw this.channel.attempt.error('leg.seal-failed', {}, cause);
    }
    const message2 = readMessage2(suite, sealCode.exec(reply.text)?.[1] ?? '');
    if (!message2) throw this.channel.attempt.protocolError('XSEAL reply without message 2');
    return { message2 };
  }

  #nextTag(): string {
    this.#tagCount += 1;
    return `L${this.#tagCount}`;
  }

  async #command(command: string): Promise<Reply> {
    const tag = this.#nextTag();
    this.channel.send(`${tag} ${command}`);
    return this.#readReply(tag);
  }

  async #readReply(
    tag: string,
    onBye: 'leg.unreachable' | 'leg.seal-failed' = 'leg.unreachable',
  ): Promise<Reply> {
    const untagged: string[] = [];
    let octets = 0;
    for (;;) {
      const line = await this.channel.readLine();
      octets += line.length + 2;
      // A literal would hide lines from this reader; nothing before the seal needs one.
      if (literal.test(line)) throw this.channel.attempt.protocolError('literal');
      if (line.startsWith(`${tag} `)) {
        const [status = '', ...words] = line.slice(tag.length + 1).split(' ');
        return { status: status.toUpperCase(), text: words.join(' '), untagged };
      }
      if (!line.startsWith('* ')) throw this.channel.attempt.protocolError('not an IMAP reply');
      if (/^\* BYE( |$)/i.test(line)) throw this.#bye(line.slice(6), onBye);
      untagged.push(line.slice(2));
      if (untagged.length >= limits.replyLines || octets > limits.replyOctets) {
        throw this.channel.attempt.protocolError('endless reply');
      }
    }
  }

  #bye(text: string, code: 'leg.unreachable' | 'leg.seal-failed') {
    return this.channel.attempt.error(code, authenticText(this.channel, text), new Error('BYE'));
  }
}
