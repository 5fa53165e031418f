/**
 * Paths under which the window may load images of a message: random, bounded in number, and only
 * for image types that cannot carry script. SVG is a document and never among them.
 */
import { randomBytes } from 'node:crypto';
import type { MessageRef } from '../contract/index.ts';
import { isPicture } from '../mime/picture-types.ts';

export interface PartLink {
  readonly ref: MessageRef;
  readonly partId: string;
  readonly mimeType: string;
}

export class PartLinks {
  readonly #most: number;
  readonly #links = new Map<string, PartLink>();
  readonly #urls = new Map<string, string>();

  /** @param most how many links live at once; the least recently used go first */
  constructor(most = 1_000) {
    this.#most = most;
  }

  /** The path of a part, e.g. `/part/3f…`; undefined when its type must not be shown so. */
  link(ref: MessageRef, partId: string, mimeType: string): string | undefined {
    if (!isPicture(mimeType)) return undefined;
    const key = JSON.stringify([ref.accountId, ref.mailboxId, ref.uidValidity, ref.uid, partId]);
    const url = this.#urls.get(key) ?? `/part/${randomBytes(16).toString('hex')}`;
    this.#links.delete(url);
    this.#links.set(url, { ref, partId, mimeType });
    this.#urls.set(key, url);
    if (this.#links.size > this.#most) this.#dropOldest();
    return url;
  }

  resolve(url: string): PartLink | undefined {
    const link = this.#links.get(url);
    if (link === undefined) return undefined;
    this.#links.delete(url);
    this.#links.set(url, link);
    return link;
  }

  #dropOldest(): void {
    const [oldest] = this.#links.keys();
    if (oldest === undefined) return;
    this.#links.delete(oldest);
    for (const [key, url] of this.#urls) {
      if (url === oldest) {
        this.#urls.delete(key);
        return;
      }
    }
  }
}
