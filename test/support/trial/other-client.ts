/**
 * The rest of the world, straight at the server while the engine works: new mail arrives, and
 * another client of the same person marks, moves, files and deletes. Notes in the ledger what it did.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImapFlow } from 'imapflow';
import type { Rng } from '../../fuzz/support/rng.ts';
import { bodyOf, type Ledger, type Letter, markerOf, type Owner, subjectOf } from './ledger.ts';
import { connectBare } from './mail-views.ts';
import { type Provider, person } from './provider.ts';

export interface OtherClientOptions {
  readonly provider: Provider;
  readonly ledger: Ledger;
  readonly rng: Rng;
  readonly trace: (line: string) => void;
}

const owners: readonly Owner[] = ['person', 'person', 'person', 'other', 'other', 'both'];
const filing: readonly string[] = ['INBOX', 'Archive', 'Junk'];
/** Mailboxes that come, get other names and go, with what is in them. */
const boxes: readonly string[] = ['Box-1', 'Box-2', 'Box/Inner', 'Box-\u00e9'];
/** How many of the newest it looks at. */
const newest = 40;

export class OtherClient {
  readonly #options: OtherClientOptions;
  #client: ImapFlow | undefined;
  #running: Promise<void> | undefined;
  #stopping = false;
  readonly counts = { delivered: 0, marked: 0, moved: 0, deleted: 0, filed: 0, rearranged: 0 };

  constructor(options: OtherClientOptions) {
    this.#options = options;
  }

  /** Goes on until `pause`. */
  work(): void {
    this.#stopping = false;
    this.#running ??= this.#loop();
  }

  /** Resolves when nothing of its own is on its way. */
  async pause(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    this.#running = undefined;
  }

  async close(): Promise<void> {
    await this.pause();
    this.#client?.close();
  }

  /** One new message, as from outside. */
  async deliver(): Promise<void> {
    const { provider, ledger, rng, trace } = this.#options;
    const letter = ledger.newLetter(rng.pick(owners));
    const step = letter.place.begin('INBOX');
    trace(`deliver ${letter.marker} ${letter.owner}`);
    await provider.dovecot.deliver(person.user, this.#compose(letter));
    letter.place.keep(step);
    this.counts.delivered += 1;
  }

  /** Deletes these for good, while nothing else is going on. */
  async forget(path: string, uids: readonly number[]): Promise<void> {
    const client = await this.#connected();
    await client.mailboxOpen(path);
    if (uids.length > 0) await client.messageDelete(uids.join(','), { uid: true });
  }

  async #loop(): Promise<void> {
    const { rng } = this.#options;
    while (!this.#stopping) {
      await this.#act();
      await sleep(10 + rng.below(150));
    }
  }

  async #act(): Promise<void> {
    const { rng } = this.#options;
    const chance = rng.below(20);
    if (chance < 6) return this.deliver();
    const client = await this.#connected();
    if (chance < 8) return this.#file(client);
    if (rng.oneIn(12)) return this.#rearrange(client);
    const path = rng.pick(filing);
    await client.mailboxOpen(path);
    const target = await this.#target(client);
    if (target === undefined) return;
    if (chance < 15) await this.#mark(client, target);
    else if (target.letter.owner === 'other') {
      if (chance < 18) await this.#move(client, target, path);
      else await this.#delete(client, target);
    }
  }

  async #connected(): Promise<ImapFlow> {
    if (this.#client?.usable !== true) {
      const { imapPort: port } = this.#options.provider.dovecot;
      this.#client = await connectBare({ port, ...person });
    }
    return this.#client;
  }

  /** One of the newest that is not the person's alone. */
  async #target(client: ImapFlow): Promise<{ uid: number; letter: Letter } | undefined> {
    const { ledger, rng } = this.#options;
    const exists = client.mailbox === false ? 0 : client.mailbox.exists;
    if (exists === 0) return undefined;
    const range = `${Math.max(1, exists - newest)}:*`;
    const found: { uid: number; letter: Letter }[] = [];
    for await (const { uid, envelope } of client.fetch(range, { uid: true, envelope: true })) {
      const letter = ledger.letters.get(markerOf(envelope?.subject ?? '') ?? '');
      if (letter !== undefined && letter.owner !== 'person') found.push({ uid, letter });
    }
    return found.length === 0 ? undefined : rng.pick(found);
  }

  async #mark(client: ImapFlow, { uid, letter }: { uid: number; letter: Letter }): Promise<void> {
    const { rng, trace } = this.#options;
    const [name, flag] = rng.oneIn(2)
      ? (['seen', '\\Seen'] as const)
      : (['flagged', '\\Flagged'] as const);
    const value = rng.oneIn(2);
    trace(`other ${name}=${value} ${letter.marker}`);
    const step = letter[name].begin(value);
    const done = value
      ? await client.messageFlagsAdd(String(uid), [flag], { uid: true })
      : await client.messageFlagsRemove(String(uid), [flag], { uid: true });
    if (done) letter[name].keep(step);
    this.counts.marked += 1;
  }

  async #move(
    client: ImapFlow,
    { uid, letter }: { uid: number; letter: Letter },
    from: string,
  ): Promise<void> {
    const { rng, trace } = this.#options;
    const to = rng.pick(filing.filter((path) => path !== from));
    trace(`other moves ${letter.marker} ${from} -> ${to}`);
    const step = letter.place.begin(to);
    if (await client.messageMove(String(uid), to, { uid: true })) letter.place.keep(step);
    this.counts.moved += 1;
  }

  async #delete(client: ImapFlow, target: { uid: number; letter: Letter }): Promise<void> {
    const { uid, letter } = target;
    this.#options.trace(`other deletes ${letter.marker}`);
    const step = letter.place.begin('gone');
    if (await client.messageDelete(String(uid), { uid: true })) letter.place.keep(step);
    this.counts.deleted += 1;
  }

  async #file(client: ImapFlow): Promise<void> {
    const { ledger, rng, trace } = this.#options;
    const letter = ledger.newLetter(rng.oneIn(2) ? 'other' : 'person');
    const path = rng.pick(filing);
    trace(`other files ${letter.marker} in ${path}`);
    const step = letter.place.begin(path);
    if (await client.append(path, this.#compose(letter), [])) letter.place.keep(step);
    this.counts.filed += 1;
  }

  /** Makes one of the boxes and files in it, gives it another name, or deletes it with its mail. */
  async #rearrange(client: ImapFlow): Promise<void> {
    const { ledger, rng, trace } = this.#options;
    const there = (await client.list()).map(({ path }) => path);
    const box = rng.pick(boxes);
    const inside = [...ledger.letters.values()].filter(({ place }) => place.sure === box);
    if (!there.includes(box)) {
      trace(`other makes ${box}`);
      await client.mailboxCreate(box);
      for (let count = rng.below(4); count > 0; count -= 1) {
        const letter = ledger.newLetter('other');
        const step = letter.place.begin(box);
        if (await client.append(box, this.#compose(letter), [])) letter.place.keep(step);
      }
      return;
    }
    await client.mailboxOpen('INBOX');
    const to = rng.pick(boxes);
    const rename = !there.includes(to) && rng.oneIn(2);
    trace(rename ? `other renames ${box} to ${to}` : `other deletes ${box}`);
    const steps = inside.map(({ place }) => ({ place, step: place.begin(rename ? to : 'gone') }));
    if (rename) await client.mailboxRename(box, to);
    else await client.mailboxDelete(box);
    for (const { place, step } of steps) place.keep(step);
    this.counts.rearranged += 1;
  }

  #compose({ marker }: Letter): string {
    const { rng } = this.#options;
    return [
      'From: Zoe <zoe@example.org>',
      `To: Mia <${person.user}>`,
      `Subject: ${subjectOf(marker)}`,
      `Message-ID: <${marker}@example.org>`,
      `Date: ${new Date().toUTCString()}`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      '',
      bodyOf(marker),
      `${'Filler. '.repeat(8)}\r\n`.repeat(rng.below(rng.oneIn(10) ? 2_000 : 20)),
      '',
    ].join('\r\n');
  }
}
