/**
 * Finds out whether a backend would take mail for the whole world from this machine without AUTH, as
 * Postfix does with its default `mynetworks`. Inside TLS that we only pass on, nobody else would stop
 * it: then the gateway must not pass TLS on. Sends no mail: it ends before DATA.
 */
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describeError, type Logger } from '../app/log.ts';
import { BackendLink } from './backend-link.ts';
import type { Endpoint } from './config.ts';
import { type Reply, readReply } from './smtp/replies.ts';

const believedMs = 600_000;

export class RelayProbe {
  readonly #endpoint: Endpoint;
  readonly #timeoutMs: number;
  readonly #logger: Logger;
  #answer: { readonly isOpen: Promise<boolean>; readonly until: number } | undefined;

  constructor(endpoint: Endpoint, timeoutMs: number, logger: Logger) {
    this.#endpoint = endpoint;
    this.#timeoutMs = timeoutMs;
    this.#logger = logger;
  }

  /** True also when it cannot be found out. An answer is believed for ten minutes. Never rejects. */
  isOpenRelay(): Promise<boolean> {
    const now = performance.now();
    if (this.#answer === undefined || this.#answer.until <= now) {
      this.#answer = { isOpen: this.#ask(), until: now + believedMs };
    }
    return this.#answer.isOpen;
  }

  async #ask(): Promise<boolean> {
    let socket: Socket | undefined;
    const timer = setTimeout(() => socket?.destroy(), this.#timeoutMs);
    try {
      const link = await BackendLink.connect(this.#endpoint, '', this.#timeoutMs, (own) => {
        socket = own;
      });
      const isOpen = await askBackend(link);
      if (isOpen) this.#logger.log('error', 'backend-is-open-relay', this.#place());
      return isOpen;
    } catch (error) {
      this.#answer = undefined;
      this.#logger.log('warn', 'relay-probe-failed', {
        ...this.#place(),
        error: describeError(error),
      });
      return true;
    } finally {
      clearTimeout(timer);
      socket?.destroy();
    }
  }

  #place() {
    return { backend: `${this.#endpoint.host}:${this.#endpoint.port}` };
  }
}

async function askBackend(clear: BackendLink): Promise<boolean> {
  await readReply(clear);
  const hello = await ask(clear, 'EHLO localhost');
  const offersTls = hello.lines.some((line) => line.toUpperCase() === 'STARTTLS');
  if (!offersTls) return takesForeignMail(clear);
  await ask(clear, 'STARTTLS');
  clear.release();
  // Whose certificate it is does not matter: the backend is on this machine, and nothing is secret.
  const secured = connectTls({ socket: clear.stream, rejectUnauthorized: false });
  secured.on('error', () => undefined);
  const inside = new BackendLink(secured);
  await ask(inside, 'EHLO localhost');
  return takesForeignMail(inside);
}

async function takesForeignMail(link: BackendLink): Promise<boolean> {
  const mail = await ask(link, 'MAIL FROM:<>');
  if (mail.code >= 300) return false;
  const recipient = await ask(link, 'RCPT TO:<nobody@relay-test.invalid>');
  await ask(link, 'RSET');
  await ask(link, 'QUIT');
  return recipient.code < 300;
}

async function ask(link: BackendLink, line: string): Promise<Reply> {
  await link.write(`${line}\r\n`);
  return readReply(link);
}
