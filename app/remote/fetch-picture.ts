/**
 * Fetches one picture that a message names, for the window, which has no network of its own. Only
 * over verified https and only from public addresses; no cookie, no referrer, no words about this
 * program; bounded in time, size and redirects; kept only if it is a picture.
 */
import { lookup } from 'node:dns';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { trustContext } from '../leg/tls.ts';
import { pictureType, sniffedBytes } from './picture-type.ts';
import { isLoopback, isPublicAddress } from './public-address.ts';

export const pictureLimits = {
  sizeBytes: 8 * 1024 * 1024,
  redirects: 3,
  timeoutMs: 20_000,
  urlLength: 4_000,
} as const;

export interface FetchPictureOptions {
  /** Extra trust anchors (PEM) beside the system's. */
  readonly trustAnchors?: readonly string[];
  /** For tests: also from this computer, on any port. */
  readonly allowLoopback?: boolean;
  readonly signal?: AbortSignal;
}

export interface Picture {
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** Why there is no picture. Its message may be logged: it holds no address. */
export class PictureError extends Error {
  override readonly name = 'PictureError';
}

/** @throws PictureError, or what the network threw */
export async function fetchPicture(
  address: string,
  options: FetchPictureOptions = {},
): Promise<Picture> {
  const limit = AbortSignal.timeout(pictureLimits.timeoutMs);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  let url = pictureUrl(address, options);
  for (let redirects = 0; ; redirects += 1) {
    const answer = await ask(url, options, signal);
    const { statusCode = 0, headers } = answer;
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      answer.destroy();
      if (redirects >= pictureLimits.redirects) throw new PictureError('too many redirects');
      url = pictureUrl(URL.parse(headers.location, url)?.href ?? '', options);
      continue;
    }
    return await readPicture(answer, statusCode);
  }
}

/**
 * The address as it is asked: https only (a plain http address is tried as https, as browsers do),
 * no user name, no fragment, the usual port.
 */
function pictureUrl(address: string, options: FetchPictureOptions): URL {
  const url = address.length > pictureLimits.urlLength ? null : URL.parse(address);
  if (url === null) throw new PictureError('no address');
  if (url.protocol === 'http:') url.protocol = 'https:';
  if (url.protocol !== 'https:') throw new PictureError('not https');
  if (url.username !== '' || url.password !== '') throw new PictureError('user name in address');
  if (url.port !== '' && options.allowLoopback !== true) throw new PictureError('odd port');
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0) assertAllowed(literal, options);
  url.hash = '';
  return url;
}

function assertAllowed(address: string, { allowLoopback }: FetchPictureOptions): void {
  if (allowLoopback === true && isLoopback(address)) return;
  if (!isPublicAddress(address)) throw new PictureError('not a public address');
}

/** Names are looked up once, judged, and connected to by the very address that was judged. */
function guardedLookup(options: FetchPictureOptions): LookupFunction {
  return (hostname, { family, all }, callback) => {
    const wanted = family === 4 || family === 6 ? family : 0;
    lookup(hostname, { all: true, family: wanted }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      try {
        // One inner address among public ones is reason enough.
        for (const { address } of addresses) assertAllowed(address, options);
      } catch (refused) {
        return callback(refused instanceof Error ? refused : new PictureError('refused'), '');
      }
      const [first] = addresses;
      if (all === true) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family ?? 4);
    });
  };
}

function connectTo(url: URL, options: FetchPictureOptions): TLSSocket {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return connect({
    host,
    port: Number(url.port === '' ? 443 : url.port),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    lookup: guardedLookup(options),
    rejectUnauthorized: true,
    secureContext: trustContext(options.trustAnchors ?? []),
    ALPNProtocols: ['http/1.1'],
  });
}

function ask(
  url: URL,
  options: FetchPictureOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked: ClientRequest = request(url, {
      method: 'GET',
      createConnection: () => connectTo(url, options),
      maxHeaderSize: 32 * 1024,
      signal,
      headers: {
        // What most browsers have in common, and no more.
        'User-Agent': 'Mozilla/5.0',
        Accept: 'image/avif,image/webp,image/png,image/jpeg,image/gif,*/*;q=0.5',
        'Accept-Encoding': 'identity',
      },
    });
    asked.once('response', resolve);
    asked.once('error', reject);
    asked.end();
  });
}

async function readPicture(answer: IncomingMessage, statusCode: number): Promise<Picture> {
  try {
    if (statusCode !== 200) throw new PictureError('no picture there');
    const encoding = answer.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') throw new PictureError('packed');
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    let mimeType: string | undefined;
    for await (const chunk of answer) {
      if (!Buffer.isBuffer(chunk)) continue;
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes > pictureLimits.sizeBytes) throw new PictureError('too large');
      // As early as can be known: the rest of something else is not even read.
      if (mimeType === undefined && sizeBytes >= sniffedBytes) mimeType = typeOf(chunks);
    }
    return { mimeType: mimeType ?? typeOf(chunks), bytes: Buffer.concat(chunks) };
  } finally {
    answer.destroy();
  }
}

function typeOf(chunks: readonly Buffer[]): string {
  const found = pictureType(Buffer.concat(chunks));
  if (found === undefined) throw new PictureError('not a picture');
  return found;
}
