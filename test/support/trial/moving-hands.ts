/**
 * A person tidies up: moves, archives, deletes, labels, and takes changes back. A call that made no
 * task changed nothing: the row had moved on before the click.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MailboxDto, MessageRow } from '../../../app/contract/index.ts';
import type { Answer } from './engine-process.ts';
import type { HandsOptions } from './hands.ts';
import { type Letter, markerOf } from './ledger.ts';
import type { Promised } from './promised.ts';

interface Target {
  readonly row: MessageRow;
  readonly letter: Letter;
  readonly mailbox: MailboxDto;
}

type TaskAnswer = Answer<{ taskIds: number[] }>;

/** Where her letters are; Sent and Drafts are left alone. */
const tidied: ReadonlySet<string> = new Set(['inbox', 'archive', 'junk', 'trash']);
const shown = 60;

export class MovingHands {
  readonly #options: HandsOptions;
  /** Letters that are on their way, or may be taken back any moment. */
  readonly #busy = new Set<string>();

  constructor(options: HandsOptions) {
    this.#options = options;
  }

  async move(): Promise<void> {
    const { engine, rng } = this.#options;
    const target = await this.#target();
    if (target === undefined) return;
    const { row, letter, mailbox, others } = target;
    const refs = [row.ref];
    const to = rng.pick(others.filter(({ mailboxId }) => mailboxId !== mailbox.mailboxId));
    const { mailboxId } = to;
    await this.#promise('move', letter, to.path, () =>
      engine.call('message.move', { refs, mailboxId }),
    );
  }

  async archive(): Promise<void> {
    const { engine } = this.#options;
    const target = await this.#target((role) => role !== 'archive');
    if (target === undefined) return;
    const refs = [target.row.ref];
    const to = pathOf(target.others, 'archive');
    await this.#promise('archive', target.letter, to, () =>
      engine.call('message.archive', { refs }),
    );
  }

  async delete(): Promise<void> {
    const { engine } = this.#options;
    const target = await this.#target((role) => role !== 'trash');
    if (target === undefined) return;
    const refs = [target.row.ref];
    const to = pathOf(target.others, 'trash');
    await this.#promise('delete', target.letter, to, () => engine.call('message.delete', { refs }));
  }

  async deleteForever(): Promise<void> {
    const { engine } = this.#options;
    const target = await this.#target((role) => role === 'trash');
    if (target === undefined) return;
    const refs = [target.row.ref];
    await this.#promise('deleteForever', target.letter, 'gone', () =>
      engine.call('message.deleteForever', { refs }),
    );
  }

  async junk(): Promise<void> {
    const { engine } = this.#options;
    const target = await this.#target((role) => role !== 'trash');
    if (target === undefined) return;
    const refs = [target.row.ref];
    const junk = target.mailbox.role !== 'junk';
    const to = pathOf(target.others, junk ? 'junk' : 'inbox');
    await this.#promise('junk', target.letter, to, () =>
      engine.call('message.junk', { refs, junk }),
    );
  }

  /** Changes a place, and now and then takes it back at once. */
  async #promise(
    name: string,
    letter: Letter,
    to: string,
    call: () => Promise<TaskAnswer>,
  ): Promise<void> {
    const { marker } = letter;
    // Another lane may have taken it while the list was under way.
    if (this.#busy.has(marker)) return;
    this.#busy.add(marker);
    await this.#promiseOne(name, letter, to, call);
    this.#busy.delete(marker);
  }

  async #promiseOne(
    name: string,
    letter: Letter,
    to: string,
    call: () => Promise<TaskAnswer>,
  ): Promise<void> {
    const { trace, confirm } = this.#options;
    const { marker, place } = letter;
    letter.moves = true;
    const before = place.sure;
    const certain = place.settled;
    const step = place.begin(to);
    trace(`${name} ${marker} ${before} -> ${to}`);
    const answer = await call();
    trace(
      `${name} ${marker}: ${answer.kind === 'done' ? `tasks ${answer.output.taskIds}` : answer.kind}`,
    );
    if (answer.kind === 'refused') place.drop(step);
    if (answer.kind !== 'done') return;
    const { taskIds } = answer.output;
    if (taskIds.length === 0) {
      place.drop(step);
      confirm(`${name} of a row that had moved on`);
      return;
    }
    place.keep(step);
    confirm(name);
    if (certain) await this.#takeBack(name, marker, place, before, taskIds);
  }

  async #takeBack<T>(
    name: string,
    marker: string,
    promised: Promised<T>,
    before: T,
    taskIds: number[],
  ): Promise<void> {
    const { engine, rng, trace, confirm } = this.#options;
    // What is deleted for good can be taken back only before the server was told.
    if (name === 'deleteForever' || !rng.oneIn(3)) return;
    await sleep(rng.below(200));
    trace(`undo ${name} ${marker}: back to ${before}`);
    const step = promised.begin(before);
    const answer = await engine.call('task.undo', { taskIds });
    trace(`undo ${name} ${marker}: ${answer.kind}`);
    if (answer.kind === 'refused') promised.drop(step);
    if (answer.kind !== 'done') return;
    promised.keep(step);
    confirm('task.undo');
  }

  async #target(
    wanted: (role: string) => boolean = () => true,
  ): Promise<(Target & { others: MailboxDto[] }) | undefined> {
    const { engine, accountId, ledger, rng } = this.#options;
    const answer = await engine.call('mailbox.list', { accountId });
    if (answer.kind !== 'done') return undefined;
    const others = answer.output.filter(({ role }) => tidied.has(role));
    const from = others.filter(({ role }) => wanted(role));
    if (from.length === 0 || others.length < tidied.size) return undefined;
    const mailbox = rng.pick(from);
    const { mailboxId } = mailbox;
    const page = await engine.call('message.list', { mailboxId, offset: 0, limit: shown });
    if (page.kind !== 'done') return undefined;
    const found = page.output.rows.flatMap((row) => {
      const letter = ledger.letters.get(markerOf(row.subject) ?? '');
      return letter?.owner === 'person' ? [{ row, letter, mailbox, others }] : [];
    });
    return found.length === 0 ? undefined : rng.pick(found);
  }
}

function pathOf(mailboxes: readonly MailboxDto[], role: string): string {
  const found = mailboxes.find((mailbox) => mailbox.role === role);
  if (found === undefined) throw new Error(`no mailbox for ${role}`);
  return found.path;
}
