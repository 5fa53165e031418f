/**
 * Pictures that messages name elsewhere: who allowed which, where the window finds them, and the
 * fetching. A path is worth nothing once its message may no longer load.
 */
import { randomBytes } from 'node:crypto';
import type { MessageBody, MessageRef, RemoteAnswer, RemoteSender } from '../contract/index.ts';
import { RequestError } from '../errors.ts';
import { describeError, type Logger } from '../log.ts';
import { type FetchPictureOptions, fetchPicture, type Picture } from './fetch-picture.ts';
import { namesReader } from './personal-url.ts';

/** Senders whose pictures are always loaded. Implemented by app/accounts. */
export interface AllowedSenders {
  isAllowed(address: string): boolean;
  allow(address: string): void;
  list(): RemoteSender[];
  forget(address: string): void;
}

export interface RemoteContentOptions {
  readonly senders: AllowedSenders;
  /** @throws RequestError `message.not-found` */
  readonly open: (ref: MessageRef) => Promise<MessageBody>;
  /** The address of the account that the message belongs to. */
  readonly ownAddress: (accountId: string) => string;
  /**
   * True when something speaks against the sender being who it says: the receiving server's own
   * finding, or that the message lies in Junk.
   */
  readonly isDoubtful: (ref: MessageRef) => Promise<boolean>;
  readonly fetching?: FetchPictureOptions;
  readonly logger: Logger;
}

interface Link {
  readonly url: string;
  readonly messageKey: string;
  picture?: Promise<Picture | undefined>;
  sizeBytes: number;
}

const mostLinks = 3_000;
const mostKeptBytes = 48 * 1024 * 1024;
const mostAtOnce = 6;

export class RemoteContent {
  readonly #options: RemoteContentOptions;
  readonly #once = new Set<string>();
  /** Least recently used first. */
  readonly #links = new Map<string, Link>();
  readonly #paths = new Map<string, string>();
  readonly #ending = new AbortController();
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #keptBytes = 0;

  constructor(options: RemoteContentOptions) {
    this.#options = options;
  }

  async resolve(ref: MessageRef, urls: readonly string[]): Promise<RemoteAnswer> {
    const body = await this.#options.open(ref);
    const names = namesReader([
      this.#options.ownAddress(ref.accountId),
      ...[...body.to, ...body.cc, ...body.bcc].map(({ address }) => address),
    ]);
    const personal = urls.filter(names);
    const sender = await this.#rememberable(ref, body);
    const allowed =
      sender !== undefined && this.#options.senders.isAllowed(sender)
        ? 'sender'
        : this.#once.has(keyOf(ref))
          ? 'once'
          : 'no';
    const kept = new Set(personal);
    return {
      allowed,
      canRemember: sender !== undefined,
      personal,
      links:
        allowed === 'no'
          ? []
          : [...new Set(urls)]
              .filter((url) => !kept.has(url))
              .map((url) => ({ url, path: this.#link(keyOf(ref), url) })),
    };
  }

  /** @throws RequestError `remote.not-rememberable` for a sender that must not be remembered */
  async allow(ref: MessageRef, sender: boolean): Promise<void> {
    const body = await this.#options.open(ref);
    if (sender) {
      const address = await this.#rememberable(ref, body);
      if (address === undefined) throw new RequestError('remote.not-rememberable');
      this.#options.senders.allow(address);
    }
    this.#once.add(keyOf(ref));
  }

  senders(): RemoteSender[] {
    return this.#options.senders.list();
  }

  /** Every path given out so far ends, and single messages are asked about again, too. */
  forget(address: string): void {
    this.#options.senders.forget(address);
    this.#once.clear();
    this.#links.clear();
    this.#paths.clear();
    this.#keptBytes = 0;
  }

  /** The picture behind a `/remote/…` path; undefined when there is none. Never throws. */
  async read(path: string): Promise<Picture | undefined> {
    const link = this.#links.get(path);
    if (link === undefined) return undefined;
    this.#links.delete(path);
    this.#links.set(path, link);
    link.picture ??= this.#fetch(link);
    return link.picture;
  }

  dispose(): void {
    this.#ending.abort();
    this.#links.clear();
  }

  /** One address of one person, and nothing that speaks against it. */
  async #rememberable(ref: MessageRef, body: MessageBody): Promise<string | undefined> {
    const [from, ...others] = body.from;
    if (from === undefined || others.length > 0 || !from.address.includes('@')) return undefined;
    return (await this.#options.isDoubtful(ref)) ? undefined : from.address.toLowerCase();
  }

  #link(messageKey: string, url: string): string {
    const key = `${messageKey} ${url}`;
    const known = this.#paths.get(key);
    if (known !== undefined && this.#links.has(known)) return known;
    const path = `/remote/${randomBytes(16).toString('hex')}`;
    this.#links.set(path, { url, messageKey, sizeBytes: 0 });
    this.#paths.set(key, path);
    while (this.#links.size > mostLinks) this.#dropOldest();
    return path;
  }

  #dropOldest(): void {
    const [oldest] = this.#links;
    if (oldest === undefined) return;
    const [path, link] = oldest;
    this.#links.delete(path);
    this.#paths.delete(`${link.messageKey} ${link.url}`);
    this.#keptBytes -= link.sizeBytes;
  }

  async #fetch(link: Link): Promise<Picture | undefined> {
    await this.#turn();
    try {
      const picture = await fetchPicture(link.url, {
        ...this.#options.fetching,
        signal: this.#ending.signal,
      });
      // Its path may have ended meanwhile.
      if (![...this.#links.values()].includes(link)) return undefined;
      link.sizeBytes = picture.bytes.length;
      this.#keptBytes += link.sizeBytes;
      this.#release(link);
      return picture;
    } catch (error) {
      // Nothing of the address: it may name the reader.
      this.#options.logger.log('info', 'remote.failed', { error: describeError(error) });
      return undefined;
    } finally {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
  }

  /** Lets go of pictures, oldest first; they come again when they are asked for again. */
  #release(newest: Link): void {
    for (const link of this.#links.values()) {
      if (this.#keptBytes <= mostKeptBytes) return;
      if (link === newest || link.sizeBytes === 0) continue;
      this.#keptBytes -= link.sizeBytes;
      link.sizeBytes = 0;
      delete link.picture;
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= mostAtOnce) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#running += 1;
  }
}

function keyOf(ref: MessageRef): string {
  return JSON.stringify([ref.accountId, ref.mailboxId, ref.uidValidity, ref.uid]);
}
