/**
 * Answers every request of the browser itself: the app's own origin from the assets, all else
 * refused. Set on the browser target, so that it holds before any page, frame or worker exists.
 */
import type { Logger } from '../../app/log.ts';
import type { Assets } from '../assets.ts';
import { type CdpConnection, type CdpEvent, isRecord } from './cdp.ts';
import { appOrigin } from './flags.ts';

export interface InterceptionOptions {
  readonly cdp: CdpConnection;
  readonly assets: Assets;
  readonly logger: Logger;
  /** True for the frame that is the app's own main frame. */
  isAppFrame(frameId: string): boolean;
}

interface PausedRequest {
  readonly requestId: string;
  readonly method: string;
  readonly url: string;
  readonly isDocument: boolean;
  readonly frameId: string;
}

/**
 * Which path of the app's origin a request may have, or undefined when it is refused.
 * A document in the main frame is the app and nothing else; in a frame it is never the app.
 */
export function allowedPath(
  request: Omit<PausedRequest, 'requestId'>,
  isAppFrame: boolean,
): string | undefined {
  const url = URL.parse(request.url);
  if (url === null || url.origin !== appOrigin || url.search !== '') return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  if (request.isDocument && isAppFrame !== (url.pathname === '/')) return undefined;
  return url.pathname;
}

/** @throws CdpError when the browser refuses to let its requests be answered */
export async function interceptRequests(options: InterceptionOptions): Promise<void> {
  const { cdp } = options;
  cdp.onEvent((event) => {
    if (event.method === 'Fetch.requestPaused') void answer(options, event);
  });
  await cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*', requestStage: 'Request' }] });
}

async function answer(options: InterceptionOptions, event: CdpEvent): Promise<void> {
  const request = readRequest(event);
  if (request === undefined) return;
  const { cdp, assets, logger } = options;
  const { requestId } = request;
  try {
    const path = allowedPath(request, options.isAppFrame(request.frameId));
    if (path === undefined) {
      logger.log('warn', 'request-refused', { origin: URL.parse(request.url)?.origin });
      // `Aborted` leaves the page that is shown in its place; any other reason shows an error page.
      const errorReason = request.isDocument ? 'Aborted' : 'BlockedByClient';
      await cdp.send('Fetch.failRequest', { requestId, errorReason }, event.sessionId);
      return;
    }
    const response = await assets(request.method, path);
    const responseHeaders = Object.entries(response.headers).map(([name, value]) => ({
      name,
      value,
    }));
    const body = Buffer.from(response.body).toString('base64');
    const answered = { requestId, responseCode: response.status, responseHeaders, body };
    await cdp.send('Fetch.fulfillRequest', answered, event.sessionId);
  } catch {
    // Unreadable file or the request is gone; without an answer it would hang.
    await cdp
      .send('Fetch.failRequest', { requestId, errorReason: 'Failed' }, event.sessionId)
      .catch(() => undefined);
  }
}

function readRequest({ params }: CdpEvent): PausedRequest | undefined {
  const { requestId, request, resourceType, frameId } = params;
  if (typeof requestId !== 'string' || !isRecord(request)) return undefined;
  return {
    requestId,
    method: String(request.method),
    url: String(request.url),
    isDocument: resourceType === 'Document',
    frameId: String(frameId),
  };
}
