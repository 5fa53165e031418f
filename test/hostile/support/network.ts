/**
 * The network between client and gateway, owned by an attacker: reads and rewrites lines in clear,
 * shuffles records of the seal, cuts anywhere, or answers in the server's place. Knows no keys.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Service } from '../../../app/leg/types.ts';
import type { Script } from '../../gateway/support/backend.ts';
import { Peer } from '../../gateway/support/peer.ts';

export type Octets = string | Buffer;

/** What the attacker does; what is not named passes untouched. */
export interface Attack {
  /** Sent instead of one line of the server's, `asked` being the client's latest; or the line is cut. */
  readonly serverLine?: (line: string, asked: string) => Octets | 'cut';
  readonly clientLine?: (line: string) => Octets;
  /** Sent instead of the server's record number `at`. */
  readonly serverRecord?: (record: Buffer, at: number) => readonly Buffer[] | 'cut';
  readonly clientRecord?: (record: Buffer, at: number) => readonly Buffer[] | 'cut';
  /** The connection ends after so many octets of the server's after XSEAL or STARTTLS. */
  readonly cutAfter?: number;
  /** Every octet from the server as a segment of its own. */
  readonly dribble?: boolean;
  /** Port of another server that takes this one's place. */
  readonly target?: number;
  /** Speaks to the client itself; the server hears nothing. */
  readonly script?: Script;
}

const latin1 = (octets: Octets): Buffer =>
  typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets;

/** One connection that passes through. */
class Passage {
  readonly #service: Service;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #attack: Attack;
  #phase: 'clear' | 'records' | 'opaque' = 'clear';
  #asked = '';
  #fromServer: Buffer = Buffer.alloc(0);
  #fromClient: Buffer = Buffer.alloc(0);
  #serverRecords = 0;
  #clientRecords = 0;
  #sealedOctets = 0;

  constructor(service: Service, client: Socket, server: Socket, attack: Attack) {
    this.#service = service;
    this.#client = client;
    this.#server = server;
    this.#attack = attack;
    client.on('data', (chunk: Buffer) => this.#onClient(chunk));
    server.on('data', (chunk: Buffer) => this.#onServer(chunk));
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('error', () => undefined);
      from.on('end', () => to.end());
      from.on('close', () => {
        if (!from.readableEnded) to.destroy();
      });
    }
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #onClient(chunk: Buffer): void {
    this.#fromClient = Buffer.concat([this.#fromClient, chunk]);
    if (this.#phase === 'clear') {
      for (const line of this.#lines('client')) {
        this.#asked = line;
        this.#server.write(latin1(this.#attack.clientLine?.(line) ?? line));
      }
      return;
    }
    if (this.#phase === 'opaque' || !this.#attack.clientRecord) {
      this.#server.write(this.#fromClient);
      this.#fromClient = Buffer.alloc(0);
      return;
    }
    for (const record of this.#records('client')) {
      const pieces = this.#attack.clientRecord(record, this.#clientRecords);
      this.#clientRecords += 1;
      if (pieces === 'cut') {
        this.cut();
        return;
      }
      for (const piece of pieces) this.#server.write(piece);
    }
  }

  #onServer(chunk: Buffer): void {
    this.#fromServer = Buffer.concat([this.#fromServer, chunk]);
    while (this.#phase === 'clear') {
      const [line] = this.#lines('server', 1);
      if (line === undefined) return;
      const instead = this.#attack.serverLine?.(line, this.#asked) ?? line;
      if (instead === 'cut') {
        this.cut();
        return;
      }
      this.#toClient(latin1(instead));
      this.#phase = this.#phaseAfter(line);
      if (this.#phase !== 'clear' && this.#attack.cutAfter === 0) this.#client.end();
    }
    if (this.#phase === 'opaque' || !this.#attack.serverRecord) {
      const octets = this.#fromServer;
      this.#fromServer = Buffer.alloc(0);
      this.#toClient(octets);
      return;
    }
    for (const record of this.#records('server')) {
      const pieces = this.#attack.serverRecord(record, this.#serverRecords);
      this.#serverRecords += 1;
      if (pieces === 'cut') {
        this.cut();
        return;
      }
      for (const piece of pieces) this.#toClient(piece);
    }
  }

  #toClient(octets: Buffer): void {
    const { cutAfter, dribble } = this.#attack;
    let allowed = octets;
    if (cutAfter !== undefined && this.#phase !== 'clear') {
      allowed = octets.subarray(0, Math.max(0, cutAfter - this.#sealedOctets));
      this.#sealedOctets += octets.length;
    }
    if (dribble) for (const octet of allowed) this.#client.write(Buffer.of(octet));
    else if (allowed.length > 0) this.#client.write(allowed);
    if (allowed.length < octets.length) {
      // What was let through must arrive: an orderly end, only too early.
      this.#client.end();
      this.#server.destroy();
    }
  }

  #phaseAfter(line: string): 'clear' | 'records' | 'opaque' {
    const imap = this.#service === 'imap';
    const verb = (imap ? this.#asked.split(' ')[1] : this.#asked.split(' ')[0])?.trimEnd();
    const yes = imap ? /^\S+ OK /.test(line) && !line.startsWith('* ') : line.startsWith('220 ');
    if (!yes) return 'clear';
    if (verb === 'XSEAL') return 'records';
    return verb === 'STARTTLS' ? 'opaque' : 'clear';
  }

  #lines(side: 'client' | 'server', most = Number.POSITIVE_INFINITY): string[] {
    const lines: string[] = [];
    while (lines.length < most) {
      const held = side === 'client' ? this.#fromClient : this.#fromServer;
      const end = held.indexOf('\n');
      if (end < 0) break;
      lines.push(held.toString('latin1', 0, end + 1));
      this.#keep(side, held.subarray(end + 1));
    }
    return lines;
  }

  #records(side: 'client' | 'server'): Buffer[] {
    const records: Buffer[] = [];
    for (;;) {
      const held = side === 'client' ? this.#fromClient : this.#fromServer;
      const length = held.length < 2 ? Number.POSITIVE_INFINITY : 2 + held.readUInt16BE();
      if (held.length < length) return records;
      records.push(Buffer.from(held.subarray(0, length)));
      this.#keep(side, held.subarray(length));
    }
  }

  #keep(side: 'client' | 'server', rest: Buffer): void {
    if (side === 'client') this.#fromClient = rest;
    else this.#fromServer = rest;
  }
}

export class HostileNetwork {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #heard: Buffer[] = [];
  /** For connections made from now on. */
  attack: Attack = {};
  connections = 0;

  private constructor(service: Service, targetPort: () => number) {
    this.#server = createServer((client) => {
      this.connections += 1;
      this.#own(client);
      client.on('data', (chunk: Buffer) => this.#heard.push(chunk));
      const { script, target } = this.attack;
      if (script) {
        Promise.resolve(script(new Peer(client), this.connections)).catch(() => undefined);
        return;
      }
      const upstream = this.#own(connect({ host: '127.0.0.1', port: target ?? targetPort() }));
      upstream.setNoDelay(true);
      client.setNoDelay(true);
      new Passage(service, client, upstream, this.attack);
    });
  }

  static async start(service: Service, targetPort: () => number): Promise<HostileNetwork> {
    const network = new HostileNetwork(service, targetPort);
    await new Promise<void>((resolve) => network.#server.listen(0, '127.0.0.1', resolve));
    return network;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  /** Everything clients sent since the last call of `forget`. */
  get heard(): Buffer {
    return Buffer.concat(this.#heard);
  }

  forget(): void {
    this.#heard.length = 0;
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #own(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
