/** Rows of a FETCH that is on its way before anyone reads them: the library sends with the first read. */
import type { FetchMessageObject } from 'imapflow';

type Rows = AsyncGenerator<FetchMessageObject, unknown, undefined>;

export class AskedRows implements AsyncIterable<FetchMessageObject> {
  readonly #rows: Rows;
  readonly #first: Promise<IteratorResult<FetchMessageObject, unknown>>;

  constructor(rows: Rows) {
    this.#rows = rows;
    this.#first = rows.next();
    // Read a little later: a failure until then is no unhandled one.
    this.#first.catch(() => undefined);
  }

  /** Nobody will read them: lets the connection go on. */
  close(): void {
    this.#rows.return(undefined).catch(() => undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FetchMessageObject, void, undefined> {
    const first = await this.#first;
    if (first.done === true) return;
    yield first.value;
    yield* this.#rows;
  }
}
