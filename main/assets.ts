/**
 * What the app's own origin answers: the renderer's files, the message frame, pictures of a
 * message. Nothing else exists. The same in both hosts; knows no socket, no Electron, no browser.
 */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { appHeaders, type Headers, messageFrameHeaders, partHeaders } from './csp.ts';

export interface AssetResponse {
  readonly status: 200 | 404 | 405;
  readonly headers: Headers;
  /** Empty for HEAD and for errors. */
  readonly body: Uint8Array;
}

export type ReadPart = (
  url: string,
) => Promise<{ readonly mimeType: string; readonly bytes: Uint8Array } | undefined>;

export interface AssetsOptions {
  /** Folder that the renderer's build wrote. Read once: files that come later are not served. */
  readonly rendererDir: string;
  readonly readPart: ReadPart;
}

/** @param path the URL's path as sent, undecoded, without query */
export type Assets = (method: string, path: string) => Promise<AssetResponse>;

const mimeTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Raster pictures only: an SVG is a document. */
const partTypes = new Set([
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/x-icon',
]);

const messageFramePath = '/message-frame.html';
const partPath = /^\/(?:part|remote)\/[A-Za-z0-9_-]{1,128}$/;
const nothing = new Uint8Array(0);

interface ManifestEntry {
  readonly file: string;
  readonly headers: Headers;
}

/**
 * Lists the renderer's files once; a request can only name one of them, so that no path of a
 * request ever reaches the file system.
 * @throws Error when the folder or its index.html is missing
 */
export function createAssets(options: AssetsOptions): Assets {
  const manifest = readManifest(options.rendererDir);
  if (!manifest.has('/')) throw new Error('the renderer is not built: index.html is missing');
  return async (method, path) => {
    if (method !== 'GET' && method !== 'HEAD') return refusal(405);
    const found = partPath.test(path)
      ? await readPicture(options.readPart, path)
      : await readEntry(manifest.get(path));
    if (found === undefined) return refusal(404);
    return method === 'HEAD' ? { ...found, body: nothing } : found;
  };
}

function readManifest(rendererDir: string): ReadonlyMap<string, ManifestEntry> {
  const manifest = new Map<string, ManifestEntry>();
  for (const entry of readdirSync(rendererDir, { recursive: true, withFileTypes: true })) {
    const mimeType = mimeTypes[extname(entry.name).toLowerCase()];
    if (!entry.isFile() || mimeType === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(rendererDir, file).split(sep).map(encodeURIComponent).join('/')}`;
    const base = path === messageFramePath ? messageFrameHeaders : appHeaders;
    const headers = { ...base, 'Content-Type': mimeType };
    manifest.set(path === '/index.html' ? '/' : path, { file, headers });
  }
  return manifest;
}

async function readEntry(entry: ManifestEntry | undefined): Promise<AssetResponse | undefined> {
  if (entry === undefined) return undefined;
  return { status: 200, headers: entry.headers, body: await readFile(entry.file) };
}

async function readPicture(readPart: ReadPart, path: string): Promise<AssetResponse | undefined> {
  const part = await readPart(path);
  if (part === undefined || !partTypes.has(part.mimeType)) return undefined;
  return {
    status: 200,
    headers: { ...partHeaders, 'Content-Type': part.mimeType },
    body: part.bytes,
  };
}

function refusal(status: 404 | 405): AssetResponse {
  return { status, headers: { ...partHeaders, 'Content-Type': 'text/plain' }, body: nothing };
}
