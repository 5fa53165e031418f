/**
 * Empty message frames, loaded before a letter needs one. Each is given out once, for one letter,
 * and goes with it: no document ever holds two letters. decisions/003-message-frame.md.
 */

/** So many wait: one for the next letter, one for who is quicker than the host. */
const mostWaiting = 2;

export interface TakenFrame {
  readonly element: HTMLIFrameElement;
  /**
   * Calls back when the frame's document is there to be filled: before this returns when it
   * waited, else once it has come. @returns a function that ends the waiting
   */
  whenReady(ready: (inner: Document) => void): () => void;
}

/** Where frames wait. */
interface Shelf {
  readonly host: HTMLElement;
  readonly root: ShadowRoot;
}

export class MessageFrames {
  readonly #page: Document;
  readonly #url: string;
  #shelf: Shelf | undefined;
  #idle: number | undefined;

  /** @param page the window's own document */
  constructor(page: Document) {
    this.#page = page;
    this.#url = new URL('message-frame.html', page.baseURI).href;
  }

  /** Has frames loaded when the window has nothing else to do. */
  prepare(): void {
    // Only a move that keeps the frame's document makes waiting worth while.
    if (!('moveBefore' in Element.prototype) || this.#idle !== undefined) return;
    this.#idle = window.requestIdleCallback(
      () => {
        this.#idle = undefined;
        this.#shelf ??= this.#newShelf();
        if (this.#shelf.root.childElementCount >= mostWaiting) return;
        this.#putAside(this.#shelf.root);
        this.prepare();
      },
      { timeout: 1_000 },
    );
  }

  /** A frame within `place`, which is part of the window's document. Nobody else ever gets it. */
  take(place: HTMLElement): TakenFrame {
    const element = this.#moved(place) ?? place.appendChild(this.#newFrame());
    this.prepare();
    return {
      element,
      whenReady: (ready) => {
        const inner = this.#emptyDocument(element);
        if (inner !== undefined) {
          ready(inner);
          return () => undefined;
        }
        const onLoad = () => {
          const loaded = this.#emptyDocument(element);
          if (loaded !== undefined) ready(loaded);
        };
        element.addEventListener('load', onLoad, { once: true });
        return () => element.removeEventListener('load', onLoad);
      },
    };
  }

  dispose(): void {
    if (this.#idle !== undefined) window.cancelIdleCallback(this.#idle);
    this.#idle = undefined;
    this.#shelf?.host.remove();
    this.#shelf = undefined;
  }

  #moved(place: HTMLElement): HTMLIFrameElement | undefined {
    const waiting = [...(this.#shelf?.root.querySelectorAll('iframe') ?? [])];
    const frame = waiting.find((one) => this.#emptyDocument(one) !== undefined) ?? waiting[0];
    if (frame === undefined) return undefined;
    place.moveBefore(frame, null);
    return frame;
  }

  #putAside(shelf: ShadowRoot): void {
    const frame = this.#newFrame();
    const onLoad = () => {
      // The host did not give the page: whoever needs a frame asks again.
      if (frame.parentNode === shelf && this.#emptyDocument(frame) === undefined) frame.remove();
    };
    frame.addEventListener('load', onLoad, { once: true });
    shelf.append(frame);
  }

  /** The frame's document, when it is the blank page that the host gave, and still blank. */
  #emptyDocument(frame: HTMLIFrameElement): Document | undefined {
    const inner = frame.contentDocument;
    const isOurs = inner?.URL === this.#url && inner.readyState === 'complete';
    return isOurs && inner.body?.childElementCount === 0 ? inner : undefined;
  }

  #newFrame(): HTMLIFrameElement {
    const frame = this.#page.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-same-origin');
    frame.referrerPolicy = 'no-referrer';
    frame.src = this.#url;
    return frame;
  }

  /** Not drawn, not heard, not reached by keys and not found by whoever looks for a letter's frame. */
  #newShelf(): Shelf {
    const host = this.#page.createElement('div');
    host.hidden = true;
    host.inert = true;
    const root = host.attachShadow({ mode: 'closed' });
    this.#page.body.append(host);
    return { host, root };
  }
}
