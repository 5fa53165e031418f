/**
 * Puts a message into its frame: sanitised nodes, folded quotation, colours for dark paper. The
 * sanitiser comes last of all that parses; after it only styles are set and our own button is added.
 */
import type { PartDto } from '../../../app/contract/index.ts';
import { luminance, parseColour } from '../../mail/colour.ts';
import { adaptToDark } from '../../mail/dark-look.ts';
import { foldQuote } from '../../mail/quote-fold.ts';
import type { AllowedPictures, FoundRemote } from '../../mail/remote-pictures.ts';
import { sanitiseHtml } from '../../mail/sanitise.ts';
import { token } from '../../theme/use-dark.ts';

export interface FrameContent {
  readonly html: string;
  readonly parts: readonly PartDto[];
  readonly allowed: AllowedPictures;
  /** The window is dark and the person did not ask for the message's own colours. */
  readonly dark: boolean;
  /** What the button says that shows what is quoted. */
  readonly quoteLabel: string;
}

type Realm = NonNullable<Document['defaultView']>;

export interface FilledFrame {
  readonly remote: FoundRemote;
  readonly adapted: boolean;
}

/** @returns undefined when the message is beyond the caps and must be shown as text */
export function fillFrame(inner: Document, content: FrameContent): FilledFrame | undefined {
  const realm = inner.defaultView;
  if (realm === null) return undefined;
  const safe = sanitiseHtml(content.html, content.parts, realm, content.allowed);
  if (safe === undefined) return undefined;
  inner.documentElement.removeAttribute('style');
  inner.body.replaceChildren(safe.fragment);
  const adapted = content.dark && adapt(inner);
  if (!adapted) spreadGround(inner, realm);
  foldQuote(inner.body, content.quoteLabel);
  return { remote: safe.remote, adapted };
}

/** The ground of a designed letter reaches to the frame's edges; white paper is the window's own. */
function spreadGround(inner: Document, realm: Realm): void {
  const sheet = inner.body.firstElementChild;
  if (!(sheet instanceof realm.HTMLElement)) return;
  const ground = realm.getComputedStyle(sheet).backgroundColor;
  const colour = parseColour(ground);
  if (colour === undefined || colour.a < 1) return;
  if (luminance(colour) > 0.99) sheet.style.setProperty('background-color', 'transparent');
  if (luminance(colour) > 0.95) return;
  inner.documentElement.style.setProperty('background-color', ground);
}

const frameTokens = {
  '--paper': '--color-paper',
  '--ink': '--color-ink',
  '--link': '--color-link',
  '--quote': '--color-quote',
  '--hairline': '--color-hairline',
  '--focus': '--color-focus',
} as const;

function adapt(inner: Document): boolean {
  const paper = parseColour(token('--color-paper'));
  const ink = parseColour(token('--color-ink'));
  const hairline = parseColour(token('--color-hairline-strong'));
  if (paper === undefined || ink === undefined || hairline === undefined) return false;
  if (!adaptToDark(inner, { paper, ink, hairline })) return false;
  for (const [own, name] of Object.entries(frameTokens)) {
    inner.documentElement.style.setProperty(own, token(name));
  }
  return true;
}
