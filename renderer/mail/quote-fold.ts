/**
 * Finds what a letter repeats of the ones before it, at its end: as Gmail, Apple Mail, Thunderbird,
 * Outlook, Yahoo and Proton mark it. Works on sanitised nodes; moves and parses nothing.
 */

const quotes =
  'blockquote, .gmail_quote, .gmail_quote_container, .yahoo_quoted, .protonmail_quote, .moz-cite-prefix';
/** From here on everything is repeated. */
const borders = '#divRplyFwdMsg, #appendonsend, [id$="divRplyFwdMsg"], #reply-intro';

/** A letter that passes another one on: what is repeated is what it is about. */
const forwarded =
  /forwarded message|begin forwarded|weitergeleitete nachricht|message transf[ée]r[ée]|mensaje reenviado|転送/i;

/**
 * Everything from the beginning of the quotation to the end of the letter.
 * @returns undefined when nothing is repeated, or nothing but that is written
 */
export function trailingQuote(body: HTMLElement): HTMLElement[] | undefined {
  const start = borderOf(body) ?? quoteOf(body);
  if (start === undefined || !hasContentBefore(body, start)) return undefined;
  if (forwarded.test((start.textContent ?? '').slice(0, 400))) return undefined;
  return [start, ...after(start, body)];
}

function borderOf(body: HTMLElement): HTMLElement | undefined {
  return body.querySelector<HTMLElement>(borders) ?? undefined;
}

function quoteOf(body: HTMLElement): HTMLElement | undefined {
  for (const quote of body.querySelectorAll<HTMLElement>(quotes)) {
    const rest = after(quote, body);
    if (
      rest.every((element) => isQuote(element) || isBlank(element)) &&
      !hasTextAfter(quote, body)
    ) {
      return quote;
    }
  }
  return undefined;
}

function isQuote(element: Element): boolean {
  return element.matches(quotes);
}

function isBlank(element: Element): boolean {
  if (element.tagName === 'STYLE') return true;
  return (element.textContent ?? '').trim() === '' && element.querySelector('img') === null;
}

/** Elements that follow in the document and do not hold `start`. */
function after(start: Element, body: Element): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let at: Element | null = start; at !== null && at !== body; at = at.parentElement) {
    for (let next = at.nextElementSibling; next !== null; next = next.nextElementSibling) {
      if (isStyled(next)) found.push(next);
    }
  }
  return found;
}

/** Elements belong to the frame's realm: `instanceof` of this window would say no. */
function isStyled(element: Element): element is HTMLElement {
  return 'style' in element;
}

/** Words that stand beside the elements after it. */
function hasTextAfter(start: Element, body: Element): boolean {
  for (let at: Element | null = start; at !== null && at !== body; at = at.parentElement) {
    for (let next = at.nextSibling; next !== null; next = next.nextSibling) {
      if (next.nodeType === 3 && (next.nodeValue ?? '').trim() !== '') return true;
    }
  }
  return false;
}

function hasContentBefore(body: HTMLElement, start: Element): boolean {
  const range = body.ownerDocument.createRange();
  range.setStart(body, 0);
  range.setEndBefore(start);
  const copy = range.cloneContents();
  for (const style of copy.querySelectorAll('style')) style.remove();
  return (copy.textContent ?? '').trim() !== '' || copy.querySelector('img') !== null;
}

/** Hides it behind one button. The frame runs no script: the window hears the button's click. */
export function foldQuote(body: HTMLElement, label: string): HTMLButtonElement | undefined {
  const hidden = trailingQuote(body);
  const [start] = hidden ?? [];
  if (hidden === undefined || start === undefined) return undefined;
  const button = body.ownerDocument.createElement('button');
  button.type = 'button';
  button.textContent = '…';
  button.setAttribute('aria-label', label);
  const displays = hidden.map((element) => element.style.getPropertyValue('display'));
  const set = (open: boolean) => {
    button.setAttribute('aria-expanded', String(open));
    for (const [index, element] of hidden.entries()) {
      if (open) element.style.setProperty('display', displays[index] ?? '');
      else element.style.setProperty('display', 'none', 'important');
    }
  };
  button.addEventListener('click', () => set(button.getAttribute('aria-expanded') !== 'true'));
  set(false);
  start.before(button);
  return button;
}
