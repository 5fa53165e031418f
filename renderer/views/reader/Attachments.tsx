/** The files of a message: a look at those that can be shown, and saving one or all of them. */
import { Check, Download, File, FileImage, FileText } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { MessageRef, PartDto, WireError } from '../../../app/contract/index.ts';
import { IconButton, Button as WordsButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import type { Translate } from '../../i18n/translate.ts';
import { plainName } from '../../mail/addresses.ts';
import { Failure } from '../Failure.tsx';
import styles from './Attachments.module.css';
import { previewKind } from './preview-kind.ts';
import { type DragOut, useDragOut } from './use-drag-out.ts';

const PreviewSheet = lazy(() => import('./PreviewSheet.tsx'));

interface AttachmentsProps {
  readonly messageRef: MessageRef;
  readonly parts: readonly PartDto[];
}

function TypeIcon({ mimeType }: { readonly mimeType: string }) {
  const props = { size: 16, strokeWidth: 1.7, 'aria-hidden': true } as const;
  if (mimeType.startsWith('image/')) return <FileImage {...props} />;
  if (mimeType.startsWith('text/') || mimeType === 'application/pdf')
    return <FileText {...props} />;
  return <File {...props} />;
}

export function Attachments({ messageRef, parts }: AttachmentsProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const [saved, setSaved] = useState<ReadonlySet<string>>(new Set());
  const [said, setSaid] = useState('');
  const [error, setError] = useState<WireError>();
  const [open, setOpen] = useState<PartDto>();
  const fail = (reason: unknown) => setError(wireErrorOf(reason));
  const dragOut = useDragOut(messageRef, {
    onTooLarge: (part) => setSaid(t('reader.dragTooLarge', { name: nameOf(part, t) })),
    onFailed: fail,
  });

  function save(part: PartDto): void {
    setError(undefined);
    client.call('part.save', { ref: messageRef, partId: part.partId }).then(({ savedAs }) => {
      // Without a path the person gave up in the host's own dialog.
      if (savedAs === undefined) return;
      setSaved((before) => new Set(before).add(part.partId));
      setSaid(t('reader.savedAs', { path: savedAs }));
    }, fail);
  }
  function saveAll(): void {
    setError(undefined);
    client.call('part.saveAll', { ref: messageRef }).then(({ saved: paths }) => {
      const [first] = paths;
      if (first === undefined) return;
      setSaved(new Set(parts.map(({ partId }) => partId)));
      const folder = first.replace(/[/\\][^/\\]*$/, '');
      setSaid(t('reader.savedAll', { count: paths.length, folder }));
    }, fail);
  }
  return (
    <div className={cx(styles.attachments)}>
      <ul
        className={cx(styles.chips)}
        aria-label={t('reader.attachments', { count: parts.length })}
      >
        {parts.map((part) => (
          <FileChip
            key={part.partId}
            part={part}
            dragOut={dragOut(part)}
            saved={saved.has(part.partId)}
            onOpen={() => setOpen(part)}
            onSave={() => save(part)}
          />
        ))}
        {parts.length > 1 && (
          <li>
            <WordsButton kind="plain" onPress={saveAll}>
              {t('reader.saveAll')}
            </WordsButton>
          </li>
        )}
      </ul>
      <p role="status" className={cx(styles.saved)}>
        {said}
      </p>
      {error !== undefined && <Failure error={error} />}
      {open !== undefined && (
        <Suspense fallback={null}>
          <PreviewSheet
            messageRef={messageRef}
            part={open}
            onSave={() => save(open)}
            onClose={() => setOpen(undefined)}
          />
        </Suspense>
      )}
    </div>
  );
}

interface FileChipProps {
  readonly part: PartDto;
  /** Undefined where the host cannot drag files out. */
  readonly dragOut: DragOut | undefined;
  readonly saved: boolean;
  readonly onOpen: () => void;
  readonly onSave: () => void;
}

function FileChip({ part, dragOut, saved, onOpen, onSave }: FileChipProps) {
  const { t, size } = useWords();
  const name = nameOf(part, t);
  const words = { name, size: size(part.sizeBytes) };
  const canOpen = previewKind(part) !== undefined;
  const face = (
    <>
      {part.url === undefined ? (
        <span className={cx(styles.icon)}>
          <TypeIcon mimeType={part.mimeType} />
        </span>
      ) : (
        // By itself a picture would be dragged as its address, which means nothing elsewhere.
        <img
          className={cx(styles.thumb)}
          src={part.url}
          alt=""
          decoding="async"
          draggable={false}
        />
      )}
      <FileName name={name} />
      <span className={cx(styles.size)}>{size(part.sizeBytes)}</span>
    </>
  );
  const mark = saved ? <Check size={16} aria-hidden /> : <Download size={15} aria-hidden />;
  if (!canOpen) {
    return (
      <li className={cx(styles.chip)} {...dragOut?.handlers}>
        <Button
          ref={dragOut?.handle}
          className={cx(styles.face)}
          onPress={onSave}
          aria-label={t('reader.saveFile', words)}
        >
          {face}
          <span className={cx(styles.action)}>{mark}</span>
        </Button>
      </li>
    );
  }
  return (
    <li className={cx(styles.chip)} {...dragOut?.handlers}>
      <Button
        ref={dragOut?.handle}
        className={cx(styles.face)}
        onPress={onOpen}
        aria-label={t('reader.openFile', words)}
      >
        {face}
      </Button>
      <IconButton className={cx(styles.save)} label={t('reader.saveFile', words)} onPress={onSave}>
        {mark}
      </IconButton>
    </li>
  );
}

function nameOf(part: PartDto, t: Translate): string {
  return plainName(part.fileName) || t('reader.unnamedFile');
}

/** Cut in the middle: the ending says what a file is and is never hidden. */
function FileName({ name }: { readonly name: string }) {
  const dot = name.lastIndexOf('.');
  const cut = dot > 0 && name.length - dot <= 8 ? dot : name.length;
  return (
    <span className={cx(styles.name)} title={name} dir="ltr">
      <span className={cx(styles.stem)}>{name.slice(0, cut)}</span>
      <span>{name.slice(cut)}</span>
    </span>
  );
}
