/**
 * The one window: finds its page among the browser's targets, closes every other one, denies
 * permissions, downloads and navigation, and says when the window is gone.
 */
import type { Logger } from '../../app/log.ts';
import type { Assets } from '../assets.ts';
import { PageBridge } from './bridge.ts';
import { type CdpConnection, type CdpEvent, isRecord } from './cdp.ts';
import { pickFiles } from './file-picker.ts';
import { appOrigin, appUrl } from './flags.ts';
import { interceptRequests } from './interception.ts';
import { deniedPermissions, grantedPermissions } from './permissions.ts';

export interface AppWindowOptions {
  readonly cdp: CdpConnection;
  readonly assets: Assets;
  readonly logger: Logger;
  onFrame(json: string): void;
  onOpenExternal(url: string): void;
  /** The window was closed, or its page died and could not be brought back. */
  onClosed(reason: 'closed' | 'crashed'): void;
}

interface Target {
  readonly targetId: string;
  readonly type: string;
  readonly url: string;
}

/** Times the page is brought back after it died or was led away. */
const maxReloads = 3;

export class AppWindow {
  readonly #options: AppWindowOptions;
  #page:
    | { readonly targetId: string; readonly sessionId: string; readonly bridge: PageBridge }
    | undefined;
  #crashes = 0;
  #returns = 0;
  #choosing = false;
  #opened: (() => void) | undefined;

  constructor(options: AppWindowOptions) {
    this.#options = options;
    options.cdp.onEvent((event) => this.#handle(event));
  }

  /** Puts every guard in place; no page may exist before this returns. */
  async guard(): Promise<void> {
    const { cdp, assets, logger } = this.#options;
    await Promise.all([
      interceptRequests({
        cdp,
        assets,
        logger,
        isAppFrame: (frameId) => frameId === this.#page?.targetId,
      }),
      cdp.send('Target.setAutoAttach', autoAttach),
      cdp.send('Target.setDiscoverTargets', { discover: true }),
      cdp.send('Browser.setDownloadBehavior', { behavior: 'deny' }),
      ...deniedPermissions.map((name) =>
        // Names differ between versions; one that is unknown cannot be granted either.
        cdp
          .send('Browser.setPermission', { permission: { name }, setting: 'denied' })
          .catch(() => undefined),
      ),
      ...grantedPermissions.map((name) =>
        cdp
          .send('Browser.setPermission', {
            permission: { name },
            setting: 'granted',
            origin: appOrigin,
          })
          .catch((error: unknown) => {
            logger.log('warn', 'permission-not-granted', { name, error: String(error) });
          }),
      ),
    ]);
  }

  /** Resolves when the app's page was found and runs. */
  opened(): Promise<void> {
    if (this.#page !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#opened = resolve;
    });
  }

  deliver(json: string): void {
    this.#page?.bridge.deliver(json);
  }

  focus(): void {
    if (this.#page === undefined) return;
    this.#quietly('Target.activateTarget', { targetId: this.#page.targetId });
    this.#quietly('Page.bringToFront', {}, this.#page.sessionId);
  }

  /** The browser's file dialog; one at a time. Nothing when it was closed or cannot be shown. */
  async chooseFiles(what: 'files' | 'folder'): Promise<string[]> {
    if (this.#page === undefined || this.#choosing) return [];
    const { targetId: frameId, sessionId } = this.#page;
    this.#choosing = true;
    try {
      return await pickFiles({ cdp: this.#options.cdp, sessionId, frameId }, what);
    } catch (error) {
      this.#options.logger.log('warn', 'file-dialog-failed', { error: String(error) });
      return [];
    } finally {
      this.#choosing = false;
    }
  }

  #handle(event: CdpEvent): void {
    if (event.method === 'Target.attachedToTarget') {
      const target = readTarget(event.params.targetInfo);
      const sessionId = event.params.sessionId;
      if (target !== undefined && typeof sessionId === 'string') this.#attached(target, sessionId);
    } else if (event.method === 'Target.targetDestroyed') {
      if (event.params.targetId === this.#page?.targetId) this.#options.onClosed('closed');
    } else if (event.sessionId !== undefined && event.sessionId === this.#page?.sessionId) {
      this.#page.bridge.handle(event);
      this.#pageEvent(event);
    }
  }

  #attached(target: Target, sessionId: string): void {
    if (target.type === 'page') {
      if (this.#page === undefined && target.url === appUrl) this.#adopt(target, sessionId);
      else this.#closeStranger(target);
    } else if (target.type === 'iframe') {
      this.#quietly('Target.setAutoAttach', autoAttach, sessionId);
      this.#quietly('Runtime.runIfWaitingForDebugger', {}, sessionId);
    } else if (target.type.endsWith('worker') || target.type.endsWith('worklet')) {
      // The app has none. Never resumed, it never runs.
      this.#options.logger.log('warn', 'worker-refused', { type: target.type });
      this.#quietly('Target.closeTarget', { targetId: target.targetId });
    } else {
      // Parts of the browser's own interface.
      this.#quietly('Runtime.runIfWaitingForDebugger', {}, sessionId);
    }
  }

  #adopt(target: Target, sessionId: string): void {
    const { cdp, onFrame, onOpenExternal } = this.#options;
    const bridge = new PageBridge({
      cdp,
      sessionId,
      frameId: target.targetId,
      onFrame,
      onOpenExternal,
    });
    this.#page = { targetId: target.targetId, sessionId, bridge };
    this.#quietly('Target.setAutoAttach', autoAttach, sessionId);
    this.#quietly('Page.enable', {}, sessionId);
    this.#quietly('Inspector.enable', {}, sessionId);
    bridge.install().catch((error: unknown) => {
      this.#options.logger.log('error', 'bridge-failed', { error: String(error) });
    });
    this.#quietly('Runtime.runIfWaitingForDebugger', {}, sessionId);
    this.#opened?.();
  }

  #closeStranger(target: Target): void {
    this.#options.logger.log('warn', 'window-refused', { type: target.type });
    this.#quietly('Target.closeTarget', { targetId: target.targetId });
    // The app's address again: someone started the app a second time by the browser's own means.
    if (target.url === appUrl) this.focus();
  }

  #pageEvent({ method, params }: CdpEvent): void {
    if (method === 'Page.frameNavigated') this.#navigated(params.frame);
    else if (method === 'Page.javascriptDialogOpening') {
      // The app shows none. Leaving is allowed, everything else is answered with no.
      const accept = params.type === 'beforeunload';
      this.#quietly('Page.handleJavaScriptDialog', { accept }, this.#page?.sessionId);
    } else if (method === 'Inspector.targetCrashed') this.#crashed();
  }

  #navigated(frame: unknown): void {
    if (!isRecord(frame) || frame.id !== this.#page?.targetId || frame.url === appUrl) return;
    this.#options.logger.log('warn', 'navigation-undone', {});
    this.#returns += 1;
    if (this.#returns > maxReloads) this.#options.onClosed('crashed');
    else this.#quietly('Page.navigate', { url: appUrl }, this.#page?.sessionId);
  }

  #crashed(): void {
    this.#crashes += 1;
    this.#options.logger.log('error', 'page-crashed', { times: this.#crashes });
    if (this.#crashes > 1) this.#options.onClosed('crashed');
    else this.#quietly('Page.reload', {}, this.#page?.sessionId);
  }

  /** For commands whose failure means that the target is gone already. */
  #quietly(method: string, params: Record<string, unknown>, sessionId?: string): void {
    this.#options.cdp.send(method, params, sessionId).catch(() => undefined);
  }
}

const autoAttach = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true };

function readTarget(value: unknown): Target | undefined {
  if (!isRecord(value)) return undefined;
  const { targetId, type, url } = value;
  if (typeof targetId !== 'string' || typeof type !== 'string') return undefined;
  return { targetId, type, url: typeof url === 'string' ? url : '' };
}
