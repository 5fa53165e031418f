/**
 * Takes call frames from a window that may be hostile, and answers them. Checks what goes in and
 * what comes out against the contract. Never throws, whatever it is given.
 */
import {
  callFrame,
  type EventName,
  events,
  type MethodName,
  maxFrameLength,
  methods,
  type WireError,
} from '../../app/contract/index.ts';
import type { MethodHandlers } from '../../app/engine-types.ts';
import { ContractError } from '../../app/errors.ts';
import type { Logger } from '../../app/log.ts';
import { toWireError } from '../../app/wire-error.ts';

export interface DispatcherOptions {
  readonly handlers: MethodHandlers;
  /** Takes a frame to the window. */
  readonly send: (json: string) => void;
  readonly logger: Logger;
}

export class Dispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the call is answered. A frame that is no call, or one beyond the limit, has no
   * id to answer to: it is dropped and logged.
   */
  async dispatch(json: string): Promise<void> {
    const { logger } = this.#options;
    if (json.length > maxFrameLength) {
      logger.log('warn', 'frame.too-long', { length: json.length });
      return;
    }
    const frame = callFrame.safeParse(parseJson(json));
    if (!frame.success) {
      logger.log('warn', 'frame.invalid', { length: json.length });
      return;
    }
    const { id, method, input } = frame.data;
    try {
      const output = await this.#call(method, input);
      this.#send({ kind: 'result', id, output });
    } catch (error) {
      this.#send({ kind: 'error', id, error: this.#wireError(error, method) });
    }
  }

  /** Tells the window; an event that breaks the contract is our bug: logged, not sent. */
  emit(name: EventName, payload: unknown): void {
    const parsed = events[name].safeParse(payload);
    if (parsed.success) this.#send({ kind: 'event', name, payload: parsed.data });
    else this.#options.logger.log('error', 'event.invalid', { name });
  }

  async #call(method: string, input: unknown): Promise<unknown> {
    if (!isMethod(method)) throw new ContractError('contract.unknown-method');
    const parsed = methods[method].input.safeParse(input);
    if (!parsed.success) {
      // Paths name fields of the contract; values stay out of it.
      const at = parsed.error.issues.map((issue) => issue.path.join('.')).join(' ');
      throw new ContractError('contract.invalid-input', { method, at: at.slice(0, 200) });
    }
    const handler = this.#options.handlers[method];
    // The schema of this very method has just checked the one argument.
    const result: unknown = await Reflect.apply(handler, undefined, [parsed.data]);
    const output = methods[method].output.safeParse(result);
    if (output.success) return output.data;
    throw new ContractError('contract.invalid-output', { method }, { cause: output.error });
  }

  #wireError(error: unknown, method: string): WireError {
    const event = isMethod(method) ? `call.${method}` : 'call.unknown';
    return toWireError(error, this.#options.logger, event);
  }

  #send(frame: object): void {
    try {
      this.#options.send(JSON.stringify(frame));
    } catch (error) {
      const text = error instanceof Error ? error.name : 'unknown';
      this.#options.logger.log('error', 'frame.unsendable', { error: text });
    }
  }
}

/** Own keys only: `constructor` and its like are not methods. */
function isMethod(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
