/** The files of a draft under its text, with their progress. */
import { File, X } from 'lucide-react';
import { IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './DraftFileList.module.css';
import type { DraftFiles } from './use-attachments.ts';

export function DraftFileList({ files }: { readonly files: DraftFiles }) {
  const { t, size } = useWords();
  if (files.kept.length + files.uploads.length === 0) return null;
  return (
    <ul className={cx(styles.files)} aria-label={t('composer.files')}>
      {files.kept.map((file) => (
        <li key={file.attachmentId} className={cx(styles.file)}>
          <File size={14} aria-hidden />
          <span className={cx(styles.name)} title={file.fileName}>
            {file.fileName}
          </span>
          <span className={cx(styles.size)}>{size(file.sizeBytes)}</span>
          <IconButton
            label={t('composer.removeFile', { name: file.fileName })}
            className={cx(styles.remove)}
            onPress={() => files.remove(file.attachmentId)}
          >
            <X size={13} aria-hidden />
          </IconButton>
        </li>
      ))}
      {files.uploads.map((upload) => (
        <li key={upload.id} className={cx(styles.file)}>
          <File size={14} aria-hidden />
          <span className={cx(styles.name)}>{upload.fileName}</span>
          <progress
            className={cx(styles.progress)}
            value={upload.sentBytes}
            max={Math.max(1, upload.sizeBytes)}
            aria-label={t('composer.uploading', { name: upload.fileName })}
          />
        </li>
      ))}
    </ul>
  );
}
