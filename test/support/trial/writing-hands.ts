/**
 * A person writes: drafts with attachments, now and then sent at once, later, taken back or thrown
 * away. What the engine confirmed goes into the ledger.
 */
import { createHash } from 'node:crypto';
import type { DraftDto } from '../../../app/contract/index.ts';
import type { HandsOptions } from './hands.ts';
import { markerOf, subjectOf, textOf, versionOf, type Writing } from './ledger.ts';
import { friend, person } from './provider.ts';

const chunkOctets = 96 * 1024;

export class WritingHands {
  readonly #options: HandsOptions;
  /** Writings that an action is on its way for. */
  readonly #busy = new Set<string>();

  constructor(options: HandsOptions) {
    this.#options = options;
  }

  async write(): Promise<void> {
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
      this.#options.confirm('draft.create');
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
    this.#options.confirm('attachment.finish');
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

  goOnWriting(): Promise<void> {
    const { engine, trace } = this.#options;
    return this.#withDraft(async ({ draftId, text }, writing) => {
      const version = (versionOf(writing.marker, text) ?? 0) + 1;
      trace(`save ${writing.marker} version ${version}`);
      const step = writing.version.begin(version);
      const content = this.#content(writing, version);
      const answer = await engine.call('draft.save', { draftId, content });
      if (answer.kind !== 'done') return;
      writing.version.keep(step);
      this.#options.confirm('draft.save');
    });
  }

  submit(): Promise<void> {
    return this.#withDraft(({ draftId }, writing) => this.#submitDraft(writing, draftId));
  }

  async #submitDraft(writing: Writing, draftId: string): Promise<void> {
    const { engine, rng, trace } = this.#options;
    trace(`submit ${writing.marker}`);
    const step = writing.place.begin('queued');
    const sendAt = new Date(Date.now() + 300 + rng.below(2_000)).toISOString();
    const answer = await engine.call('outbox.submit', {
      draftId,
      ...(rng.oneIn(5) ? { sendAt } : {}),
    });
    trace(`submit ${writing.marker}: ${answer.kind}`);
    if (answer.kind === 'refused') writing.place.drop(step);
    if (answer.kind !== 'done') return;
    writing.place.keep(step);
    this.#options.confirm('outbox.submit');
  }

  discard(): Promise<void> {
    const { engine, trace } = this.#options;
    return this.#withDraft(async ({ draftId }, writing) => {
      trace(`discard ${writing.marker}`);
      const step = writing.place.begin('discarded');
      const answer = await engine.call('draft.discard', { draftId });
      if (answer.kind === 'refused') writing.place.drop(step);
      if (answer.kind !== 'done') return;
      writing.place.keep(step);
      this.#options.confirm('draft.discard');
    });
  }

  /** A message that waits becomes a draft again, and may not go out before it is sent anew. */
  async takeBack(): Promise<void> {
    const { engine, ledger, rng, trace } = this.#options;
    const list = await engine.call('outbox.list', {});
    if (list.kind !== 'done') return;
    const waiting = list.output.filter(({ state }) => state === 'waiting' || state === 'scheduled');
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
      this.#options.confirm('outbox.edit');
    }
    this.#busy.delete(writing.marker);
  }

  async sendNow(): Promise<void> {
    const { engine, rng } = this.#options;
    const list = await engine.call('outbox.list', {});
    if (list.kind !== 'done') return;
    const held = list.output.filter(({ state }) => state === 'scheduled');
    if (held.length === 0) return;
    const { outboxId } = rng.pick(held);
    const answer = await engine.call('outbox.sendNow', { outboxId });
    if (answer.kind === 'done') this.#options.confirm('outbox.sendNow');
  }

  /** How long messages are kept back from now on. */
  async chooseUndoTime(): Promise<void> {
    const { engine, ledger, rng } = this.#options;
    const undoSendSeconds = rng.pick([0, 0, 0, 1, 3]);
    const step = ledger.undoSendSeconds.begin(undoSendSeconds);
    const answer = await engine.call('settings.set', { undoSendSeconds });
    if (answer.kind !== 'done') return;
    ledger.undoSendSeconds.keep(step);
    this.#options.confirm('settings.set');
  }

  /** A reply is begun and given up: what matters is that it disturbs nothing. */
  async reply(): Promise<void> {
    const { engine, accountId, rng } = this.#options;
    const mailboxes = await engine.call('mailbox.list', { accountId });
    if (mailboxes.kind !== 'done') return;
    const inbox = mailboxes.output.find(({ role }) => role === 'inbox');
    if (inbox === undefined) return;
    const { mailboxId } = inbox;
    const page = await engine.call('message.list', { mailboxId, offset: 0, limit: 20 });
    if (page.kind !== 'done' || page.output.rows.length === 0) return;
    const { ref } = rng.pick(page.output.rows);
    const draft = await engine.call('draft.reply', { ref, kind: 'reply' });
    if (draft.kind === 'done') {
      await engine.call('draft.discard', { draftId: draft.output.draftId });
    }
  }
}
