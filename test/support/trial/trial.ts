/**
 * What a crash run and a fault run have in common: the servers, the profile, the ledger, the world
 * outside, and the check that all has come to rest as promised.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImapFlow } from 'imapflow';
import PostalMime from 'postal-mime';
import { Rng } from '../../fuzz/support/rng.ts';
import { judgeContents } from './contents.ts';
import { EngineProcess } from './engine-process.ts';
import { type Delivered, judgeRest } from './judge.ts';
import { Ledger, label, markerOf } from './ledger.ts';
import {
  compareViews,
  connectBare,
  type LocalView,
  type MailView,
  readLocal,
  readServer,
} from './mail-views.ts';
import { OtherClient } from './other-client.ts';
import { Person } from './person.ts';
import { friend, type Provider, person, startProvider } from './provider.ts';

export interface TrialOptions {
  /** An existing folder of the caller, who removes it. */
  readonly dir: string;
  readonly seed: number;
  readonly badNetwork: boolean;
  readonly withoutMove: boolean;
  /** How long all may take to come to rest (ms). */
  readonly restMs: number;
}

const traceKept = 4_000;
/** Of those that end in a report, beside what names a marker in question. */
const traceShown = 60;
/** Letters that the person's mailboxes may hold before old ones are deleted. */
const mostLetters = 400;
const firstLetters = 40;

export class Trial {
  readonly ledger = new Ledger();
  readonly confirmed = new Map<string, number>();
  readonly provider: Provider;
  readonly other: OtherClient;
  readonly profileDir: string;
  readonly #importsDir: string;
  accountId = '';
  /** How messages that came to an end came to it. */
  readonly ended = { sent: 0, unknownDelivered: 0, unknownNotDelivered: 0, discarded: 0 };
  readonly #options: TrialOptions;
  readonly #trace: string[] = [];
  readonly #startedAt = Date.now();
  readonly #delivered = new Map<number, Delivered>();
  readonly #sampling: Rng;
  #friend: ImapFlow | undefined;
  #watcher: ImapFlow | undefined;

  private constructor(options: TrialOptions, provider: Provider) {
    this.#options = options;
    this.provider = provider;
    this.profileDir = join(options.dir, 'profile');
    this.#importsDir = join(options.dir, 'imports');
    this.#sampling = this.rng('sampling');
    this.other = new OtherClient({
      provider,
      ledger: this.ledger,
      rng: this.rng('other'),
      trace: this.trace,
    });
  }

  /** Servers up, account added, first mail there, nothing running. */
  static async start(options: TrialOptions): Promise<Trial> {
    const { dir, seed, withoutMove } = options;
    const badNetwork = options.badNetwork ? { badNetwork: createRng(seed, 'network') } : {};
    const provider = await startProvider({ dir, withoutMove, ...badNetwork });
    const trial = new Trial(options, provider);
    try {
      for (let count = 0; count < firstLetters; count += 1) await trial.other.deliver();
      const engine = trial.startEngine();
      await trial.#addAccount(engine);
      // Ends as a host ends it: only then is its compiled code kept for the next ones.
      await engine.stop();
      return trial;
    } catch (error) {
      await trial.stop();
      throw error;
    }
  }

  /** Random numbers of their own for each part: what one does must not change another's. */
  rng(part: string): Rng {
    return createRng(this.#options.seed, part);
  }

  readonly trace = (line: string): void => {
    this.#trace.push(`${((Date.now() - this.#startedAt) / 1000).toFixed(3)} ${line}`);
    if (this.#trace.length > traceKept) this.#trace.shift();
  };

  /** What happened to those that the lines name, and what happened last; oldest first. */
  traceOf(lines: readonly string[]): readonly string[] {
    const markers = lines.flatMap((line) => line.match(/\b[mw]\d{6}\b/g) ?? []);
    const from = this.#trace.length - traceShown;
    return this.#trace.filter(
      (line, index) =>
        index >= from || line.includes('---') || markers.some((marker) => line.includes(marker)),
    );
  }

  startEngine(): EngineProcess {
    const { profileDir, provider } = this;
    const importsDir = this.#importsDir;
    const settings = { profileDir, importsDir, trustAnchors: [provider.ca.caPem] };
    return new EngineProcess(settings, join(this.#options.dir, 'compiled'));
  }

  personAt(engine: EngineProcess, rng: Rng): Person {
    const { accountId, ledger, trace, confirmed } = this;
    const importsDir = this.#importsDir;
    return new Person({ engine, accountId, ledger, rng, importsDir, trace, confirmed });
  }

  /**
   * Lets everything come to rest and holds it against the ledger; then old mail is cleared away.
   * The other client must be paused. @returns broken promises
   */
  async rest(engine: EngineProcess): Promise<string[]> {
    const until = Date.now() + this.#options.restMs;
    await engine.call('sync.resume', { accountId: this.accountId });
    for (let round = 0; ; round += 1) {
      const found = await this.#look(engine);
      if (found.lines.length === 0) {
        const lines = await judgeContents(engine, this.ledger, found.local, this.#sampling);
        if (lines.length > 0) return lines;
        await this.#clear(engine, found.local);
        return [];
      }
      if (Date.now() > until || engine.ended) return found.lines;
      await this.#press(engine, round);
      await sleep(Math.min(50 * (round + 1), 500));
    }
  }

  async stop(): Promise<void> {
    await this.other.close().catch(() => undefined);
    this.#friend?.close();
    this.#watcher?.close();
    await this.provider.stop();
  }

  async #addAccount(engine: EngineProcess): Promise<void> {
    await engine.ready();
    const endpoint = { host: 'localhost', transport: 'clear' } as const;
    const { imap, submission } = this.provider.ports;
    const account = await engine.get('account.add', {
      address: person.user,
      displayName: 'Mia',
      userName: person.user,
      password: person.password,
      imap: { ...endpoint, port: imap },
      submission: { ...endpoint, port: submission },
      acceptedIdentities: [],
      allowClear: false,
    });
    this.accountId = account.accountId;
    await engine.get('settings.set', { undoSendSeconds: this.ledger.undoSendSeconds.sure });
  }

  /** What a person does who waits: opens each mailbox, and "Try again" now and then. */
  async #press(engine: EngineProcess, round: number): Promise<void> {
    const { accountId } = this;
    if (round % 8 === 7) await engine.call('account.retry', { accountId });
    const outbox = await engine.call('outbox.list', {});
    const items = outbox.kind === 'done' ? outbox.output : [];
    for (const { outboxId, state } of items) {
      if (state === 'scheduled') await engine.call('outbox.sendNow', { outboxId });
    }
    const mailboxes = await engine.call('mailbox.list', { accountId });
    if (mailboxes.kind !== 'done') return;
    for (const { mailboxId, selectable } of mailboxes.output) {
      if (selectable) await engine.call('mailbox.sync', { mailboxId });
    }
  }

  async #look(engine: EngineProcess): Promise<{ lines: string[]; local: LocalView }> {
    const local = await readLocal(engine, this.accountId);
    const queued = await this.provider.queued();
    const server = await this.#readServer();
    const delivered = await this.#readDelivered();
    const lines = [
      ...judgeRest(this.ledger, { server, local, delivered }),
      ...compareViews(local.mail, server),
      ...(await importsUnderWay(engine)),
      ...(queued > 0 ? [`the server has ${queued} messages still to deliver`] : []),
    ];
    if (lines.length === 0) this.#note(server, local);
    return { lines, local };
  }

  /** All is at rest and as promised: what was uncertain is known now. */
  #note(server: MailView, local: LocalView): void {
    this.ledger.undoSendSeconds.see(local.undoSendSeconds);
    const found = new Map(
      [...server.values()].flatMap(({ path, role, rows }) =>
        role === 'sent'
          ? []
          : [...rows.values()].map((row) => [row.marker ?? '', { ...row, path }] as const),
      ),
    );
    for (const [marker, letter] of this.ledger.letters) {
      const row = found.get(marker);
      if (row === undefined) {
        this.ledger.letters.delete(marker);
        this.ledger.gone.add(marker);
        continue;
      }
      letter.place.see(row.path);
      letter.seen.see(row.seen);
      letter.flagged.see(row.flagged);
      letter.labelled.see(row.keywords.includes(label));
    }
  }

  /** Ends what has come to an end, so that the next look is quick. */
  async #clear(engine: EngineProcess, local: LocalView): Promise<void> {
    const there = await this.#readServer();
    const deliveredTo = (marker: string, toSelf: boolean): number =>
      toSelf
        ? [...there.values()].filter(
            ({ role, rows }) =>
              role !== 'sent' && [...rows.values()].some((row) => row.marker === marker),
          ).length
        : [...this.#delivered.values()].filter((each) => each.marker === marker).length;
    for (const [marker, writing] of this.ledger.writings) {
      const item = local.outbox.find(({ subject }) => markerOf(subject) === marker);
      const isDraft = local.drafts.some(({ subject }) => markerOf(subject) === marker);
      if (isDraft) {
        writing.place.see('draft');
        continue;
      }
      const count = deliveredTo(marker, writing.toSelf);
      if (item === undefined) this.ended.discarded += 1;
      else if (item.state === 'sent') this.ended.sent += 1;
      else if (count > 0) this.ended.unknownDelivered += 1;
      else this.ended.unknownNotDelivered += 1;
      this.ledger.writings.delete(marker);
      this.ledger.finished.set(marker, count);
      if (item !== undefined) await engine.call('outbox.discard', { outboxId: item.outboxId });
    }
    for (const { path, role, rows } of there.values()) {
      const uids = [...rows.keys()].sort((a, b) => a - b);
      const most = role === 'inbox' ? mostLetters : mostLetters / 4;
      if (uids.length <= most) continue;
      const old = uids.slice(0, uids.length - most / 2);
      await this.other.forget(path, old);
      for (const uid of old) {
        const marker = rows.get(uid)?.marker ?? '';
        if (this.ledger.letters.delete(marker)) this.ledger.gone.add(marker);
      }
    }
  }

  async #readServer() {
    if (this.#watcher?.usable !== true) {
      const { imapPort: port } = this.provider.dovecot;
      this.#watcher = await connectBare({ port, ...person });
    }
    return readServer(this.#watcher);
  }

  /** Everything that the friend ever got. */
  async #readDelivered(): Promise<Delivered[]> {
    if (this.#friend?.usable !== true) {
      const { imapPort: port } = this.provider.dovecot;
      this.#friend = await connectBare({ port, ...friend });
    }
    const { exists } = await this.#friend.mailboxOpen('INBOX', { readOnly: true });
    const last = Math.max(0, ...this.#delivered.keys());
    if (exists > this.#delivered.size) {
      const query = { uid: true, source: true };
      for await (const { uid, source } of this.#friend.fetch(`${last + 1}:*`, query, {
        uid: true,
      })) {
        if (source !== undefined && uid > last) this.#delivered.set(uid, await toDelivered(source));
      }
    }
    return [...this.#delivered.values()].filter(({ marker }) => !this.#isOld(marker));
  }

  /** One that came to its end with its delivery counted; a second one would not be in the count. */
  #isOld(marker: string): boolean {
    const known = this.ledger.finished.get(marker) ?? 0;
    if (known === 0) return false;
    return [...this.#delivered.values()].filter((each) => each.marker === marker).length <= known;
  }
}

/** A line for each import that is not over, or did not take everything. */
async function importsUnderWay(engine: EngineProcess): Promise<string[]> {
  const listed = await engine.get('transfer.list', {});
  return listed.flatMap(({ state, failed, error }) =>
    state === 'finished' && failed === 0
      ? []
      : [`an import is ${state} (${error?.code ?? 'no error'}), ${failed} failed`],
  );
}

function createRng(seed: number, part: string): Rng {
  const mixed = createHash('sha256').update(`${seed} ${part}`).digest().readInt32LE(0);
  return new Rng(mixed);
}

async function toDelivered(source: Uint8Array): Promise<Delivered> {
  const message = await PostalMime.parse(source);
  const [attachment] = message.attachments;
  const content = attachment?.content;
  const bytes = content === undefined ? undefined : Buffer.from(content as ArrayBuffer);
  return {
    marker: markerOf(message.subject ?? '') ?? '',
    text: message.text ?? '',
    attachment: bytes === undefined ? 'none' : createHash('sha256').update(bytes).digest('hex'),
  };
}
