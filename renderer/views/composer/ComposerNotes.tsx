/** What a letter has to say for itself, right above its buttons: one calm line each, with what to do. */
import type { ReactNode } from 'react';
import { Button } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { useWords } from '../../i18n/I18n.tsx';
import styles from './ComposerNotes.module.css';

interface NoteProps {
  readonly tone?: 'plain' | 'caution' | 'harm';
  /** `alert` for what must be answered now. */
  readonly role?: 'status' | 'alert';
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

export function Note({ tone = 'plain', role = 'status', children, actions }: NoteProps) {
  return (
    <div className={cx(styles.note, styles[tone])} role={role}>
      <p className={cx(styles.words)}>{children}</p>
      {actions !== undefined && <div className={cx(styles.actions)}>{actions}</div>}
    </div>
  );
}

export function AttachmentQuestion(props: {
  readonly onAttach: () => void;
  readonly onSend: () => void;
}) {
  const { t } = useWords();
  return (
    <Note
      tone="caution"
      role="alert"
      actions={
        <>
          <Button onPress={props.onAttach}>{t('composer.hint.attach')}</Button>
          <Button onPress={props.onSend}>{t('composer.hint.send')}</Button>
        </>
      }
    >
      {t('composer.hint.text')}
    </Note>
  );
}

/** Its layout is beyond what can be sent. */
export function TooRichQuestion(props: {
  readonly onSend: () => void;
  readonly onCancel: () => void;
}) {
  const { t } = useWords();
  return (
    <Note
      tone="caution"
      role="alert"
      actions={
        <>
          <Button onPress={props.onSend}>{t('composer.tooRich.send')}</Button>
          <Button onPress={props.onCancel}>{t('action.cancel')}</Button>
        </>
      }
    >
      {t('composer.tooRich.text')}
    </Note>
  );
}

export function FormatQuestion(props: {
  readonly onPlain: () => void;
  readonly onCancel: () => void;
}) {
  const { t } = useWords();
  return (
    <Note
      tone="caution"
      role="alert"
      actions={
        <>
          <Button onPress={props.onPlain}>{t('composer.toPlain.do')}</Button>
          <Button onPress={props.onCancel}>{t('action.cancel')}</Button>
        </>
      }
    >
      {t('composer.toPlain.text')}
    </Note>
  );
}

/** Why nothing goes out now, and that nothing is lost by it. */
export function StoppedNote(props: { readonly host: string; readonly onWhy: () => void }) {
  const { t } = useWords();
  return (
    <Note tone="harm" actions={<Button onPress={props.onWhy}>{t('outbox.why')}</Button>}>
      {t('composer.stoppedWaits', { host: props.host })}
    </Note>
  );
}

/** What most servers take. */
const usualBytes = 25_000_000;

interface SizeNoteProps {
  readonly totalBytes: number;
  readonly host: string;
  readonly maxMessageBytes: number | undefined;
}

/** Base64 and its line ends make four thirds and a little of a file (RFC 2045 §6.8). */
export function sizeOnTheWay(totalBytes: number): number {
  return Math.ceil((totalBytes * 78) / 57);
}

export function SizeNote({ totalBytes, host, maxMessageBytes }: SizeNoteProps) {
  const { t, size } = useWords();
  const bytes = sizeOnTheWay(totalBytes);
  if (maxMessageBytes !== undefined && bytes > maxMessageBytes) {
    return (
      <Note tone="harm">
        {t('composer.size.tooLarge', { size: size(bytes), host, limit: size(maxMessageBytes) })}
      </Note>
    );
  }
  if (bytes <= usualBytes) return null;
  return <Note tone="caution">{t('composer.size.large', { size: size(bytes) })}</Note>;
}
