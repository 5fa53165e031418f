/**
 * Prints one message: a frame of its own, filled like the reader's by the sanitiser, with the
 * message's head above it and nothing folded. Only this frame may open a dialog, the system's.
 */
import type { MessageBody } from '../../../app/contract/index.ts';
import type { AllowedPictures } from '../../mail/remote-pictures.ts';
import { sanitiseHtml } from '../../mail/sanitise.ts';

export interface PrintOptions {
  /** Subject, sender, recipients, date; one a line. */
  readonly head: readonly string[];
  readonly allowed: AllowedPictures;
}

/** Longer than any picture of the message's own takes to be drawn. */
const picturesMs = 5_000;

export function printMessage(body: MessageBody, options: PrintOptions): void {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-same-origin allow-modals');
  frame.referrerPolicy = 'no-referrer';
  frame.setAttribute('aria-hidden', 'true');
  frame.tabIndex = -1;
  frame.dataset.print = '';
  // Laid out, or nothing would be printed, but never seen.
  Object.assign(frame.style, {
    position: 'fixed',
    insetInlineStart: '-9999px',
    inlineSize: '720px',
  });
  frame.addEventListener('load', () => void fillAndPrint(frame, body, options), { once: true });
  frame.src = new URL('message-frame.html', document.baseURI).href;
  document.body.append(frame);
}

async function fillAndPrint(
  frame: HTMLIFrameElement,
  body: MessageBody,
  options: PrintOptions,
): Promise<void> {
  const inner = frame.contentDocument;
  const view = frame.contentWindow;
  const realm = inner?.defaultView;
  if (inner === null || view === null || !realm) return frame.remove();
  const [subject = '', ...lines] = options.head;
  inner.title = subject;
  const head = inner.createElement('div');
  head.className = 'letterlock-head';
  head.append(withText(inner, 'h1', subject), ...lines.map((line) => withText(inner, 'p', line)));
  const safe =
    body.html === undefined
      ? undefined
      : sanitiseHtml(body.html, body.parts, realm, options.allowed);
  const text = withText(inner, 'div', body.text ?? body.htmlText ?? '');
  text.className = 'letterlock-text';
  inner.body.replaceChildren(head, safe?.fragment ?? text);
  await picturesDrawn(inner);
  view.addEventListener('afterprint', () => frame.remove(), { once: true });
  view.focus();
  view.print();
}

function withText(inner: Document, tag: 'h1' | 'p' | 'div', text: string): HTMLElement {
  const element = inner.createElement(tag);
  element.textContent = text;
  element.dir = 'auto';
  return element;
}

async function picturesDrawn(inner: Document): Promise<void> {
  const late = new Promise<void>((resolve) => window.setTimeout(resolve, picturesMs));
  const drawn = [...inner.images].map((image) => image.decode().catch(() => undefined));
  await Promise.race([Promise.all(drawn), late]);
}
