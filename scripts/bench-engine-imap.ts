/** The server's own limit, and what the bare library makes of it: for the measurement of the engine. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type FetchQueryObject, ImapFlow } from 'imapflow';
import { mailLogin } from '../test/support/bench-mail/mail-store.ts';
import { cpuMs } from './bench-leg-lines.ts';

/** What the header sync asks of each message. */
const headerItems =
  '(UID FLAGS ENVELOPE BODYSTRUCTURE INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (REFERENCES)])';
export const headerQuery = {
  uid: true,
  flags: true,
  envelope: true,
  bodyStructure: true,
  internalDate: true,
  size: true,
  headers: ['references'],
} as const satisfies FetchQueryObject;
const batch = 500;

export interface Rate {
  readonly messages: number;
  readonly ms: number;
  readonly perSecond: number;
  readonly megabytesPerSecond: number;
  readonly cpuMs: number;
}

/** Reads and throws away; looks only for the end of its command. */
class Drain {
  readonly #socket: Socket;
  #tail = '';
  #wake: () => void = () => undefined;
  octets = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.octets += chunk.length;
      this.#tail = (this.#tail + chunk.toString('latin1', chunk.length - 4_000)).slice(-4_000);
      this.#wake();
    });
  }

  static async open(port: number): Promise<Drain> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const drain = new Drain(socket);
    await drain.#until(/^\* OK/m);
    await drain.command(`LOGIN ${mailLogin.user} ${mailLogin.password}`);
    return drain;
  }

  async command(line: string): Promise<void> {
    this.#tail = '';
    this.#socket.write(`t1 ${line}\r\n`);
    await this.#until(/^t1 (OK|NO|BAD)/m);
    if (!/^t1 OK/m.test(this.#tail)) throw new Error(`${line}: ${this.#tail.slice(-200)}`);
  }

  async #until(end: RegExp): Promise<void> {
    while (!end.test(this.#tail)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function meter(messages: number, work: () => Promise<number>): Promise<Rate> {
  const own = process.cpuUsage();
  const start = performance.now();
  const octets = await work();
  const ms = performance.now() - start;
  return {
    messages,
    ms: Math.round(ms),
    perSecond: Math.round((messages * 1_000) / ms),
    megabytesPerSecond: Number((octets / 1_000 / ms).toPrecision(3)),
    cpuMs: Math.round(cpuMs(own)),
  };
}

async function drainItems(port: number, count: number, items: string): Promise<Rate> {
  const drain = await Drain.open(port);
  try {
    await drain.command('EXAMINE INBOX');
    return await meter(count, async () => {
      const before = drain.octets;
      await drain.command(`UID FETCH 1:* ${items}`);
      return drain.octets - before;
    });
  } finally {
    drain.close();
  }
}

async function bareImapflow(port: number, count: number, query: FetchQueryObject): Promise<Rate> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    doSTARTTLS: false,
    auth: { user: mailLogin.user, pass: mailLogin.password },
    disableAutoIdle: true,
    logger: false,
  });
  await client.connect();
  const lock = await client.getMailboxLock('INBOX', { readOnly: true });
  try {
    return await meter(count, async () => {
      let octets = 0;
      for (let first = 1; first <= count; first += batch) {
        const range = `${first}:${Math.min(count, first + batch - 1)}`;
        for await (const message of client.fetch(range, query, { uid: true }))
          octets += message.source?.length ?? 0;
      }
      return octets;
    });
  } finally {
    lock.release();
    await client.logout();
  }
}

/** Dovecot keeps what it has once read of a message: the first round is the cold one. */
export async function measureFetch(port: number, count: number) {
  return {
    rawHeadersCold: await drainItems(port, count, headerItems),
    rawHeaders: await drainItems(port, count, headerItems),
    rawSources: await drainItems(port, count, '(UID BODY.PEEK[])'),
    rawFlags: await drainItems(port, count, '(UID FLAGS)'),
    imapflowHeaders: await bareImapflow(port, count, headerQuery),
    imapflowSources: await bareImapflow(port, count, { uid: true, source: true }),
  };
}
