/** A scripted mail server behind the gateway: says what the test tells it, keeps what it hears. */
import { createServer, type Server } from 'node:net';
import { Peer } from './peer.ts';

export interface ScriptedBackend {
  readonly port: number;
  /** One per connection, in order; `text` is all that the gateway sent there. */
  readonly connections: readonly Peer[];
  /** All connections' text. */
  heard(): string;
  stop(): Promise<void>;
}

export type Script = (peer: Peer, index: number) => Promise<void> | void;

/** Errors of a script after the other side has gone are the test's business, not ours. */
export async function startBackend(script: Script): Promise<ScriptedBackend> {
  const connections: Peer[] = [];
  const server: Server = createServer((socket) => {
    const peer = new Peer(socket);
    connections.push(peer);
    Promise.resolve(script(peer, connections.length - 1)).catch(() => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    connections,
    heard: () => connections.map((peer) => peer.text).join(''),
    stop: async () => {
      for (const peer of connections) peer.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface SmtpScript {
  readonly ehlo?: readonly string[];
  /** Answers a verb (upper case) instead of the default. */
  readonly answers?: Readonly<Record<string, string>>;
}

const defaultEhlo = ['mail.test', 'PIPELINING', 'SIZE 1000000', 'STARTTLS', 'AUTH PLAIN LOGIN'];

/** A small SMTP server: every AUTH succeeds, DATA takes everything up to the lone dot. */
export function smtpScript(options: SmtpScript = {}): Script {
  const ehlo = options.ehlo ?? defaultEhlo;
  return async (peer) => {
    peer.send('220 mail.test ESMTP\r\n');
    for (;;) {
      const line = (await peer.line()).trimEnd();
      const verb = line.split(' ')[0]?.toUpperCase() ?? '';
      const scripted = options.answers?.[verb];
      if (scripted !== undefined) {
        peer.send(scripted);
      } else if (verb === 'EHLO') {
        const last = ehlo.length - 1;
        peer.send(ehlo.map((text, at) => `250${at === last ? ' ' : '-'}${text}\r\n`).join(''));
      } else if (verb === 'AUTH') {
        if (line.split(' ').length < 3) {
          peer.send('334 \r\n');
          await peer.line();
        }
        peer.send('235 2.7.0 Welcome\r\n');
      } else if (verb === 'DATA') {
        peer.send('354 Go\r\n');
        await peer.until(/^(?:[\s\S]*\r\n)?\.\r\n/);
        peer.send('250 2.0.0 Queued\r\n');
      } else if (verb === 'BDAT') {
        const count = Number(line.split(' ')[1]);
        await peer.until(new RegExp(`^[\\s\\S]{${count}}`));
        peer.send('250 2.0.0 Chunk\r\n');
      } else if (verb === 'QUIT') {
        peer.send('221 2.0.0 Bye\r\n');
        peer.stream.end();
        return;
      } else {
        peer.send('250 2.0.0 Ok\r\n');
      }
    }
  };
}

export interface ImapScript {
  readonly greeting?: string;
  readonly capabilities?: string;
  /** Called for each command that the default does not know. */
  readonly other?: (peer: Peer, tag: string, line: string) => Promise<void> | void;
}

/** A small IMAP server: every LOGIN succeeds. */
export function imapScript(options: ImapScript = {}): Script {
  const capabilities =
    options.capabilities ?? 'IMAP4rev1 STARTTLS AUTH=PLAIN IDLE COMPRESS=DEFLATE';
  return async (peer) => {
    peer.send(options.greeting ?? `* OK [CAPABILITY ${capabilities}] ready\r\n`);
    for (;;) {
      const line = (await peer.line()).trimEnd();
      const [tag = '', verb = ''] = line.split(' ');
      switch (verb.toUpperCase()) {
        case 'CAPABILITY':
          peer.send(`* CAPABILITY ${capabilities}\r\n${tag} OK done\r\n`);
          break;
        case 'LOGIN':
          peer.send(`${tag} OK [CAPABILITY ${capabilities}] in\r\n`);
          break;
        case 'NOOP':
          peer.send(`${tag} OK noop\r\n`);
          break;
        case 'LOGOUT':
          peer.send(`* BYE bye\r\n${tag} OK out\r\n`);
          peer.stream.end();
          return;
        default:
          if (options.other) await options.other(peer, tag, line);
          else peer.send(`${tag} BAD unknown\r\n`);
      }
    }
  };
}
