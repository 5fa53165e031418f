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

interface QuestionProps {
  readonly yes: string;
  readonly onYes: () => void;
  readonly no: string;
  readonly onNo: () => void;
  readonly children: string;
}

/** Must be answered before it goes on. */
function Question({ yes, onYes, no, onNo, children }: QuestionProps) {
  const actions = (
    <>
      <Button onPress={onYes}>{yes}</Button>
      <Button onPress={onNo}>{no}</Button>
    </>
  );
  return (
    <Note tone="caution" role="alert" actions={actions}>
      {children}
    </Note>
  );
}

export function AttachmentQuestion(props: {
  readonly onAttach: () => void;
  readonly onSend: () => void;
}) {
  const { t } = useWords();
  const answers = { yes: t('composer.hint.attach'), no: t('composer.hint.send') };
  return (
    <Question {...answers} onYes={props.onAttach} onNo={props.onSend}>
      {t('composer.hint.text')}
    </Question>
  );
}

/** Its layout is beyond what can be sent. */
export function TooRichQuestion(props: {
  readonly onSend: () => void;
  readonly onCancel: () => void;
}) {
  const { t } = useWords();
  const answers = { yes: t('composer.tooRich.send'), no: t('action.cancel') };
  return (
    <Question {...answers} onYes={props.onSend} onNo={props.onCancel}>
      {t('composer.tooRich.text')}
    </Question>
  );
}

export function FormatQuestion(props: {
  readonly onPlain: () => void;
  readonly onCancel: () => void;
}) {
  const { t } = useWords();
  const answers = { yes: t('composer.toPlain.do'), no: t('action.cancel') };
  return (
    <Question {...answers} onYes={props.onPlain} onNo={props.onCancel}>
      {t('composer.toPlain.text')}
    </Question>
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
  return (
    <Note tone="caution">
      {t('composer.size.large', { size: size(bytes), limit: size(usualBytes) })}
    </Note>
  );
}
