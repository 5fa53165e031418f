/**
 * HTML mail in a frame without scripts and with its own CSP, filled by the sanitiser's nodes.
 * The parent handles links, height and keys: the frame itself can do nothing.
 */
import { useEffect, useEffectEvent, useRef } from 'react';
import type { PartDto } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { isOpenable } from '../../mail/linkify.ts';
import { sanitiseHtml } from '../../mail/sanitise.ts';
import styles from './HtmlMessage.module.css';

interface HtmlMessageProps {
  readonly html: string;
  readonly parts: readonly PartDto[];
  readonly title: string;
  readonly onRemoteCount: (count: number) => void;
  /** Too large or too deep: show the text instead. */
  readonly onBeyondCaps: () => void;
  readonly onLink: (url: string) => void;
  /** The true target under the pointer or focus; empty when none. */
  readonly onTarget: (url: string) => void;
}

/** CSS pixels; more scrolls inside the frame. */
const maxFrameHeight = 60_000;

export function HtmlMessage(props: HtmlMessageProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const { html, parts } = props;

  const fill = useEffectEvent((element: HTMLIFrameElement): (() => void) => {
    const inner = element.contentDocument;
    const realm = inner?.defaultView;
    if (!inner?.body || !realm) return () => undefined;
    const safe = sanitiseHtml(html, parts, realm);
    if (safe === undefined) {
      props.onBeyondCaps();
      return () => undefined;
    }
    props.onRemoteCount(safe.remoteCount);
    inner.body.replaceChildren(safe.fragment);
    return connect(element, inner);
  });

  const onLink = useEffectEvent((url: string) => props.onLink(url));
  const onTarget = useEffectEvent((url: string) => props.onTarget(url));

  function connect(element: HTMLIFrameElement, inner: Document): () => void {
    const end = new AbortController();
    const listen = { capture: true, signal: end.signal };
    const follow = (event: Event) => {
      // Whatever was clicked, the frame goes nowhere.
      event.preventDefault();
      const url = linkOf(event);
      if (url !== undefined && event.type === 'click') onLink(url);
    };
    inner.addEventListener('click', follow, listen);
    inner.addEventListener('auxclick', follow, listen);
    inner.addEventListener('submit', follow, listen);
    inner.addEventListener('dragstart', follow, listen);
    for (const type of ['mouseover', 'focusin'] as const) {
      inner.addEventListener(type, (event) => onTarget(linkOf(event) ?? ''), listen);
    }
    inner.documentElement.addEventListener('mouseleave', () => onTarget(''), listen);
    inner.addEventListener('keydown', (event) => passKey(event, element), listen);

    const measure = () => {
      fitWidth(inner);
      const height = Math.ceil(inner.body.getBoundingClientRect().height);
      const sideways = inner.documentElement.scrollWidth > inner.documentElement.clientWidth;
      element.style.blockSize = `${Math.min(maxFrameHeight, height + (sideways ? 14 : 0))}px`;
    };
    const observer = new ResizeObserver(measure);
    observer.observe(inner.body);
    inner.addEventListener('load', measure, listen);
    measure();
    return () => {
      end.abort();
      observer.disconnect();
    };
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message fills the frame again
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    let disconnect = (): void => undefined;
    const onLoad = () => {
      disconnect();
      disconnect = fill(element);
    };
    element.addEventListener('load', onLoad);
    // Set here, after the listener, so that no load is missed.
    element.src = new URL('message-frame.html', document.baseURI).href;
    return () => {
      element.removeEventListener('load', onLoad);
      disconnect();
      onTarget('');
    };
  }, [html, parts]);

  return (
    <div className={cx(styles.sheet)}>
      <iframe
        ref={frame}
        className={cx(styles.frame)}
        title={props.title}
        data-message-text
        sandbox="allow-same-origin"
        referrerPolicy="no-referrer"
      />
    </div>
  );
}

/** A letter laid out wider than the pane is shown smaller, as on a phone; below this it scrolls. */
const smallestScale = 0.6;

function fitWidth({ body, documentElement }: Document): void {
  body.style.removeProperty('zoom');
  const { scrollWidth, clientWidth } = documentElement;
  if (scrollWidth <= clientWidth || clientWidth === 0) return;
  body.style.setProperty('zoom', String(Math.max(smallestScale, clientWidth / scrollWidth)));
}

/** The address as the browser resolves it; only what may leave the window. */
function linkOf(event: Event): string | undefined {
  // The node belongs to the frame's realm: `instanceof` of this window would say no.
  const node = event.target as Partial<Element> | null;
  const href = node?.closest?.('a[href]')?.getAttribute('href') ?? undefined;
  return href !== undefined && isOpenable(href) ? new URL(href).href : undefined;
}

/** Keys pressed over a message are the window's: the shortcuts listen there. */
function passKey(event: KeyboardEvent, element: HTMLIFrameElement): void {
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
