/**
 * A value that a program was told to keep, with what it did not confirm before it was killed: such a
 * change may have been kept or not, a confirmed one must have been.
 */
export interface Step<T> {
  readonly value: T;
}

export class Promised<T> {
  #sure: T;
  #open: Step<T>[] = [];

  constructor(sure: T) {
    this.#sure = sure;
  }

  get sure(): T {
    return this.#sure;
  }

  /** Nothing is on its way. */
  get settled(): boolean {
    return this.#open.length === 0;
  }

  /** A change is on its way. Changes are carried out in the order of these calls. */
  begin(value: T): Step<T> {
    const step = { value };
    this.#open.push(step);
    return step;
  }

  /** The change was confirmed, and with it those before it were superseded. */
  keep(step: Step<T>): void {
    const at = this.#open.indexOf(step);
    if (at < 0) return;
    this.#open.splice(0, at + 1);
    this.#sure = step.value;
  }

  /** The change was refused: it did not happen. */
  drop(step: Step<T>): void {
    this.#open = this.#open.filter((each) => each !== step);
  }

  allows(value: T): boolean {
    return value === this.#sure || this.#open.some((step) => step.value === value);
  }

  /** What was found once all had come to rest; the uncertainty ends. */
  see(value: T): void {
    this.#sure = value;
    this.#open = [];
  }

  toString(): string {
    const open = this.#open.map(({ value }) => ` or ${String(value)}`);
    return `${String(this.#sure)}${open.join('')}`;
  }
}
