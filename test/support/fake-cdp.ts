/**
 * Plays the browser's end of a devtools connection: answers every command, remembers it, and
 * lets a test raise any event.
 */
import type { CdpConnection, CdpEvent, CdpParams } from '../../main/chromium/cdp.ts';

export interface SentCommand {
  readonly method: string;
  readonly params: CdpParams;
  readonly sessionId: string | undefined;
}

export class FakeCdp implements CdpConnection {
  readonly sent: SentCommand[] = [];
  /** Results by method; `{}` for every other. */
  readonly answers = new Map<string, CdpParams>();
  readonly #listeners: ((event: CdpEvent) => void)[] = [];

  send(method: string, params: CdpParams = {}, sessionId?: string): Promise<CdpParams> {
    this.sent.push({ method, params, sessionId });
    return Promise.resolve(this.answers.get(method) ?? {});
  }

  onEvent(listener: (event: CdpEvent) => void): void {
    this.#listeners.push(listener);
  }

  onClose(): void {
    // This browser never goes away.
  }

  raise(method: string, params: CdpParams, sessionId?: string): void {
    for (const listener of this.#listeners) listener({ method, params, sessionId });
  }

  methods(): string[] {
    return this.sent.map(({ method }) => method);
  }

  last(method: string): SentCommand | undefined {
    return this.sent.findLast((command) => command.method === method);
  }
}
