/** A client's side of the seal, made of the leg's primitives, so that a test can do it wrong too. */
import { startInitiator } from '../../../app/leg/handshake.ts';
import { encodeBase64, type KeyCard, parseKeyCard } from '../../../app/leg/key-card.ts';
import { SealedDuplex } from '../../../app/leg/sealed-duplex.ts';
import { encodePrologue, Transcript } from '../../../app/leg/transcript.ts';
import type { Service } from '../../../app/leg/types.ts';
import { Peer } from './peer.ts';

export interface SealPreparation {
  /** XSEAL's arguments. */
  readonly words: string;
  finish(message2: string): Peer;
}

/** A clear session that remembers what both sides said. */
export class SealClient {
  readonly peer: Peer;
  readonly service: Service;
  readonly #sent: string[] = [];

  constructor(peer: Peer, service: Service) {
    this.peer = peer;
    this.service = service;
  }

  async greet(): Promise<string> {
    return this.service === 'imap' ? this.peer.line() : this.peer.reply();
  }

  async ask(line: string): Promise<string> {
    if (this.service === 'imap') {
      this.#sent.push(`a ${line}\r\n`);
      return this.peer.command('a', line);
    }
    this.#sent.push(`${line}\r\n`);
    return this.peer.ask(line);
  }

  async fetchCard(): Promise<KeyCard> {
    const answer = await this.ask('XPUBKEY');
    const prefix = this.service === 'imap' ? /^\* XPUBKEY (.*)$/ : /^250[- ](.*)$/;
    return parseKeyCard(
      answer
        .split('\r\n')
        .map((line) => prefix.exec(line)?.[1])
        .filter((line) => line !== undefined),
    );
  }

  prepare(card: KeyCard, serverName = 'mail.test'): SealPreparation {
    const [key] = card.sealKeys;
    if (key === undefined) throw new Error('no seal key');
    const transcript = new Transcript();
    for (const line of this.#sent) transcript.client(Buffer.from(line, 'latin1'));
    transcript.server(Buffer.from(this.peer.text, 'latin1'));
    const { suite, keyId } = key;
    const prologue = encodePrologue({
      service: this.service,
      suite,
      keyId,
      serverName,
      transcript: transcript.digest(),
    });
    const handshake = startInitiator({ suite, keyId, sealPublicKey: key.publicKey, prologue });
    return {
      words: `${suite} ${keyId} ${serverName} ${encodeBase64(handshake.message1)}`,
      finish: (message2) => {
        const keys = handshake.finish(Buffer.from(message2, 'base64'));
        const { stream } = this.peer;
        stream.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close');
        stream.pause();
        return new Peer(new SealedDuplex(stream, keys));
      },
    };
  }

  /** Greeting, EHLO or CAPABILITY, card, XSEAL: the peer inside. */
  async seal(): Promise<Peer> {
    await this.greet();
    await this.ask(this.service === 'imap' ? 'CAPABILITY' : 'EHLO client.test');
    const preparation = this.prepare(await this.fetchCard());
    const prefix = this.service === 'imap' ? 's ' : '';
    this.peer.send(`${prefix}XSEAL ${preparation.words}\r\n`);
    const answer = await this.peer.line();
    const pattern =
      this.service === 'imap' ? /^s OK \[XSEAL (\S+)\] sealed\r\n$/ : /^220 (\S+)\r\n$/;
    const message2 = pattern.exec(answer)?.[1];
    if (message2 === undefined) throw new Error(`not sealed: ${answer}`);
    return preparation.finish(message2);
  }
}
