/**
 * Answers the app's own scheme from the assets, as a web response.
 */
import type { Assets } from '../assets.ts';
import { ownPath } from './origin.ts';

/** The handler for `protocol.handle`. Never rejects. */
export function protocolHandler(assets: Assets): (request: Request) => Promise<Response> {
  return async (request) => {
    const path = ownPath(request.url);
    if (path === undefined) return new Response(null, { status: 404 });
    try {
      const { status, headers, body } = await assets(request.method, path);
      return new Response(Uint8Array.from(body), { status, headers });
    } catch {
      return new Response(null, { status: 500 });
    }
  };
}
