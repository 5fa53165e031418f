/** The files of a message. A click saves one and says where it went. */
import { Check, Download, File, FileImage, FileText } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { MessageRef, PartDto, WireError } from '../../../app/contract/index.ts';
import { cx } from '../../components/cx.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { plainName } from '../../mail/addresses.ts';
import { Failure } from '../Failure.tsx';
import styles from './Attachments.module.css';

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
  const { t, size } = useWords();
  const { client } = useBackend();
  const [saved, setSaved] = useState<Readonly<Record<string, string>>>({});
  const [error, setError] = useState<WireError>();

  function save(part: PartDto): void {
    setError(undefined);
    client.call('part.save', { ref: messageRef, partId: part.partId }).then(
      ({ savedAs }) => {
        // Without a path the person gave up in the host's own dialog.
        if (savedAs !== undefined) setSaved((before) => ({ ...before, [part.partId]: savedAs }));
      },
      (reason: unknown) => setError(wireErrorOf(reason)),
    );
  }
  const paths = Object.values(saved);
  return (
    <div className={cx(styles.attachments)}>
      <ul
        className={cx(styles.chips)}
        aria-label={t('reader.attachments', { count: parts.length })}
      >
        {parts.map((part) => {
          const name = plainName(part.fileName) || t('reader.unnamedFile');
          return (
            <li key={part.partId}>
              <Button
                className={cx(styles.chip)}
                onPress={() => save(part)}
                aria-label={t('reader.saveFile', { name, size: size(part.sizeBytes) })}
              >
                <span className={cx(styles.icon)}>
                  <TypeIcon mimeType={part.mimeType} />
                </span>
                <FileName name={name} />{' '}
                <span className={cx(styles.size)}>{size(part.sizeBytes)}</span>
                <span className={cx(styles.action)}>
                  {saved[part.partId] === undefined ? (
                    <Download size={14} aria-hidden />
                  ) : (
                    <Check size={14} aria-hidden />
                  )}
                </span>
              </Button>
            </li>
          );
        })}
      </ul>
      <p role="status" className={cx(styles.saved)}>
        {paths.length > 0 && t('reader.savedAs', { path: paths.at(-1) ?? '' })}
      </p>
      {error !== undefined && <Failure error={error} />}
    </div>
  );
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
