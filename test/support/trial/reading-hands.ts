/** A person reads: marks messages, opens them, looks into mailboxes, and makes some of her own. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MailboxDto, MessageRow } from '../../../app/contract/index.ts';
import type { HandsOptions } from './hands.ts';
import { bodyOf, type Letter, label, markerOf, subjectOf } from './ledger.ts';

/** Rows that a window shows at once. */
const shown = 60;

interface Target {
  readonly row: MessageRow;
  readonly letter: Letter | undefined;
}

export class ReadingHands {
  readonly #options: HandsOptions;
  /** Letters whose last mark may be taken back any moment. */
  readonly #busy = new Set<string>();

  constructor(options: HandsOptions) {
    this.#options = options;
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
  async #rows(): Promise<Target[]> {
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

  async markOne(): Promise<void> {
    const rows = await this.#rows();
    if (rows.length > 0) await this.#mark([this.#options.rng.pick(rows)]);
  }

  async markSeveral(): Promise<void> {
    const { rng } = this.#options;
    const rows = await this.#rows();
    const some = rows.filter(() => rng.oneIn(4));
    if (some.length > 0) await this.#mark(some);
  }

  async #mark(targets: readonly Target[]): Promise<void> {
    const free = targets.filter(({ letter }) => !this.#busy.has(letter?.marker ?? ''));
    if (free.length === 0) return;
    const markers = free.map(({ letter }) => letter?.marker ?? '');
    for (const marker of markers) this.#busy.add(marker);
    await this.#markFree(free);
    for (const marker of markers) this.#busy.delete(marker);
  }

  async #markFree(targets: readonly Target[]): Promise<void> {
    const { engine, rng, trace } = this.#options;
    const name = rng.pick(['seen', 'flagged', 'labelled'] as const);
    const value = rng.oneIn(2);
    const [single] = targets.length === 1 ? targets : [];
    const before = single?.letter?.[name];
    const was = before?.settled === true ? before.sure : undefined;
    trace(`${name}=${value} ${targets.map(({ row }) => markerOf(row.subject)).join(' ')}`);
    const steps = targets.flatMap(({ letter }) =>
      letter === undefined ? [] : [{ letter, step: letter[name].begin(value) }],
    );
    const refs = targets.map(({ row }) => row.ref);
    const answer =
      name === 'labelled'
        ? await engine.call('message.setKeyword', { refs, keyword: label, on: value })
        : await engine.call('message.setFlags', { refs, [name]: value });
    if (answer.kind !== 'done') return;
    const none = answer.output.taskIds.length === 0;
    for (const { letter, step } of steps) {
      if (none) letter[name].drop(step);
      // Of several rows some may have moved on before the click: which, nobody can say.
      else if (targets.length === 1 || !letter.moves) letter[name].keep(step);
    }
    const action = name === 'labelled' ? 'setKeyword' : 'setFlags';
    if (none) this.#options.confirm(`${action} of rows that had moved on`);
    this.#options.confirm(action);
    const { letter } = single ?? {};
    if (none || was === undefined || letter?.owner !== 'person' || !rng.oneIn(3)) return;
    await sleep(rng.below(200));
    trace(`undo ${name} ${letter.marker}: back to ${was}`);
    const back = letter[name].begin(was);
    const undone = await engine.call('task.undo', { taskIds: answer.output.taskIds });
    trace(`undo ${name} ${letter.marker}: ${undone.kind}`);
    if (undone.kind === 'refused') letter[name].drop(back);
    if (undone.kind !== 'done') return;
    letter[name].keep(back);
    this.#options.confirm('undo of a mark');
  }

  /** What is shown of a message must be that message. */
  async open(): Promise<void> {
    const { engine, ledger, rng } = this.#options;
    const rows = await this.#rows();
    if (rows.length === 0) return;
    const { row, letter } = rng.pick(rows);
    const answer = await engine.call('message.open', { ref: row.ref });
    if (answer.kind !== 'done' || letter === undefined) return;
    const { text = '', subject } = answer.output;
    const right = subject === subjectOf(letter.marker) && text.includes(bodyOf(letter.marker));
    if (!right) ledger.broken.push(`CHANGED ${letter.marker}: opened as "${subject}"`);
    this.#options.confirm('message.open');
  }

  async sync(): Promise<void> {
    const { engine } = this.#options;
    const mailbox = await this.#mailbox();
    if (mailbox !== undefined) {
      await engine.call('mailbox.sync', { mailboxId: mailbox.mailboxId });
    }
  }

  /** Makes a mailbox of her own, gives it another name, or deletes it. */
  async keepMailboxes(): Promise<void> {
    const { engine, accountId, rng, trace } = this.#options;
    const answer = await engine.call('mailbox.list', { accountId });
    if (answer.kind !== 'done') return;
    const own = answer.output.filter(({ path }) => path.startsWith('Own-'));
    const name = `Own-${rng.below(6)}`;
    trace(`mailbox of her own: ${name}, has ${own.map(({ path }) => path).join()}`);
    if (own.length < 2) {
      await engine.call('mailbox.create', { accountId, name });
      return;
    }
    const { mailboxId } = rng.pick(own);
    if (rng.oneIn(2)) await engine.call('mailbox.rename', { mailboxId, name });
    else await engine.call('mailbox.delete', { mailboxId });
  }

  async pauseSync(): Promise<void> {
    const { engine, accountId, rng } = this.#options;
    await engine.call(rng.oneIn(3) ? 'sync.pause' : 'sync.resume', { accountId });
  }
}
