/**
 * Vectors of whole sessions, octet for octet: the clear phase as the client's own code speaks it to a
 * server with the gateway's words, the seal, and the records inside. docs/protocol.md, appendix A.
 */
import { Duplex } from 'node:stream';
import { Attempt } from '../../app/leg/attempt.ts';
import { ClearChannel } from '../../app/leg/clear-channel.ts';
import type { ClearSession } from '../../app/leg/clear-session.ts';
import { startInitiator } from '../../app/leg/handshake.ts';
import { ImapSession } from '../../app/leg/imap-session.ts';
import { encodeKeyCard } from '../../app/leg/key-card.ts';
import type { CipherState } from '../../app/leg/noise/cipher-state.ts';
import { RecordSealer } from '../../app/leg/records.ts';
import { SmtpSession } from '../../app/leg/smtp-session.ts';
import { encodePrologue, Transcript } from '../../app/leg/transcript.ts';
import type { SealKey, Service } from '../../app/leg/types.ts';
import { parseSealRequest } from '../../gateway/seal-request.ts';
import { fixedPrimitives, hex, now, secretOf } from './fixed.ts';
import { type Ephemerals, encodeEphemerals, ephemeralsOf, runHandshake } from './handshakes.ts';
import { fullCard, hybrid, identities, sealKeys, sealPairs } from './keys.ts';
import { dialogues, type Sealed, serverWords } from './words.ts';

export interface ClearStep {
  readonly from: 'client' | 'server';
  readonly clear: string;
}

const serverName = 'mail.example.org';

/** A server in memory: every line is answered before the write returns. */
class MemorySocket extends Duplex {
  readonly steps: ClearStep[] = [];
  readonly #answer: (line: string) => string;

  constructor(greeting: string, answer: (line: string) => string) {
    super();
    this.#answer = answer;
    this.#say(greeting);
  }

  override _read(): void {
    // Pushed when there is something to say.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const clear = chunk.toString('latin1');
    this.steps.push({ from: 'client', clear });
    this.#say(this.#answer(clear));
    done();
  }

  #say(clear: string): void {
    this.steps.push({ from: 'server', clear });
    this.push(Buffer.from(clear, 'latin1'));
  }
}

/** The server's view of the clear phase: hashes for itself and takes the seal. */
class MemoryServer {
  readonly #service: Service;
  readonly #ephemerals: Ephemerals;
  readonly #transcript = new Transcript();
  readonly cardLines = encodeKeyCard(fullCard, identities.current.secretKey);
  sealed: ReturnType<typeof runHandshake> | undefined;
  prologue: Uint8Array = new Uint8Array(0);
  transcript: Uint8Array = new Uint8Array(0);

  constructor(service: Service, ephemerals: Ephemerals) {
    this.#service = service;
    this.#ephemerals = ephemerals;
  }

  greet(): string {
    return this.#said(serverWords[this.#service].greeting(false));
  }

  answer(line: string): string {
    const words = serverWords[this.#service];
    const { tag, verb, rest } = words.parse(line);
    if (verb === 'XSEAL') {
      const message2 = this.#seal(rest);
      if (message2 !== undefined) return words.sealed(tag, message2);
      this.#transcript.client(line);
      return this.#said(words.unknownKey(tag));
    }
    this.#transcript.client(line);
    return this.#said(verb === 'XPUBKEY' ? words.card(tag, this.cardLines) : words.offers(tag));
  }

  #said(text: string): string {
    this.#transcript.server(text);
    return text;
  }

  #seal(rest: string): string | undefined {
    const request = parseSealRequest(rest);
    if (!request) throw new Error('bad XSEAL');
    const { suite, keyId } = request;
    if (!fullCard.sealKeys.some((key) => key.keyId === keyId)) return undefined;
    this.transcript = this.#transcript.digest();
    const { transcript } = this;
    const fields = { service: this.#service, suite, keyId, serverName: request.serverName };
    this.prologue = encodePrologue({ ...fields, transcript });
    this.sealed = runHandshake({ suite, prologue: this.prologue, ephemerals: this.#ephemerals });
    if (hex(this.sealed.message1) !== hex(request.message1)) throw new Error('not its message 1');
    return Buffer.from(this.sealed.message2).toString('base64');
  }
}

export interface SessionVectorOptions {
  readonly service: Service;
  readonly suite: string;
  /** First a key that the server has no more, as a client with an old pin does. */
  readonly triesOldKey: boolean;
}

export async function makeSessionVectors(options: SessionVectorOptions) {
  const { service, suite, triesOldKey } = options;
  const name = `session ${service}`;
  const ephemerals = ephemeralsOf(name, suite);
  const oldEphemeral = secretOf(`${name}, client ephemeral of the refused attempt`);
  const server = new MemoryServer(service, ephemerals);
  const socket = new MemorySocket(server.greet(), (line) => server.answer(line));
  const { session, attempt } = openSession(service, socket);
  await session.greet();
  await session.probe();
  if (triesOldKey) await seal(session, service, sealKeys.october, [oldEphemeral]);
  await session.fetchCard();
  const key = suite === hybrid ? sealKeys.hybrid : sealKeys.november;
  const { clientEphemeral, clientKemSeed } = ephemerals;
  const secrets = [clientEphemeral, ...(clientKemSeed ? [clientKemSeed] : [])];
  const keys = await seal(session, service, key, secrets);
  attempt.succeed();
  if (!keys || !server.sealed) throw new Error('not sealed');
  return {
    kind: 'session',
    comment:
      'Text as it is on the wire, other octets in hexadecimal. docs/protocol.md, appendix A.',
    service,
    serverName,
    now: `${now.toISOString().slice(0, 19)}Z`,
    suite,
    identity: hex(identities.current.publicKey),
    sealSecretKey: hex((suite === hybrid ? sealPairs.hybrid : sealPairs.november).secretKey),
    ...encodeEphemerals(ephemerals),
    refusedAttempts: triesOldKey
      ? [
          {
            keyId: sealKeys.october.keyId,
            sealPublicKey: hex(sealPairs.october.publicKey),
            clientEphemeralSecretKey: hex(oldEphemeral),
          },
        ]
      : [],
    transcript: hex(server.transcript),
    prologue: hex(server.prologue),
    handshakeHash: hex(keys.handshakeHash),
    steps: [
      ...socket.steps,
      ...sealAll(keys.send, server.sealed.serverKeys.send, dialogues[service]),
    ],
  };
}

function openSession(service: Service, socket: Duplex) {
  const endpoint = { service, host: serverName, port: 0, transport: 'clear' } as const;
  const wait = 60_000;
  const waits = { openMs: wait, connectMs: wait, tlsMs: wait, replyMs: wait };
  const attempt = new Attempt(endpoint, waits);
  const channel = new ClearChannel(attempt, socket, false);
  const session: ClearSession =
    service === 'imap' ? new ImapSession(channel) : new SmtpSession(channel);
  return { session, attempt };
}

/** The client's handshake with given secrets; undefined when the server does not know the key. */
async function seal(
  session: ClearSession,
  service: Service,
  key: SealKey,
  secrets: readonly Uint8Array[],
) {
  const { suite, keyId, publicKey } = key;
  const transcript = session.channel.transcript.digest();
  const initiator = startInitiator({
    suite,
    keyId,
    sealPublicKey: publicKey,
    prologue: encodePrologue({ service, suite, keyId, serverName, transcript }),
    primitives: fixedPrimitives(...secrets).primitives,
  });
  const { message1 } = initiator;
  const reply = await session.seal({ suite, keyId, serverName, message1 });
  return reply === 'unknown-key' ? undefined : initiator.finish(reply.message2);
}

function sealAll(clientSend: CipherState, serverSend: CipherState, said: readonly Sealed[]) {
  const sealers = { client: new RecordSealer(clientSend), server: new RecordSealer(serverSend) };
  return said.map(([from, text]) => {
    const sealer = sealers[from];
    if (text === undefined) {
      return { from, record: hex(sealer.sealClose()), close: true };
    }
    sealer.append(Buffer.from(text, 'latin1'));
    return { from, record: hex(sealer.sealData()), data: text };
  });
}
