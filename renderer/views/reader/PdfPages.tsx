/**
 * Pages of a PDF drawn by pdf.js in this thread: our policy allows no worker, no eval and no
 * WebAssembly, and all three are switched off. A page is drawn when it is asked for.
 */
import { getDocument, type PDFDocumentProxy, type PDFPageProxy } from 'pdfjs-dist';
import * as pdfWorker from 'pdfjs-dist/build/pdf.worker.min.mjs';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './PreviewSheet.module.css';

// Found here, the library does not try to start one.
Object.assign(globalThis, { pdfjsWorker: pdfWorker });

interface PdfPagesProps {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly onFail: () => void;
}

const pagesAtOnce = 10;
/** CSS pixels. */
const pageWidth = 700;
/** A page is never drawn larger than this, whatever it says of itself (pixels a side). */
const mostPixels = 3_000;

export default function PdfPages({ bytes, onFail }: PdfPagesProps) {
  const { t } = useWords();
  const [paper, setPaper] = useState<PDFDocumentProxy>();
  const [shown, setShown] = useState(pagesAtOnce);
  const fail = useEffectEvent(onFail);
  useEffect(() => {
    // Given away: the library keeps what it is given.
    const task = getDocument({
      data: bytes.slice(),
      isEvalSupported: false,
      useWasm: false,
      useWorkerFetch: false,
      disableAutoFetch: true,
      useSystemFonts: true,
      enableXfa: false,
      maxImageSize: 24_000_000,
      verbosity: 0,
    });
    let gone = false;
    task.promise.then(
      (opened) => {
        if (!gone) setPaper(opened);
      },
      () => {
        if (!gone) fail();
      },
    );
    return () => {
      gone = true;
      void task.destroy();
    };
  }, [bytes]);
  if (paper === undefined) return null;
  const count = Math.min(paper.numPages, shown);
  const rest = paper.numPages - count;
  return (
    <div className={cx(styles.pages)}>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pages of one file never move
        <PdfPage key={index} paper={paper} page={index + 1} onFail={onFail} />
      ))}
      {rest > 0 && (
        <Button onPress={() => setShown(shown + pagesAtOnce)}>
          {t('preview.morePages', { count: Math.min(rest, pagesAtOnce) })}
        </Button>
      )}
    </div>
  );
}

interface PdfPageProps {
  readonly paper: PDFDocumentProxy;
  /** From 1. */
  readonly page: number;
  readonly onFail: () => void;
}

function PdfPage({ paper, page, onFail }: PdfPageProps) {
  const { t } = useWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [text, setText] = useState('');
  const fail = useEffectEvent(onFail);
  useEffect(() => {
    let gone = false;
    void (async () => {
      try {
        const opened = await paper.getPage(page);
        if (canvas.current === null || gone) return;
        await draw(opened, canvas.current);
        const words = await textOf(opened);
        if (!gone) setText(words);
      } catch {
        // A file may be gone before its first page was drawn.
        if (!gone && page === 1) fail();
      }
    })();
    return () => {
      gone = true;
    };
  }, [paper, page]);
  return (
    <figure className={cx(styles.page)}>
      {/* A page is drawn from left to right; the window's own direction would move its letters. */}
      <canvas
        ref={canvas}
        dir="ltr"
        role="img"
        aria-label={t('preview.page', { page, count: paper.numPages })}
      />
      <figcaption className="visuallyHidden">{text}</figcaption>
    </figure>
  );
}

async function draw(page: PDFPageProxy, canvas: HTMLCanvasElement): Promise<void> {
  const plain = page.getViewport({ scale: 1 });
  const wanted = (pageWidth * Math.min(2, window.devicePixelRatio)) / plain.width;
  const most = mostPixels / Math.max(plain.width, plain.height);
  const viewport = page.getViewport({ scale: Math.min(wanted, most) });
  canvas.width = Math.max(1, Math.floor(viewport.width));
  canvas.height = Math.max(1, Math.floor(viewport.height));
  canvas.style.inlineSize = `${pageWidth}px`;
  await page.render({ canvas, viewport }).promise;
}

/** For who cannot see the page. */
async function textOf(page: PDFPageProxy): Promise<string> {
  const { items } = await page.getTextContent();
  return items
    .map((item) => ('str' in item ? item.str : ''))
    .join(' ')
    .slice(0, 50_000);
}
