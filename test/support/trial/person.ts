/**
 * A person at the window: random actions through the engine's contract, several at a time, and what
 * the engine confirmed of them goes into the ledger. Made anew for each process of the engine.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DraftDto, MailboxDto, MessageRow } from '../../../app/contract/index.ts';
import type { Rng } from '../../fuzz/support/rng.ts';
import type { EngineProcess } from './engine-process.ts';
import {
  type Ledger,
  type Letter,
  markerOf,
  subjectOf,
  textOf,
  versionOf,
  type Writing,
} from './ledger.ts';
import { friend, person } from './provider.ts';

export interface PersonOptions {
  readonly engine: EngineProcess;
  readonly accountId: string;
  readonly ledger: Ledger;
  readonly rng: Rng;
  readonly trace: (line: string) => void;
  /** Counts confirmed actions by name, over all processes. */
  readonly confirmed: Map<string, number>;
}

const chunkOctets = 96 * 1024;
const shown = 60;

export class Person {
  readonly #options: PersonOptions;
  /** Writings that an action is on its way for. */
  readonly #busy = new Set<string>();
  readonly #actions: readonly { readonly weight: number; readonly act: () => Promise<void> }[];

  constructor(options: PersonOptions) {
    this.#options = options;
    this.#actions = [
      { weight: 8, act: () => this.#markOne() },
      { weight: 3, act: () => this.#markSeveral() },
      { weight: 4, act: () => this.#write() },
      { weight: 2, act: () => this.#goOnWriting() },
      { weight: 4, act: () => this.#submit() },
      { weight: 1, act: () => this.#discard() },
      { weight: 1, act: () => this.#takeBack() },
      { weight: 1, act: () => this.#reply() },
      { weight: 2, act: () => this.#open() },
      { weight: 2, act: () => this.#sync() },
      { weight: 1, act: () => this.#tryAgain() },
    ];
  }

  /**
   * Acts in `lanes` ways at once until `until` says so or the engine has ended.
   * @param pauseMs the longest pause between two actions
   */
  async work(lanes: number, pauseMs: number, until: () => boolean): Promise<void> {
    const { engine, rng } = this.#options;
    const lane = async (): Promise<void> => {
      while (!engine.ended && !until()) {
        await this.act();
        await sleep(rng.below(pauseMs));
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  async act(): Promise<void> {
    const { rng } = this.#options;
    const total = this.#actions.reduce((sum, { weight }) => sum + weight, 0);
    let left = rng.below(total);
    for (const { weight, act } of this.#actions) {
      if (left < weight) return act();
      left -= weight;
    }
  }

  #confirm(name: string): void {
    const { confirmed } = this.#options;
    confirmed.set(name, (confirmed.get(name) ?? 0) + 1);
  }

  async #mailbox(): Promise<MailboxDto | undefined> {
    const { engine, accountId, rng } = this.#options;
    const answer = await engine.call('mailbox.list', { accountId });
    if (answer.kind !== 'done') return undefined;
    const list = answer.output.filter(({ selectable }) => selectable);
    const inbox = list.find(({ role }) => role === 'inbox');
    if (inbox !== undefined && rng.below(3) > 0) return inbox;
    return list.length === 0 ? undefined : rng.pick(list);
  }

  /** What she sees of a mailbox, without what is another client's alone. */
  async #rows(): Promise<{ row: MessageRow; letter: Letter | undefined }[]> {
    const { engine, ledger } = this.#options;
    const mailbox = await this.#mailbox();
    if (mailbox === undefined) return [];
    const { mailboxId } = mailbox;
    const page = await engine.call('message.list', { mailboxId, offset: 0, limit: shown });
    if (page.kind !== 'done') return [];
    return page.output.rows
      .map((row) => ({ row, letter: ledger.letters.get(markerOf(row.subject) ?? '') }))
      .filter(({ letter }) => letter?.owner !== 'other');
  }

  async #markOne(): Promise<void> {
    const rows = await this.#rows();
    if (rows.length > 0) await this.#mark([this.#options.rng.pick(rows)]);
  }

  async #markSeveral(): Promise<void> {
    const { rng } = this.#options;
    const rows = await this.#rows();
    const some = rows.filter(() => rng.oneIn(4));
    if (some.length > 0) await this.#mark(some);
  }

  async #mark(targets: readonly { row: MessageRow; letter: Letter | undefined }[]): Promise<void> {
    const { engine, rng, trace } = this.#options;
    const name = rng.oneIn(2) ? 'seen' : 'flagged';
    const value = rng.oneIn(2);
    trace(`${name}=${value} ${targets.map(({ row }) => markerOf(row.subject)).join(' ')}`);
    const steps = targets.flatMap(({ letter }) =>
      letter === undefined ? [] : [{ letter, step: letter[name].begin(value) }],
    );
    const refs = targets.map(({ row }) => row.ref);
    const answer = await engine.call('message.setFlags', { refs, [name]: value });
    if (answer.kind !== 'done') return;
    for (const { letter, step } of steps) letter[name].keep(step);
    this.#confirm('setFlags');
  }

  async #write(): Promise<void> {
    const { ledger, rng, engine, trace } = this.#options;
    const writing = ledger.newWriting(rng.oneIn(4));
    const { marker } = writing;
    this.#busy.add(marker);
    trace(`write ${marker}`);
    const version = writing.version.begin(1);
    const place = writing.place.begin('draft');
    const answer = await engine.call('draft.create', this.#content(writing, 1));
    if (answer.kind === 'done') {
      writing.version.keep(version);
      writing.place.keep(place);
      this.#confirm('draft.create');
      const { draftId } = answer.output;
      if (rng.oneIn(5)) await this.#attach(writing, draftId);
      if (rng.oneIn(2)) await this.#submitDraft(writing, draftId);
    }
    this.#busy.delete(marker);
  }

  #content({ marker, toSelf }: Writing, version: number) {
    return {
      accountId: this.#options.accountId,
      to: toSelf ? person.user : `Ben <${friend.user}>`,
      cc: '',
      bcc: '',
      subject: subjectOf(marker),
      text: textOf(marker, version),
    };
  }

  async #attach(writing: Writing, draftId: string): Promise<void> {
    const { engine, rng, trace } = this.#options;
    const bytes = rng.bytes(1 + rng.below(rng.oneIn(4) ? 400_000 : 20_000));
    const hash = createHash('sha256').update(bytes).digest('hex');
    trace(`attach ${bytes.length} to ${writing.marker}`);
    const step = writing.attachment.begin(hash);
    const about = { fileName: 'a.bin', mimeType: 'application/octet-stream' };
    const begun = await engine.call('attachment.begin', {
      draftId,
      ...about,
      sizeBytes: bytes.length,
    });
    if (begun.kind !== 'done') return;
    const { attachmentId } = begun.output;
    for (let at = 0; at < bytes.length; at += chunkOctets) {
      const chunk = bytes.subarray(at, at + chunkOctets).toString('base64');
      const appended = await engine.call('attachment.append', { attachmentId, chunk });
      if (appended.kind !== 'done') return;
    }
    const finished = await engine.call('attachment.finish', { attachmentId });
    if (finished.kind !== 'done') return;
    writing.attachment.keep(step);
    this.#confirm('attachment.finish');
  }

  /** One of the drafts that nothing is being done with. */
  async #draft(): Promise<{ draft: DraftDto; writing: Writing } | undefined> {
    const { engine, ledger, rng } = this.#options;
    const answer = await engine.call('draft.list', {});
    if (answer.kind !== 'done') return undefined;
    const found = answer.output.flatMap((draft) => {
      const writing = ledger.writings.get(markerOf(draft.subject) ?? '');
      return writing === undefined || this.#busy.has(writing.marker) ? [] : [{ draft, writing }];
    });
    return found.length === 0 ? undefined : rng.pick(found);
  }

  async #withDraft(work: (draft: DraftDto, writing: Writing) => Promise<void>): Promise<void> {
    const found = await this.#draft();
    // Another lane may have taken it while the list was under way.
    if (found === undefined || this.#busy.has(found.writing.marker)) return;
    this.#busy.add(found.writing.marker);
    await work(found.draft, found.writing);
    this.#busy.delete(found.writing.marker);
  }

  #goOnWriting(): Promise<void> {
    const { engine, trace } = this.#options;
    return this.#withDraft(async ({ draftId, text }, writing) => {
      const version = (versionOf(writing.marker, text) ?? 0) + 1;
      trace(`save ${writing.marker} version ${version}`);
      const step = writing.version.begin(version);
      const content = this.#content(writing, version);
      const answer = await engine.call('draft.save', { draftId, content });
      if (answer.kind !== 'done') return;
      writing.version.keep(step);
      this.#confirm('draft.save');
    });
  }

  #submit(): Promise<void> {
    return this.#withDraft(({ draftId }, writing) => this.#submitDraft(writing, draftId));
  }

  async #submitDraft(writing: Writing, draftId: string): Promise<void> {
    const { engine, trace } = this.#options;
    trace(`submit ${writing.marker}`);
    const step = writing.place.begin('queued');
    const answer = await engine.call('outbox.submit', { draftId });
    trace(`submit ${writing.marker}: ${answer.kind}`);
    if (answer.kind === 'refused') writing.place.drop(step);
    if (answer.kind !== 'done') return;
    writing.place.keep(step);
    this.#confirm('outbox.submit');
  }

  #discard(): Promise<void> {
    const { engine, trace } = this.#options;
    return this.#withDraft(async ({ draftId }, writing) => {
      trace(`discard ${writing.marker}`);
      const step = writing.place.begin('discarded');
      const answer = await engine.call('draft.discard', { draftId });
      if (answer.kind === 'refused') writing.place.drop(step);
      if (answer.kind !== 'done') return;
      writing.place.keep(step);
      this.#confirm('draft.discard');
    });
  }

  /** A message that waits becomes a draft again, and may not go out before it is sent anew. */
  async #takeBack(): Promise<void> {
    const { engine, ledger, rng, trace } = this.#options;
    const list = await engine.call('outbox.list', {});
    if (list.kind !== 'done') return;
    const waiting = list.output.filter(({ state }) => state === 'waiting');
    if (waiting.length === 0) return;
    const { outboxId, subject } = rng.pick(waiting);
    const writing = ledger.writings.get(markerOf(subject) ?? '');
    if (writing === undefined || this.#busy.has(writing.marker)) return;
    this.#busy.add(writing.marker);
    trace(`take back ${writing.marker}`);
    const step = writing.place.begin('draft');
    const answer = await engine.call('outbox.edit', { outboxId });
    if (answer.kind === 'refused') writing.place.drop(step);
    if (answer.kind === 'done') {
      writing.place.keep(step);
      this.#confirm('outbox.edit');
    }
    this.#busy.delete(writing.marker);
  }

  /** A reply is begun and given up: what matters is that it disturbs nothing. */
  async #reply(): Promise<void> {
    const { engine, rng } = this.#options;
    const rows = await this.#rows();
    if (rows.length === 0) return;
    const { ref } = rng.pick(rows).row;
    const draft = await engine.call('draft.reply', { ref, kind: 'reply' });
    if (draft.kind === 'done') {
      await engine.call('draft.discard', { draftId: draft.output.draftId });
    }
  }

  async #open(): Promise<void> {
    const { engine, rng } = this.#options;
    const rows = await this.#rows();
    if (rows.length > 0) await engine.call('message.open', { ref: rng.pick(rows).row.ref });
  }

  async #sync(): Promise<void> {
    const { engine } = this.#options;
    const mailbox = await this.#mailbox();
    if (mailbox !== undefined) {
      await engine.call('mailbox.sync', { mailboxId: mailbox.mailboxId });
    }
  }

  async #tryAgain(): Promise<void> {
    const { engine, accountId } = this.#options;
    await engine.call('account.retry', { accountId });
  }
}
