/**
 * Stands between the engine and a real IMAP server: hides capabilities, and at one command refuses
 * it, cuts the connection before the server hears of it or after it did it, or keeps the answer
 * back until it is let go. Once only.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Fault {
  /** Of the command without its tag, e.g. /^UID COPY /. */
  readonly command: RegExp;
  readonly kind: 'refuse' | 'cut before' | 'cut after' | 'hold';
}

export interface Flavour {
  /** Words taken out of the server's capabilities and response codes. */
  readonly without: readonly string[];
}

export async function startFaultProxy(serverPort: number, flavour: Flavour) {
  const seen: string[] = [];
  const state: { fault: Fault | undefined; hits: number } = { fault: undefined, hits: 0 };
  /** What the connections whose answers are kept back are owed. */
  const held = new Set<{ readonly owed: readonly string[]; letGo(): void }>();
  const sockets = new Set<Socket>();
  const hidden = flavour.without.map((word) =>
    word === 'COPYUID'
      ? /\[(?:COPYUID|APPENDUID) [^\]]*\] ?/g
      : new RegExp(` ${word}(?=[ \\]\\r])`, 'g'),
  );

  const proxy = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1');
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
      socket.setEncoding('latin1');
    }
    /** The connection ends when the server answers this tag. */
    let cutAtTag: string | undefined;
    let kept: string[] | undefined;
    client.on('data', (text: string) => {
      for (const line of text.split(/(?<=\r\n)/)) {
        const [, tag = '', command = ''] = /^(\S+) ([^\r\n]*)/.exec(line) ?? [];
        if (/^UID (?:MOVE|COPY|STORE|EXPUNGE) |^EXPUNGE/.test(command)) seen.push(command);
        const { fault } = state;
        if (fault === undefined || !fault.command.test(command)) {
          server.write(line, 'latin1');
          continue;
        }
        state.fault = undefined;
        if (fault.kind !== 'cut after') state.hits += 1;
        if (fault.kind === 'refuse') {
          client.write(`${tag} NO not today\r\n`);
        } else if (fault.kind === 'cut before') {
          client.destroy();
          return;
        } else if (fault.kind === 'hold') {
          const owed: string[] = [];
          kept = owed;
          const letGo = () => {
            kept = undefined;
            for (const text of owed) client.write(text, 'latin1');
          };
          held.add({ owed, letGo });
          server.write(line, 'latin1');
        } else {
          cutAtTag = tag;
          server.write(line, 'latin1');
        }
      }
    });
    server.on('data', (text: string) => {
      // The server asks for the literal of a command: that goes on.
      if (cutAtTag !== undefined && !text.startsWith('+')) {
        // Nothing of the answer arrives; the server did it all the same.
        if (text.includes(`${cutAtTag} `)) {
          state.hits += 1;
          client.destroy();
        }
        return;
      }
      const said = hidden.reduce((rest, word) => rest.replace(word, ''), text);
      if (kept === undefined) client.write(said, 'latin1');
      else kept.push(said);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    /** Commands that change a mailbox, without tags. */
    seen,
    arm(fault: Fault) {
      state.fault = fault;
    },
    hits: () => state.hits,
    /** Some answer is kept back that the server has given. */
    holds: () => [...held].some(({ owed }) => owed.length > 0),
    letGo() {
      for (const { letGo } of held) letGo();
      held.clear();
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}
