/**
 * Frames between the app's page and the host over one devtools session: a binding up, a held
 * function down. Only the main frame's own context of the app's origin is listened to.
 */
import { randomBytes } from 'node:crypto';
import { maxFrameLength } from '../../app/contract/frames.ts';
import { type BridgeNames, bridgeScript, takeReceiver } from './bridge-script.ts';
import { type CdpConnection, type CdpEvent, isRecord } from './cdp.ts';
import { appOrigin } from './flags.ts';

export interface BridgeOptions {
  readonly cdp: CdpConnection;
  readonly sessionId: string;
  /** The page's main frame; for a page it equals the target's id. */
  readonly frameId: string;
  onFrame(json: string): void;
  onOpenExternal(url: string): void;
}

/** Frames kept while a document loads; beyond that the page asks again anyway. */
const maxWaitingFrames = 1_000;

export class PageBridge {
  readonly #options: BridgeOptions;
  readonly #names: BridgeNames = {
    binding: `_${randomBytes(16).toString('hex')}`,
    receiver: `_${randomBytes(16).toString('hex')}`,
  };
  #contextId: number | undefined;
  #receiverId: string | undefined;
  #waiting: string[] = [];

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  /** Commands that must reach the page before it runs; sent in order, not awaited here. */
  install(): Promise<unknown> {
    const { cdp, sessionId } = this.#options;
    const source = bridgeScript(this.#names);
    return Promise.all([
      cdp.send('Runtime.enable', {}, sessionId),
      cdp.send('Runtime.addBinding', { name: this.#names.binding }, sessionId),
      cdp.send('Page.addScriptToEvaluateOnNewDocument', { source }, sessionId),
    ]);
  }

  /** Passes a frame to the page, or keeps it until the page is there. */
  deliver(json: string): void {
    if (this.#receiverId !== undefined) this.#call(this.#receiverId, json);
    else if (this.#waiting.length < maxWaitingFrames) this.#waiting.push(json);
  }

  /** @param event any event of this bridge's session */
  handle({ method, params }: CdpEvent): void {
    if (method === 'Runtime.executionContextCreated') this.#contextCreated(params.context);
    else if (method === 'Runtime.executionContextDestroyed') {
      if (params.executionContextId === this.#contextId) this.#forget();
    } else if (method === 'Runtime.executionContextsCleared') this.#forget();
    else if (method === 'Runtime.bindingCalled') this.#called(params);
  }

  #contextCreated(context: unknown): void {
    if (!isRecord(context) || !isRecord(context.auxData)) return;
    const { isDefault, frameId } = context.auxData;
    if (frameId !== this.#options.frameId || isDefault !== true) return;
    this.#forget();
    if (context.origin === appOrigin && typeof context.id === 'number') {
      this.#contextId = context.id;
    }
  }

  #forget(): void {
    this.#contextId = undefined;
    this.#receiverId = undefined;
    // Answers to a document that is gone must not reach the next one.
    this.#waiting = [];
  }

  #called({ name, payload, executionContextId }: CdpEvent['params']): void {
    if (name !== this.#names.binding || typeof payload !== 'string') return;
    if (this.#contextId === undefined || executionContextId !== this.#contextId) return;
    if (payload.length > maxFrameLength + 1) return;
    const body = payload.slice(1);
    if (payload[0] === 'f') this.#options.onFrame(body);
    else if (payload[0] === 'o') this.#options.onOpenExternal(body);
    else if (payload === 'r') void this.#fetchReceiver(this.#contextId);
  }

  async #fetchReceiver(contextId: number): Promise<void> {
    const { cdp, sessionId } = this.#options;
    const expression = takeReceiver(this.#names);
    const answer = await cdp
      .send('Runtime.evaluate', { expression, contextId }, sessionId)
      .catch(() => undefined);
    const result = answer?.result;
    if (!isRecord(result) || typeof result.objectId !== 'string') return;
    if (contextId !== this.#contextId || result.type !== 'function') return;
    this.#receiverId = result.objectId;
    for (const json of this.#waiting.splice(0)) this.#call(this.#receiverId, json);
  }

  #call(objectId: string, json: string): void {
    const { cdp, sessionId } = this.#options;
    const functionDeclaration = 'function (json) { this(json); }';
    const call = { objectId, functionDeclaration, arguments: [{ value: json }], silent: true };
    // A document that went away meanwhile has no use for the frame.
    cdp.send('Runtime.callFunctionOn', call, sessionId).catch(() => undefined);
  }
}
