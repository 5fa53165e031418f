/**
 * The Chromium host with a tiny page and an engine that echoes: for tests of the host alone.
 * Prints `up <json>` for every frame and `open <url>` for every link, one a line. A frame
 * `{"choose":"files"}` opens the file dialog; `chosen <json>` says what came of it.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBrowser } from '../../main/chromium/find-browser.ts';
import { startChromiumHost } from '../../main/chromium/host.ts';
import type { EngineLink } from '../../main/engine-link.ts';

const { values } = parseArgs({ options: { profile: { type: 'string' } } });
const profile = values.profile ?? '';
const listeners: ((json: string) => void)[] = [];

const engine: EngineLink = {
  postFrame: (json) => {
    console.log(`up ${json.length > 200 ? json.length : json}`);
    for (const listener of listeners) listener(`{"echo":${json}}`);
    const what = /^\{"choose":"(files|folder)"\}$/.exec(json)?.[1];
    if (what === 'files' || what === 'folder') void choose(what);
  },
  onFrame: (listener) => {
    listeners.push(listener);
  },
  readPart: async (url) =>
    url === '/part/picture' ? { mimeType: 'image/gif', bytes: Buffer.from('GIF89a') } : undefined,
  stop: () => Promise.resolve(),
};

async function choose(what: 'files' | 'folder'): Promise<void> {
  console.log(`chosen ${JSON.stringify(await host.chooseFiles(what))}`);
}

const host = await startChromiumHost({
  browserPath: findBrowser({ platform: process.platform, env: process.env }) ?? '',
  userDataDir: join(profile, 'browser'),
  rendererDir: fileURLToPath(new URL('tiny-renderer', import.meta.url)),
  isRoot: process.getuid?.() === 0,
  engine,
  logger: { log: (level, event, fields) => console.log(level, event, JSON.stringify(fields)) },
  openExternal: (url) => console.log(`open ${url}`),
});
process.on('SIGTERM', () => void host.close());
console.log(`end ${await host.ended}`);
