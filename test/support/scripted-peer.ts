/**
 * A server on loopback that speaks SMTP or IMAP up to and through the seal, and can be told to lie
 * at every step. One script serves all connections; what it received is kept. Tests only.
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecureContext, TLSSocket } from 'node:tls';
import { acceptHandshake, type ResponderOptions } from '../../app/leg/handshake.ts';
import { encodeKeyCard, type KeyCard } from '../../app/leg/key-card.ts';
import { generateIdentity, generateSealKeyPair, type KeyPair } from '../../app/leg/keys.ts';
import { SealedDuplex } from '../../app/leg/sealed-duplex.ts';
import { encodePrologue, Transcript } from '../../app/leg/transcript.ts';
import type { Pin, Service, VouchedBy } from '../../app/leg/types.ts';

export type Stage = 'greeting' | 'probe' | 'starttls' | 'fetch' | 'seal' | 'sealed-greeting';

export interface PeerKeys {
  readonly identity: KeyPair;
  readonly seal: KeyPair;
  readonly keyId: string;
  readonly card: KeyCard;
}

export interface PeerOptions {
  readonly service: Service;
  /** TLS from the first octet. */
  readonly implicitTls?: boolean;
  /** PEM pair; with it STARTTLS is offered, unless `startTls` is false. */
  readonly certificate?: { readonly certPem: string; readonly keyPem: string };
  readonly startTls?: boolean;
  /** TLS versions the peer speaks; Node's default when absent. */
  readonly maxTlsVersion?: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** With keys the key fetch is offered. */
  readonly keys?: PeerKeys;
  /** Sends this instead of its own words, only before TLS is up; the script then goes on. */
  readonly say?: Partial<Record<Stage, string | Buffer>>;
  /** Applies `say` inside TLS, too. */
  readonly sayInTls?: boolean;
  /** Sends this right after its own words, in the same segment. */
  readonly add?: Partial<Record<Stage, string | Buffer>>;
  /** Sends this right before its own words, in the same segment, in clear. */
  readonly before?: Partial<Record<Stage, string>>;
  /** Cuts the connection instead of speaking. */
  readonly cutAt?: Stage;
  /** Says nothing more from here on. */
  readonly silentAt?: Stage;
  /** Writes one octet at a time. */
  readonly slow?: boolean;
}

export interface ScriptedPeer {
  readonly port: number;
  /** Everything a client sent outside the seal, in TLS or not. */
  readonly received: () => string;
  /** Everything a client sent inside the seal. */
  readonly receivedSealed: () => string;
  readonly connections: () => number;
  /** Connections that are open now. */
  readonly openConnections: () => number;
  close(): Promise<void>;
}

const suite = 'nk-25519-aesgcm-sha256';

export function createPeerKeys(
  change: Partial<KeyCard> = {},
  identity = generateIdentity(),
): PeerKeys {
  const seal = generateSealKeyPair();
  const keyId = `k${Buffer.from(seal.publicKey).toString('hex').slice(0, 8)}`;
  const now = Date.now();
  const card: KeyCard = {
    identity: identity.publicKey,
    names: [],
    sealKeys: [
      {
        suite,
        keyId,
        publicKey: seal.publicKey,
        validFrom: new Date(Math.floor(now / 1_000) * 1_000 - 3_600_000),
        validUntil: new Date(Math.floor(now / 1_000) * 1_000 + 3_600_000),
      },
    ],
    ...change,
  };
  return { identity, seal, keyId, card };
}

export function pinOf(keys: PeerKeys, vouchedBy: VouchedBy = 'tls'): Pin {
  return {
    identity: keys.card.identity,
    firstSeenAt: new Date('2026-05-03T00:00:00Z'),
    vouchedBy,
    sealKeys: keys.card.sealKeys,
  };
}

export async function createScriptedPeer(options: PeerOptions): Promise<ScriptedPeer> {
  const sockets = new Set<Socket>();
  const log = { clear: '', sealed: '', connections: 0 };
  const server: Server = createServer((socket) => {
    log.connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    new PeerConnection(socket, options, log).run().catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    received: () => log.clear,
    receivedSealed: () => log.sealed,
    connections: () => log.connections,
    openConnections: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

class PeerConnection {
  readonly #options: PeerOptions;
  readonly #log: { clear: string; sealed: string };
  readonly #tcp: Socket;
  #socket: Duplex;
  #transcript = new Transcript();
  #unread = '';
  #tlsUp = false;

  constructor(tcp: Socket, options: PeerOptions, log: { clear: string; sealed: string }) {
    this.#tcp = tcp;
    this.#socket = tcp;
    this.#options = options;
    this.#log = log;
  }

  async run(): Promise<void> {
    if (this.#options.implicitTls) await this.#startTls();
    const greeting = this.#imap ? '* OK real greeting\r\n' : '220 real greeting\r\n';
    await this.#speak('greeting', greeting);
    await this.#commands();
  }

  async #commands(): Promise<void> {
    for (;;) {
      const line = await this.#line();
      const all = line.trimEnd().split(' ');
      const [tag = '', verb = '', ...words] = this.#imap ? all : ['', ...all];
      if (verb === 'XSEAL') return this.#seal(tag, words);
      this.#transcript.client(line);
      await this.#answer(tag, verb);
    }
  }

  get #imap(): boolean {
    return this.#options.service === 'imap';
  }

  async #answer(tag: string, verb: string): Promise<void> {
    switch (verb) {
      case 'EHLO':
      case 'CAPABILITY':
        return this.#speak('probe', this.#offers(tag));
      case 'STARTTLS':
        await this.#speak('starttls', this.#imap ? `${tag} OK go\r\n` : '220 go\r\n');
        return this.#startTls();
      case 'XPUBKEY':
        return this.#speak('fetch', this.#card(tag));
      default:
        return this.#speak('probe', this.#imap ? `${tag} BAD what\r\n` : '500 what\r\n');
    }
  }

  #offers(tag: string): string {
    const { certificate, startTls, keys } = this.#options;
    const tls = certificate !== undefined && startTls !== false && !this.#tlsUp;
    if (this.#imap) {
      const words = [
        'IMAP4rev1',
        ...(tls ? ['STARTTLS'] : []),
        ...(keys ? [`XPUBKEY=${suite}`] : []),
      ];
      return `* CAPABILITY ${words.join(' ')}\r\n${tag} OK done\r\n`;
    }
    const lines = ['scripted', ...(tls ? ['STARTTLS'] : []), ...(keys ? [`XPUBKEY ${suite}`] : [])];
    return multiline(lines);
  }

  #card(tag: string): string {
    const { keys } = this.#options;
    if (!keys) return this.#imap ? `${tag} BAD no\r\n` : '500 no\r\n';
    const lines = encodeKeyCard(keys.card, keys.identity.secretKey);
    if (!this.#imap) return multiline(lines);
    return `${lines.map((line) => `* XPUBKEY ${line}\r\n`).join('')}${tag} OK done\r\n`;
  }

  async #seal(tag: string, words: string[]): Promise<void> {
    const { keys, service } = this.#options;
    const [asked = '', keyId = '', serverName = '', message1 = ''] = words;
    if (!keys) throw new Error('sealed without keys');
    if (keyId !== keys.keyId) {
      this.#transcript.client(`${this.#imap ? `${tag} ` : ''}XSEAL ${words.join(' ')}\r\n`);
      await this.#speak('seal', this.#imap ? `${tag} NO [XSEAL-KEY] no\r\n` : '504 5.5.4 no\r\n');
      return this.#commands();
    }
    const transcript = this.#transcript.digest();
    const accepted = tryHandshake({
      suite: asked,
      keyId,
      sealPublicKey: keys.seal.publicKey,
      sealSecretKey: keys.seal.secretKey,
      prologue: encodePrologue({ service, suite: asked, keyId, serverName, transcript }),
      message1: Buffer.from(message1, 'base64'),
    });
    if (!accepted) {
      this.#socket.end(this.#imap ? `${tag} NO refused\r\n` : '554 5.7.0 refused\r\n');
      return;
    }
    const { message2, keys: transport } = accepted;
    const text = Buffer.from(message2).toString('base64');
    const reply = this.#imap ? `${tag} OK [XSEAL ${text}] sealed\r\n` : `220 ${text}\r\n`;
    await this.#speak('seal', reply);
    if (this.#options.cutAt === 'sealed-greeting') return void this.#tcp.destroy();
    if (this.#options.silentAt === 'sealed-greeting') return;
    this.#socket.removeAllListeners('readable');
    const sealed = new SealedDuplex(this.#socket, transport);
    sealed.on('error', () => undefined);
    sealed.on('data', (chunk: Buffer) => {
      this.#log.sealed += chunk.toString('latin1');
    });
    sealed.write(this.#imap ? '* OK sealed greeting\r\n' : '220 sealed greeting\r\n');
  }

  async #speak(stage: Stage, own: string): Promise<void> {
    const { cutAt, silentAt, say, sayInTls, before, add, slow } = this.#options;
    if (cutAt === stage) this.#tcp.destroy();
    if (silentAt === stage) await new Promise(() => undefined);
    const words = Buffer.from(this.#tlsUp && !sayInTls ? own : (say?.[stage] ?? own));
    // The peer hashes its own words: what was put in their place or after them is tampering.
    this.#transcript.server(own);
    const extra = (at: PeerOptions['add']) => Buffer.from((this.#tlsUp ? '' : at?.[stage]) ?? '');
    const all = Buffer.concat([extra(before), words, extra(add)]);
    if (!slow) return void this.#socket.write(all);
    for (const octet of all) {
      this.#socket.write(Buffer.of(octet));
      await delay(0);
    }
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#unread.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#unread.slice(0, end + 2);
        this.#unread = this.#unread.slice(end + 2);
        return line;
      }
      const chunk: unknown = this.#socket.read();
      if (chunk instanceof Buffer) {
        this.#unread += chunk.toString('latin1');
        this.#log.clear += chunk.toString('latin1');
        continue;
      }
      if (this.#socket.destroyed || this.#socket.readableEnded) throw new Error('gone');
      await Promise.race([once(this.#socket, 'readable'), once(this.#socket, 'close')]);
    }
  }

  async #startTls(): Promise<void> {
    const { certificate, maxTlsVersion } = this.#options;
    if (!certificate) throw new Error('no certificate');
    this.#tcp.removeAllListeners('readable');
    const socket = new TLSSocket(this.#tcp, {
      isServer: true,
      secureContext: createSecureContext({
        cert: certificate.certPem,
        key: certificate.keyPem,
        ...(maxTlsVersion && {
          minVersion: 'TLSv1',
          maxVersion: maxTlsVersion,
          ciphers: 'DEFAULT:@SECLEVEL=0',
        }),
      }),
    });
    socket.on('error', () => this.#tcp.destroy());
    await once(socket, 'secure');
    this.#socket = socket;
    this.#tlsUp = true;
    this.#transcript = new Transcript();
  }
}

function multiline(lines: readonly string[]): string {
  return lines.map((line, at) => `250${at === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join('');
}

function tryHandshake(options: ResponderOptions) {
  try {
    return acceptHandshake(options);
  } catch {
    return undefined;
  }
}
