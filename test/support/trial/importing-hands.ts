/**
 * A person brings mail in from files; now and then the same file once more, of which nothing may be
 * there twice. An import goes on by itself after a kill.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HandsOptions } from './hands.ts';
import { bodyOf, subjectOf } from './ledger.ts';
import { person } from './provider.ts';

export const importedPath = 'Imported';
const mostMessages = 40;

export class ImportingHands {
  readonly #options: HandsOptions;
  #busy = false;

  constructor(options: HandsOptions) {
    this.#options = options;
  }

  async import(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    await this.#import();
    this.#busy = false;
  }

  /** One file after the other: the last one has to stay until it is read. */
  async #import(): Promise<void> {
    const { engine, ledger, rng } = this.#options;
    const listed = await engine.call('transfer.list', {});
    if (listed.kind !== 'done') return;
    if (listed.output.some(({ state }) => state !== 'finished')) return;
    for (const { transferId } of listed.output)
      await engine.call('transfer.cancel', { transferId });
    const { markers, name } = ledger.imported;
    const isWhole = markers.length > 0 && markers.every((marker) => ledger.letters.has(marker));
    if (isWhole && rng.oneIn(2)) await this.#ask(name);
    else await this.#importNew();
  }

  async #importNew(): Promise<void> {
    const { ledger, rng, trace } = this.#options;
    const letters = Array.from({ length: 1 + rng.below(mostMessages) }, () =>
      ledger.newLetter('person'),
    );
    const markers = letters.map(({ marker }) => marker);
    const name = `${markers[0]}.mbox`;
    this.#write(name, markers);
    ledger.imported = { name, markers };
    const steps = letters.map(({ place }) => ({ place, step: place.begin(importedPath) }));
    for (const marker of markers) trace(`import ${marker} of ${name}`);
    const answer = await this.#ask(name);
    for (const { place, step } of steps) {
      if (answer === 'done') place.keep(step);
      else if (answer === 'refused') place.drop(step);
    }
  }

  async #ask(name: string): Promise<'done' | 'refused' | 'lost'> {
    const { engine, accountId, trace, confirm } = this.#options;
    const chosen = await engine.call('transfer.choose', { what: 'files' });
    if (chosen.kind !== 'done') return chosen.kind;
    const source = chosen.output.sources.find((one) => one.name === name);
    if (source === undefined) throw new Error(`${name} was not offered`);
    const { sourceId } = source;
    const asked = { accountId, sourceId, target: [importedPath] };
    const answer = await engine.call('transfer.import', asked);
    trace(`import of ${name}: ${answer.kind}`);
    if (answer.kind === 'done') confirm('transfer.import');
    return answer.kind;
  }

  #write(name: string, markers: readonly string[]): void {
    const { importsDir } = this.#options;
    mkdirSync(importsDir, { recursive: true });
    for (const old of readdirSync(importsDir)) rmSync(join(importsDir, old));
    writeFileSync(join(importsDir, name), markers.map((marker) => this.#compose(marker)).join(''));
  }

  #compose(marker: string): string {
    const { rng } = this.#options;
    return [
      'From zoe@example.org Thu Nov 26 05:00:00 2026',
      'From: Zoe <zoe@example.org>',
      `To: Mia <${person.user}>`,
      `Subject: ${subjectOf(marker)}`,
      `Message-ID: <${marker}@example.org>`,
      `Date: ${new Date().toUTCString()}`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      '',
      bodyOf(marker),
      ...Array.from({ length: rng.below(rng.oneIn(10) ? 2_000 : 20) }, () => 'Filler, of old.'),
      '',
      '',
    ].join('\n');
  }
}
