/** A look at one file: a picture, the pages of a PDF, or text. Nothing of it runs or loads anything. */
import { lazy, Suspense, useEffect, useState } from 'react';
import type { MessageRef, PartDto } from '../../../app/contract/index.ts';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { Sheet } from '../../components/Sheet.tsx';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { plainName } from '../../mail/addresses.ts';
import styles from './PreviewSheet.module.css';
import { readPart } from './part-bytes.ts';
import { previewKind } from './preview-kind.ts';

const PdfPages = lazy(() => import('./PdfPages.tsx'));

const mostTextBytes = 1024 * 1024;
const mostPdfBytes = 30 * 1024 * 1024;

interface PreviewSheetProps {
  readonly messageRef: MessageRef;
  readonly part: PartDto;
  readonly onSave: () => void;
  readonly onClose: () => void;
}

export default function PreviewSheet({ messageRef, part, onSave, onClose }: PreviewSheetProps) {
  const { t } = useWords();
  const name = plainName(part.fileName) || t('reader.unnamedFile');
  return (
    <Sheet
      wide
      title={name}
      closeLabel={t('action.close')}
      onClose={onClose}
      footer={<Button onPress={onSave}>{t('preview.save')}</Button>}
    >
      <Content messageRef={messageRef} part={part} name={name} />
    </Sheet>
  );
}

type ContentProps = Pick<PreviewSheetProps, 'messageRef' | 'part'> & { readonly name: string };

function Content(props: ContentProps) {
  const { t } = useWords();
  const [failed, setFailed] = useState(false);
  const { part, name } = props;
  const fail = () => setFailed(true);
  if (failed) return <p className={cx(styles.note)}>{t('preview.failed')}</p>;
  switch (previewKind(part)) {
    case 'image':
      return (
        <img
          className={cx(styles.image)}
          src={part.url}
          alt={name}
          draggable={false}
          onError={fail}
        />
      );
    case 'pdf':
      return part.sizeBytes > mostPdfBytes ? (
        <p className={cx(styles.note)}>{t('preview.tooLarge')}</p>
      ) : (
        <Loaded {...props} most={mostPdfBytes} onFail={fail}>
          {(bytes) => (
            <Suspense fallback={null}>
              <PdfPages bytes={bytes} onFail={fail} />
            </Suspense>
          )}
        </Loaded>
      );
    case 'text':
      return (
        <Loaded {...props} most={mostTextBytes} onFail={fail}>
          {(bytes) => (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
            <pre className={cx(styles.text)} dir="auto" tabIndex={0}>
              {decoded(bytes)}
            </pre>
          )}
        </Loaded>
      );
    case undefined:
      return <p className={cx(styles.note)}>{t('preview.failed')}</p>;
  }
}

interface LoadedProps extends ContentProps {
  readonly most: number;
  readonly onFail: () => void;
  readonly children: (bytes: Uint8Array<ArrayBuffer>) => React.ReactNode;
}

function Loaded({ messageRef, part, name, most, onFail, children }: LoadedProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const [read, setRead] = useState<Awaited<ReturnType<typeof readPart>>>();
  const { partId } = part;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new function fails nothing anew
  useEffect(() => {
    let gone = false;
    readPart(client, messageRef, partId, most).then(
      (result) => {
        if (!gone) setRead(result);
      },
      () => {
        if (!gone) onFail();
      },
    );
    return () => {
      gone = true;
    };
  }, [client, messageRef, partId, most]);
  if (read === undefined) {
    return <p className={cx(styles.note)}>{t('preview.loading', { name })}</p>;
  }
  return (
    <>
      {children(read.bytes)}
      {read.cut && <p className={cx(styles.note)}>{t('preview.cut')}</p>}
    </>
  );
}

/** UTF-8, or what Windows wrote before there was any. */
function decoded(bytes: Uint8Array<ArrayBuffer>): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (isUtf16) return new TextDecoder('utf-16le').decode(bytes);
  try {
    // A file that was cut may end within a character.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
