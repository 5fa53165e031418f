/**
 * HTML mail in a frame without scripts and with its own CSP, filled by the sanitiser's nodes.
 * The parent handles links, height and keys: the frame itself can do nothing.
 */
import { useEffectEvent, useLayoutEffect, useRef, useState } from 'react';
import { cx } from '../../components/cx.ts';
import { isOpenable } from '../../mail/linkify.ts';
import type { FoundRemote } from '../../mail/remote-pictures.ts';
import { type FrameContent, fillFrame } from './fill-frame.ts';
import { useFrames } from './frames.tsx';
import styles from './HtmlMessage.module.css';

interface HtmlMessageProps extends FrameContent {
  readonly title: string;
  readonly onRemote: (remote: FoundRemote) => void;
  /** Too large or too deep: show the text instead. */
  readonly onBeyondCaps: () => void;
  /** Whether its colours were made fit for dark paper. */
  readonly onAdapted: (adapted: boolean) => void;
  readonly onLink: (url: string, text: string) => void;
  /** The true target under the pointer or focus; empty when none. */
  readonly onTarget: (url: string, text: string) => void;
}

/** CSS pixels; more scrolls inside the frame. */
const maxFrameHeight = 60_000;

export function HtmlMessage(props: HtmlMessageProps) {
  const place = useRef<HTMLDivElement>(null);
  /** Lets go of the frame that is shown. */
  const disconnect = useRef<() => void>(undefined);
  const frames = useFrames();
  const [adapted, setAdapted] = useState(false);
  const { html, parts, allowed, dark, title } = props;

  const fill = useEffectEvent((element: HTMLIFrameElement, inner: Document): (() => void) => {
    const filled = fillFrame(inner, props);
    if (filled === undefined) {
      props.onBeyondCaps();
      return () => undefined;
    }
    setAdapted(filled.adapted);
    props.onAdapted(filled.adapted);
    props.onRemote(filled.remote);
    return connect(element, inner);
  });

  const onLink = useEffectEvent((url: string, text: string) => props.onLink(url, text));
  const onTarget = useEffectEvent((url: string, text: string) => props.onTarget(url, text));

  function connect(element: HTMLIFrameElement, inner: Document): () => void {
    const end = new AbortController();
    const listen = { capture: true, signal: end.signal };
    const follow = (event: Event) => {
      // Whatever was clicked, the frame goes nowhere.
      event.preventDefault();
      const link = linkOf(event);
      if (link !== undefined && event.type === 'click') onLink(link.url, link.text);
    };
    inner.addEventListener('click', follow, listen);
    inner.addEventListener('auxclick', follow, listen);
    inner.addEventListener('submit', follow, listen);
    inner.addEventListener('dragstart', follow, listen);
    for (const type of ['mouseover', 'focusin'] as const) {
      inner.addEventListener(
        type,
        (event) => {
          const link = linkOf(event);
          onTarget(link?.url ?? '', link?.text ?? '');
        },
        listen,
      );
    }
    inner.documentElement.addEventListener('mouseleave', () => onTarget('', ''), listen);
    inner.addEventListener('keydown', (event) => passKey(event, element), listen);

    const size = () => `${element.clientWidth} ${inner.body.getBoundingClientRect().height}`;
    let measured = '';
    const measure = () => {
      fitWidth(inner);
      const height = Math.ceil(inner.body.getBoundingClientRect().height);
      const sideways = inner.documentElement.scrollWidth > inner.documentElement.clientWidth;
      element.style.blockSize = `${Math.min(maxFrameHeight, height + (sideways ? 14 : 0))}px`;
      measured = size();
    };
    // Its first word is of what was just measured; measuring lays the letter out anew, up to twice.
    const observer = new ResizeObserver(() => {
      if (size() !== measured) measure();
    });
    observer.observe(inner.body);
    inner.addEventListener('load', measure, listen);
    measure();
    return () => {
      end.abort();
      observer.disconnect();
    };
  }

  // Before anything is drawn: with a frame that waited, a letter's head and text come together.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message or look fills a new frame
  useLayoutEffect(() => {
    if (place.current === null) return;
    const shown = [...place.current.children];
    const { element, whenReady } = frames.take(place.current);
    element.className = cx(styles.frame);
    element.title = title;
    element.dataset.messageText = '';
    // What stands there stays until there is something to take its place.
    element.hidden = shown.length > 0;
    const stopWaiting = whenReady((inner) => {
      const [before] = shown;
      if (before instanceof HTMLElement) element.style.blockSize = before.style.blockSize;
      disconnect.current?.();
      for (const one of shown) one.remove();
      element.hidden = false;
      disconnect.current = fill(element, inner);
    });
    return () => {
      stopWaiting();
      onTarget('', '');
    };
  }, [html, parts, allowed, dark, title]);
  useLayoutEffect(() => () => disconnect.current?.(), []);

  return <div ref={place} className={cx(styles.sheet, adapted && styles.adapted)} />;
}

/** A letter laid out wider than the pane is shown smaller, as on a phone; below this it scrolls. */
const smallestScale = 0.6;

function fitWidth({ body, documentElement }: Document): void {
  if (body.style.zoom !== '') body.style.removeProperty('zoom');
  const { scrollWidth, clientWidth } = documentElement;
  if (scrollWidth <= clientWidth || clientWidth === 0) return;
  body.style.setProperty('zoom', String(Math.max(smallestScale, clientWidth / scrollWidth)));
}

/** The address as the browser resolves it; only what may leave the window. */
function linkOf(event: Event): { url: string; text: string } | undefined {
  // The node belongs to the frame's realm: `instanceof` of this window would say no.
  const node = event.target as Partial<Element> | null;
  const link = node?.closest?.('a[href]') ?? undefined;
  const href = link?.getAttribute('href') ?? undefined;
  if (link === undefined || href === undefined || !isOpenable(href)) return undefined;
  return { url: new URL(href).href, text: (link.textContent ?? '').trim().slice(0, 2_000) };
}

/** Keys pressed over a message are the window's: the shortcuts listen there. */
function passKey(event: KeyboardEvent, element: HTMLIFrameElement): void {
  // A key that presses a button or follows a link is theirs.
  const node = event.target as Partial<Element> | null;
  if (/^(?:Enter| |Tab)$/.test(event.key) && node?.closest?.('a[href], button') != null) return;
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  const copy = new KeyboardEvent('keydown', {
    key,
    ctrlKey,
    metaKey,
    altKey,
    shiftKey,
    bubbles: true,
    cancelable: true,
  });
  if (!element.dispatchEvent(copy)) event.preventDefault();
}
