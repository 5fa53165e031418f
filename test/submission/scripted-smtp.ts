/**
 * A submission server that does exactly what a test says at each step, and remembers every byte.
 * Plain sockets on 127.0.0.1; `openPlainLeg` stands in for openLeg.
 */
import { connect, createServer, type Socket } from 'node:net';
import type { OpenedLeg } from '../../app/leg/types.ts';

/** A reply to write, or what to do with the connection instead. */
export type Reply = string | { readonly cut: string } | 'silence';

export interface Script {
  readonly extensions?: readonly string[];
  /** Undefined leaves the usual reply. */
  readonly onCommand?: (line: string, session: number) => Reply | undefined;
  readonly onDot?: (session: number) => Reply;
  /** Called with each piece of the message text and how much there was so far. */
  readonly onText?: (length: number, socket: Socket) => void;
}

export interface ScriptedSmtp {
  readonly port: number;
  /** Bodies for which a whole positive reply was written, dot-unstuffed. */
  readonly accepted: string[];
  /** Everything any client wrote. */
  received(): string;
  readonly commands: string[];
  setScript(script: Script): void;
  stop(): Promise<void>;
}

const usual: Record<string, string> = {
  EHLO: '',
  AUTH: '235 2.7.0 ok',
  MAIL: '250 2.1.0 ok',
  RCPT: '250 2.1.5 ok',
  DATA: '354 go on',
  QUIT: '221 bye',
  RSET: '250 ok',
};

export async function startScriptedSmtp(script: Script = {}): Promise<ScriptedSmtp> {
  let current = script;
  let sessions = 0;
  let received = '';
  const accepted: string[] = [];
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sessions += 1;
    const session = sessions;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.write('220 scripted ESMTP\r\n');
    let buffer = '';
    let text: string[] | undefined;
    let length = 0;
    let tail = '';
    const act = (reply: Reply): boolean => {
      if (reply === 'silence') return false;
      if (typeof reply === 'string') {
        socket.write(`${reply}\r\n`);
        return /^2/.test(reply);
      }
      if (reply.cut === '') socket.destroy();
      else socket.end(reply.cut);
      return false;
    };
    const command = (line: string): void => {
      commands.push(line);
      const verb = line.split(' ')[0]?.toUpperCase() ?? '';
      const extensions = current.extensions ?? ['AUTH PLAIN', 'SIZE 10000000'];
      const ehlo = ['scripted', ...extensions]
        .map((each, index, all) => `250${index === all.length - 1 ? ' ' : '-'}${each}`)
        .join('\r\n');
      const reply =
        current.onCommand?.(line, session) ??
        (verb === 'EHLO' ? ehlo : (usual[verb] ?? '502 unknown'));
      act(reply);
      if (verb === 'DATA' && typeof reply === 'string' && reply.startsWith('354')) {
        text = [];
        length = 0;
        tail = '\r\n';
      }
      if (verb === 'QUIT') socket.end();
    };
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      buffer += chunk.toString('latin1');
      while (buffer !== '') {
        if (text === undefined) {
          const end = buffer.indexOf('\r\n');
          if (end === -1) return;
          const line = buffer.slice(0, end);
          buffer = buffer.slice(end + 2);
          command(line);
          continue;
        }
        text.push(buffer);
        length += buffer.length;
        // Only the new bytes are searched: a large message must not be read over and over.
        const seam = tail + buffer;
        tail = seam.slice(-4);
        buffer = '';
        current.onText?.(length, socket);
        if (!seam.includes('\r\n.\r\n')) return;
        const whole = `\r\n${text.join('')}`;
        const end = whole.indexOf('\r\n.\r\n');
        buffer = whole.slice(end + 5);
        const body = whole.slice(2, end + 2).replace(/^\.\./gm, '.');
        text = undefined;
        if (act(current.onDot?.(session) ?? '250 2.0.0 queued')) accepted.push(body);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    accepted,
    commands,
    received: () => received,
    setScript: (next) => {
      current = next;
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** An opened leg without any protection around it, as openLeg would return it. */
export function openPlainLeg(port: number): Promise<OpenedLeg> {
  return new Promise((resolve, reject) => {
    const stream = connect({ host: '127.0.0.1', port });
    stream.once('error', reject);
    stream.once('connect', () => {
      stream.off('error', reject);
      stream.pause();
      resolve({ stream, protection: { level: 'confirmed', openedAt: new Date() } });
    });
  });
}
