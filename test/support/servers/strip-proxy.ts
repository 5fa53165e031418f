/**
 * The one in the middle: relays to a clear-port SMTP or IMAP server and, while switched on, takes
 * keywords such as STARTTLS out of EHLO replies and CAPABILITY lists. It can also cut, stall and refuse.
 */
import { connect, createServer, type Socket } from 'node:net';
import { reset } from '../../../gateway/close-stream.ts';

export interface StripProxyOptions {
  readonly service: 'imap' | 'submission';
  /** Port of the server behind, on 127.0.0.1. */
  readonly targetPort: number;
  /** Where the server sees connections come from. Dovecot trusts 127.0.0.1, so the default is 127.0.0.2. */
  readonly localAddress?: string;
}

export interface StripProxy {
  readonly port: number;
  /** From now on, in connections old and new: lines lose these keywords (case-insensitive). */
  strip(keywords: readonly string[]): void;
  /** Everything is relayed untouched again, and connections are accepted. */
  restore(): void;
  /** Ends every open connection at once (RST). */
  cut(): void;
  /** Relays nothing more in either direction until `flow`. */
  stall(): void;
  flow(): void;
  /** New connections are closed at once until `restore`. */
  refuse(): void;
  /** How many connections came, and how many keywords were taken out. */
  readonly counts: { readonly connections: number; readonly stripped: number };
  stop(): Promise<void>;
}

/** `XPUBKEY` means the SMTP keyword and every IMAP `XPUBKEY=<suite>`. */
function matches(word: string, keywords: readonly string[]): boolean {
  const name = (word.split('=')[0] ?? '').toUpperCase();
  return keywords.some((keyword) => keyword.toUpperCase() === name);
}

/**
 * Rewrites what a server sent (whole lines) and counts what was taken out.
 * SMTP: drops EHLO lines, keeping the last line's `250 `. IMAP: drops words of capability lists.
 */
export function stripLines(
  lines: readonly string[],
  service: StripProxyOptions['service'],
  keywords: readonly string[],
): { lines: string[]; stripped: number } {
  let stripped = 0;
  if (service === 'submission') {
    const kept = lines.filter((line) => {
      const drop = /^250[- ]/.test(line) && matches(line.slice(4).split(' ')[0] ?? '', keywords);
      if (drop) stripped += 1;
      return !drop;
    });
    const lostLast = lines.some((line) => line.startsWith('250 ') && !kept.includes(line));
    const last = kept.findLastIndex((line) => line.startsWith('250-'));
    if (lostLast && last >= 0) kept[last] = `250 ${(kept[last] ?? '').slice(4)}`;
    return { lines: kept, stripped };
  }
  const kept = lines.map((line) => {
    if (!/^\* CAPABILITY |\[CAPABILITY /i.test(line)) return line;
    return line.replace(/CAPABILITY ([^\]]*)/i, (_all, list: string) => {
      const words = list.split(' ');
      const left = words.filter((word) => !matches(word, keywords));
      stripped += words.length - left.length;
      return `CAPABILITY ${left.join(' ')}`;
    });
  });
  return { lines: kept, stripped };
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Server bytes of a line (or an EHLO reply) that is not whole yet. */
  held: string;
  /** The client has asked for TLS or the seal: what follows is not text. */
  opaque: boolean;
}

/** Whole lines ready to be rewritten; for SMTP a reply is held until its last line. */
function takeReady(pair: Pair, service: StripProxyOptions['service']): string[] {
  const end =
    service === 'imap'
      ? pair.held.lastIndexOf('\r\n')
      : (() => {
          const match = [...pair.held.matchAll(/^\d{3}(?: [^\r\n]*)?\r\n/gm)].at(-1);
          return match === undefined ? -1 : match.index + match[0].length - 2;
        })();
  if (end < 0) return [];
  const lines = pair.held.slice(0, end).split('\r\n');
  pair.held = pair.held.slice(end + 2);
  return lines;
}

export async function startStripProxy(options: StripProxyOptions): Promise<StripProxy> {
  const pairs = new Set<Pair>();
  const counts = { connections: 0, stripped: 0 };
  let keywords: readonly string[] = [];
  let stalled = false;
  let refusing = false;

  const onServerData = (pair: Pair, chunk: Buffer): void => {
    if (pair.opaque || (keywords.length === 0 && pair.held === '')) {
      pair.client.write(chunk);
      return;
    }
    pair.held += chunk.toString('latin1');
    const ready = takeReady(pair, options.service);
    if (ready.length === 0) return;
    const result = stripLines(ready, options.service, keywords);
    counts.stripped += result.stripped;
    pair.client.write(Buffer.from(result.lines.map((line) => `${line}\r\n`).join(''), 'latin1'));
  };

  /** Each direction ends by itself, as on a real network; an error on one side reaches the other. */
  const link = (pair: Pair): void => {
    const { client, server: upstream } = pair;
    client.on('end', () => upstream.end());
    upstream.on('end', () => client.end(Buffer.from(pair.held, 'latin1')));
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => {
        if (!to.destroyed) reset(to);
      });
      from.on('close', () => {
        if (!from.readableEnded) to.destroy();
        if (to.destroyed) pairs.delete(pair);
      });
    }
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    counts.connections += 1;
    if (refusing) {
      client.destroy();
      return;
    }
    const host = '127.0.0.1';
    const localAddress = options.localAddress ?? '127.0.0.2';
    const port = options.targetPort;
    const upstream = connect({ host, port, localAddress, allowHalfOpen: true });
    const pair: Pair = { client, server: upstream, held: '', opaque: false };
    pairs.add(pair);
    client.on('data', (chunk: Buffer) => {
      // From here on the bytes are records: a rewritten one would be broken, not stripped.
      if (/^(\S+ )?(STARTTLS|XSEAL)\b/im.test(chunk.toString('latin1'))) pair.opaque = true;
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => onServerData(pair, chunk));
    link(pair);
    if (stalled) {
      client.pause();
      upstream.pause();
    }
  });
  const setPaused = (paused: boolean): void => {
    stalled = paused;
    for (const pair of pairs) {
      for (const socket of [pair.client, pair.server]) {
        if (paused) socket.pause();
        else socket.resume();
      }
    }
  };
  const cut = (): void => {
    for (const pair of pairs) {
      reset(pair.client);
      reset(pair.server);
    }
  };

  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else resolve(address.port);
    });
  });
  return {
    port,
    counts,
    strip: (next) => {
      keywords = next;
    },
    restore: () => {
      keywords = [];
      refusing = false;
    },
    cut,
    stall: () => setPaused(true),
    flow: () => setPaused(false),
    refuse: () => {
      refusing = true;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
