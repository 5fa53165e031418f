/**
 * A bad network on 127.0.0.1: relays to a port and, by chance, cuts, resets, stalls, slows, delays
 * and corrupts, each connection by its own fate and all of them at once now and then. Told to be
 * honest, it relays everything it still has.
 */
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { reset } from '../../../gateway/close-stream.ts';
import type { Rng } from '../../fuzz/support/rng.ts';

export interface FaultProxyOptions {
  /** Port of the server behind, on 127.0.0.1. */
  readonly targetPort: number;
  readonly rng: Rng;
  /** Whether it may change bytes: only where the other end must notice. */
  readonly corrupts: boolean;
}

export type Fault = 'cut' | 'reset' | 'stall' | 'slow' | 'delay' | 'corrupt';

export interface FaultProxy {
  readonly port: number;
  /** How many connections came, and how often each fault struck. */
  readonly counts: { connections: number; refused: number } & Record<Fault, number>;
  /** Begins to be bad, for connections old and new. */
  misbehave(): void;
  /** From now on every byte passes. */
  behave(): void;
  stop(): Promise<void>;
}

/** What will happen to one direction of one connection. */
interface Fate {
  readonly fault: Fault | undefined;
  /** After so many octets. */
  readonly afterOctets: number;
  readonly forMs: number;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

interface Strike {
  readonly pair: Pair;
  readonly to: Socket;
  readonly chunk: Buffer;
  /** Octets of this direction before the chunk. */
  readonly passed: number;
}

const faults: readonly Fault[] = ['cut', 'reset', 'stall', 'slow', 'delay', 'corrupt'];
const longestStallMs = 6_000;
/** Octets of one write on a slow line. */
const slowOctets = 256;
/** How often all connections may suffer together (ms), and how long the port then stays closed. */
const outageEveryMs = 9_000;
const closedMs = 1_500;

class BadNetwork {
  readonly counts = {
    connections: 0,
    refused: 0,
    cut: 0,
    reset: 0,
    stall: 0,
    slow: 0,
    delay: 0,
    corrupt: 0,
  };
  readonly #options: FaultProxyOptions;
  readonly #pairs = new Set<Pair>();
  #honest = Promise.withResolvers<void>();
  #isHonest = true;
  #closed = false;
  #outage: NodeJS.Timeout | undefined;

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#honest.resolve();
  }

  misbehave(): void {
    if (!this.#isHonest) return;
    this.#isHonest = false;
    this.#honest = Promise.withResolvers<void>();
    this.#planOutage();
  }

  behave(): void {
    this.#isHonest = true;
    this.#closed = false;
    clearTimeout(this.#outage);
    this.#honest.resolve();
  }

  endAll(): void {
    this.behave();
    for (const pair of this.#pairs) this.#end(pair, 'reset');
  }

  accept(client: Socket): void {
    if (this.#closed) {
      this.counts.refused += 1;
      client.on('error', () => undefined);
      reset(client);
      return;
    }
    this.counts.connections += 1;
    const { targetPort: port } = this.#options;
    const server = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    const pair = { client, server };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('error', () => to.destroyed || reset(to));
      from.on('close', () => {
        if (to.destroyed) this.#pairs.delete(pair);
        else if (!from.readableEnded) to.destroy();
      });
      void this.#relay(pair, from, to).catch(() => this.#end(pair, 'reset'));
    }
  }

  async #relay(pair: Pair, from: Socket, to: Socket): Promise<void> {
    const fate = this.#draw();
    let passed = 0;
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      if (!Buffer.isBuffer(chunk)) continue;
      const strikes = passed + chunk.length > fate.afterOctets && !this.#isHonest;
      if (strikes && (await this.#strike(fate, { pair, to, chunk, passed }))) return;
      passed += chunk.length;
      if (strikes && fate.fault === 'slow') await this.#writeSlowly(to, chunk, fate);
      else await write(to, chunk);
    }
    to.end();
  }

  /** True when the connection is over. */
  async #strike(fate: Fate, { pair, to, chunk, passed }: Strike): Promise<boolean> {
    const { fault, afterOctets, forMs } = fate;
    if (fault === undefined) return false;
    const first = passed <= afterOctets;
    if (first) this.counts[fault] += 1;
    const at = Math.max(0, afterOctets - passed);
    switch (fault) {
      case 'cut':
      case 'reset':
        // The first part still arrives: a cut in the middle of a record, a line, a literal.
        await write(to, chunk.subarray(0, at));
        this.#end(pair, fault);
        return true;
      case 'stall':
        if (first) await this.#wait(forMs);
        return pair.client.destroyed;
      case 'delay':
        await this.#wait(Math.min(forMs, 150));
        return pair.client.destroyed;
      case 'corrupt':
        if (first && at < chunk.length) chunk[at] = (chunk[at] ?? 0) ^ (1 + (forMs % 255));
        return false;
      case 'slow':
        return false;
    }
  }

  async #writeSlowly(to: Socket, chunk: Buffer, { forMs }: Fate): Promise<void> {
    for (let at = 0; at < chunk.length; at += slowOctets) {
      await write(to, chunk.subarray(at, at + slowOctets));
      await this.#wait(Math.min(forMs, 40));
    }
  }

  /** Ends early when the network is to be honest. */
  async #wait(ms: number): Promise<void> {
    const over = new AbortController();
    const timer = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([timer, this.#honest.promise]);
    over.abort();
  }

  #end({ client, server }: Pair, how: 'cut' | 'reset'): void {
    for (const socket of [client, server]) {
      if (socket.destroyed) continue;
      if (how === 'reset') reset(socket);
      else socket.destroySoon();
    }
  }

  #draw(): Fate {
    const { rng, corrupts } = this.#options;
    // Something must also get through.
    const more: readonly Fault[] = corrupts ? ['corrupt'] : [];
    const fault = rng.oneIn(2) ? undefined : rng.pick([...faults, ...more]);
    const allowed = fault === 'corrupt' && !corrupts ? 'cut' : fault;
    // Every size alike: the handshake, a login, a whole message.
    const afterOctets = rng.below(2 ** (4 + rng.below(12)));
    return { fault: allowed, afterOctets, forMs: rng.below(longestStallMs) };
  }

  /** All connections of the port at once, as a network that goes away. */
  #planOutage(): void {
    const { rng } = this.#options;
    this.#outage = setTimeout(() => {
      this.counts.cut += this.#pairs.size;
      for (const pair of this.#pairs) this.#end(pair, rng.oneIn(2) ? 'reset' : 'cut');
      this.#closed = rng.oneIn(2);
      this.#outage = setTimeout(() => {
        this.#closed = false;
        this.#planOutage();
      }, rng.below(closedMs));
    }, 1_000 + rng.below(outageEveryMs));
  }
}

/** Resolves when the socket can take more; at once when it is gone. */
function write(to: Socket, chunk: Buffer): Promise<void> {
  if (to.destroyed || to.writableEnded) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      to.removeListener('close', done);
      resolve();
    };
    to.once('close', done);
    to.write(chunk, done);
  });
}

/** Honest until `misbehave`. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const network = new BadNetwork(options);
  const server = createServer({ allowHalfOpen: true }, (client) => network.accept(client));
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
    counts: network.counts,
    misbehave: () => network.misbehave(),
    behave: () => network.behave(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        network.endAll();
      }),
  };
}
