/**
 * Files that may be imported: chosen by the person in the host's dialog, or found where Thunderbird
 * keeps its own. The window gets a name for each; a path of its own making leads nowhere.
 */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ChosenSource, ThunderbirdProfile, TransferSource } from '../contract/index.ts';
import { RequestError } from '../errors.ts';
import { findSourceMailboxes } from './source-mailboxes.ts';
import type { FoundProfile } from './thunderbird.ts';

/** The oldest names are forgotten beyond it. */
const most = 1_000;
/** How many files of one choice are looked at. */
const mostChosen = 200;

export class ChosenSources {
  readonly #byId = new Map<string, TransferSource>();

  /** @throws RequestError `transfer.source-unreadable` when the name was not given by this program */
  get(sourceId: string): TransferSource {
    const source = this.#byId.get(sourceId);
    if (source === undefined) throw new RequestError('transfer.source-unreadable', { path: '' });
    return source;
  }

  /** @param paths absolute, as the person chose them */
  async add(paths: readonly string[]): Promise<{ sources: ChosenSource[]; refused: string[] }> {
    const sources: ChosenSource[] = [];
    const refused: string[] = [];
    for (const path of paths.slice(0, mostChosen)) {
      const found = await lookInto(path);
      const name = basename(path).slice(0, 1_000);
      if (found === undefined) refused.push(name);
      else {
        const { kind, mailboxes } = found;
        sources.push({ sourceId: this.#keep({ kind, path }), kind, name, mailboxes });
      }
    }
    return { sources, refused };
  }

  /** Gives a name to each place of local mail. */
  addProfiles(profiles: readonly FoundProfile[]): ThunderbirdProfile[] {
    return profiles.map((profile) => ({
      ...profile,
      localFolders: profile.localFolders.map((local) => ({
        ...local,
        sourceId: this.#keep({ kind: 'thunderbird', path: local.path }),
      })),
    }));
  }

  #keep(source: TransferSource): string {
    for (const [sourceId, known] of this.#byId) {
      if (known.kind === source.kind && known.path === source.path) return sourceId;
    }
    const sourceId = randomUUID();
    this.#byId.set(sourceId, source);
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > most && oldest !== undefined) this.#byId.delete(oldest);
    return sourceId;
  }
}

/** What kind of mail lies there; undefined when there is none. */
async function lookInto(
  path: string,
): Promise<{ kind: TransferSource['kind']; mailboxes: number } | undefined> {
  for (const kind of await likelyKinds(path)) {
    try {
      return { kind, mailboxes: (await findSourceMailboxes({ kind, path })).length };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
    }
  }
  return undefined;
}

async function likelyKinds(path: string): Promise<TransferSource['kind'][]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? ['maildir', 'thunderbird', 'eml'] : ['eml', 'mbox'];
}
