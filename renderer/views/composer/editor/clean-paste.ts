/**
 * Makes what Word, Google Docs and web pages put on the clipboard fit for the letter's schema. Works
 * on a document that no window shows: nothing runs in it and nothing is fetched. The schema then
 * takes only what it knows; here is what it could not know by itself.
 */

import { parseHtml, styleAttribute, styleOf, stylesToMarks } from './parse-html.ts';

export interface CleanPaste {
  readonly html: string;
  /** Pictures that lie elsewhere: left out, since looking them up would tell somebody. */
  readonly remoteImages: number;
}

/**
 * @param keepImage takes a picture that came along (`data:`) and gives the source to stand in its place
 * @param isOwn says whether a source is a picture of this very letter
 */
export function cleanPaste(
  html: string,
  keepImage: (file: File) => string,
  isOwn: (src: string) => boolean,
): CleanPaste {
  const page = parseHtml(html);
  for (const one of page.querySelectorAll(
    'script, style, meta, link, title, xml, template, iframe, object, embed, form input, button, svg, math',
  )) {
    one.remove();
  }
  removeComments(page);
  // What is sent unseen comes from the engine alone, never off the clipboard.
  for (const one of page.querySelectorAll('.letterlock-original')) one.removeAttribute('class');
  wordLists(page.body);
  for (const one of page.querySelectorAll('*')) {
    // Word's own elements, such as <o:p>, hold nothing but blanks.
    if (one.tagName.includes(':') && (one.textContent ?? '').trim() === '') one.remove();
    else if (isHidden(one)) one.remove();
  }
  let remoteImages = 0;
  for (const image of page.querySelectorAll('img')) {
    const source = image.getAttribute('src') ?? '';
    if (isOwn(source)) continue;
    const file = pictureOf(source);
    if (file !== undefined) image.setAttribute('src', keepImage(file));
    else {
      // One pixel wide: a counter, not a picture.
      if (image.getAttribute('width') !== '1') remoteImages += 1;
      image.replaceWith(image.getAttribute('alt') ?? '');
    }
  }
  stylesToMarks(page.body);
  for (const one of page.querySelectorAll('*')) one.removeAttribute(styleAttribute);
  return { html: page.body.innerHTML, remoteImages };
}

function removeComments(page: Document): void {
  const walker = page.createTreeWalker(page.documentElement, NodeFilter.SHOW_COMMENT);
  const comments: Node[] = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  for (const comment of comments) comment.parentNode?.removeChild(comment);
}

function isHidden(element: Element): boolean {
  const style = styleOf(element);
  return /display\s*:\s*none|mso-hide\s*:\s*all/i.test(style);
}

const pictureTypes: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

/** The extension of a picture that can stand in a letter; undefined for all else. */
export function pictureExtension(mimeType: string): string | undefined {
  return Object.hasOwn(pictureTypes, mimeType) ? pictureTypes[mimeType] : undefined;
}

/**
 * The files that a paste is about; none when the text is meant. Office programs put a picture of
 * the text beside the text; a browser puts the picture's own HTML beside the picture.
 */
export function filesMeant(data: DataTransfer | null): File[] {
  const files = [...(data?.files ?? [])];
  const words = (data?.getData('text/html') ?? '')
    .replace(/<style[\s\S]*?<\/style>|<[^>]*>/gi, '')
    .trim();
  const isOnlyPictures = files.every((file) => pictureExtension(file.type) !== undefined);
  return isOnlyPictures && words !== '' ? [] : files;
}

function pictureOf(source: string): File | undefined {
  const parts = /^data:(image\/[a-z]+);base64,([A-Za-z0-9+/=\s]+)$/i.exec(source);
  const type = parts?.[1]?.toLowerCase() ?? '';
  const extension = pictureExtension(type);
  if (parts?.[2] === undefined || extension === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(parts[2]), (char) => char.charCodeAt(0));
    return new File([bytes], `picture.${extension}`, { type });
  } catch {
    return undefined;
  }
}

/** Word writes the items of its lists as paragraphs with a bullet typed in front. */
function wordLists(body: HTMLElement): void {
  const open: { readonly list: HTMLElement; readonly level: number }[] = [];
  let last: Element | undefined;
  for (const paragraph of body.querySelectorAll('p')) {
    const style = styleOf(paragraph);
    const found = /mso-list\s*:\s*\S+\s+level(\d)/i.exec(style);
    if (found === null) continue;
    const level = Number(found[1]);
    const marker = [...paragraph.querySelectorAll('span')].find((span) =>
      /mso-list\s*:\s*ignore/i.test(styleOf(span)),
    );
    const isOrdered = /^\s*(?:\d+|[a-z]|[ivx]+)[.)]/i.test(marker?.textContent ?? '');
    marker?.remove();
    if (last === undefined || previousElement(paragraph) !== last) open.length = 0;
    while (open.length > 0 && (open.at(-1)?.level ?? 0) > level) open.pop();
    let current = open.at(-1);
    if (current === undefined || current.level < level) {
      const list = body.ownerDocument.createElement(isOrdered ? 'ol' : 'ul');
      const parent = current?.list.lastElementChild;
      if (parent === null || parent === undefined) paragraph.before(list);
      else parent.append(list);
      current = { list, level };
      open.push(current);
    }
    const item = body.ownerDocument.createElement('li');
    item.append(...paragraph.childNodes);
    current.list.append(item);
    last = open[0]?.list;
    paragraph.remove();
  }
}

function previousElement(element: Element): Element | null {
  return element.previousElementSibling;
}
