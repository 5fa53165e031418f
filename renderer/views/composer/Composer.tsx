/** A letter being written. Kept as it is typed; closes only once it is safely queued or kept. */
import { Paperclip, Trash2, X } from 'lucide-react';
import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import type { AccountDto, DraftDto, WireError } from '../../../app/contract/index.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { hasRecipient } from '../../mail/addresses.ts';
import { Failure } from '../Failure.tsx';
import styles from './Composer.module.css';
import { DraftFileList } from './DraftFileList.tsx';
import { FromLine } from './FromLine.tsx';
import { SendLater } from './SendLater.tsx';
import { useAttachments } from './use-attachments.ts';
import { useDraft } from './use-draft.ts';

interface ComposerProps {
  readonly draft: DraftDto;
  readonly accounts: readonly AccountDto[];
  readonly onClose: () => void;
  readonly onSent: () => void;
  readonly onOpenLock: (accountId: string) => void;
}

export function Composer({ draft, accounts, onClose, onSent, onOpenLock }: ComposerProps) {
  const { t } = useWords();
  const { client } = useBackend();
  const editing = useDraft(draft);
  const files = useAttachments(draft.draftId, draft.attachments);
  const { content, change } = editing;
  const [showsCopies, setShowsCopies] = useState(content.cc !== '' || content.bcc !== '');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WireError>();
  const [dropping, setDropping] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const textArea = useRef<HTMLTextAreaElement>(null);
  const toField = useRef<HTMLInputElement>(null);
  const id = useId();
  const account = accounts.find((one) => one.accountId === content.accountId);
  const stopped = account?.lock.state === 'stopped';
  const title = content.subject.trim() === '' ? t('composer.title') : content.subject;

  useEffect(() => {
    // An answer already has its people: the hands go to the text, above the quotation.
    if (draft.to === '') toField.current?.focus();
    else {
      textArea.current?.focus();
      textArea.current?.setSelectionRange(0, 0);
    }
  }, [draft.to]);

  async function run(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (reason) {
      setError(wireErrorOf(reason));
      setBusy(false);
    }
  }
  const ready =
    files.uploads.length === 0 && [content.to, content.cc, content.bcc].some(hasRecipient);
  function send(sendAt?: Date): void {
    if (busy || !ready) return;
    const later = sendAt === undefined ? {} : { sendAt: sendAt.toISOString() };
    void run(async () => {
      await editing.flush();
      await client.call('outbox.submit', { draftId: draft.draftId, ...later });
      onSent();
    });
  }
  function close(): void {
    void run(async () => {
      await editing.flush();
      onClose();
    });
  }
  function discard(): void {
    void run(async () => {
      await client.call('draft.discard', { draftId: draft.draftId });
      onClose();
    });
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && !event.defaultPrevented) {
      event.preventDefault();
      close();
    }
  }
  function onPaste(event: ClipboardEvent): void {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    files.add(event.clipboardData.files);
  }
  function onDrop(event: DragEvent): void {
    event.preventDefault();
    setDropping(false);
    files.add(event.dataTransfer.files);
  }
  function onDragOver(event: DragEvent): void {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setDropping(true);
  }
  const failure = error ?? editing.error ?? files.error;
  return (
    <section
      className={cx(styles.card, dropping && styles.dropping)}
      data-area="composer"
      data-composer
      aria-label={t('composer.label', { subject: title })}
      onKeyDown={onKeyDown}
      onPaste={onPaste}
      onDrop={onDrop}
      onDragOver={onDragOver}
      onDragLeave={() => setDropping(false)}
    >
      <header className={cx(styles.bar)}>
        <h2 className={cx(styles.title)}>{title}</h2>
        <IconButton label={t('composer.close')} onPress={close} isDisabled={busy}>
          <X size={17} aria-hidden />
        </IconButton>
      </header>
      <div className={cx(styles.fields)}>
        <FromLine
          accounts={accounts}
          accountId={content.accountId}
          onChange={(accountId) => change({ accountId })}
          onOpenLock={onOpenLock}
        />
        <div className={cx(styles.line)}>
          <label htmlFor={`${id}to`}>{t('composer.to')}</label>
          <input
            id={`${id}to`}
            ref={toField}
            value={content.to}
            onChange={(event) => change({ to: event.target.value })}
            autoComplete="off"
            spellCheck={false}
          />
          {!showsCopies && (
            <Button kind="plain" className={cx(styles.copies)} onPress={() => setShowsCopies(true)}>
              {t('composer.showCopies')}
            </Button>
          )}
        </div>
        {showsCopies &&
          (['cc', 'bcc'] as const).map((field) => (
            <div key={field} className={cx(styles.line)}>
              <label htmlFor={id + field}>{t(`composer.${field}`)}</label>
              <input
                id={id + field}
                value={content[field]}
                onChange={(event) => change({ [field]: event.target.value })}
                autoComplete="off"
                spellCheck={false}
              />
            </div>
          ))}
        <div className={cx(styles.line)}>
          <label htmlFor={`${id}subject`}>{t('composer.subject')}</label>
          <input
            id={`${id}subject`}
            className={cx(styles.subject)}
            value={content.subject}
            maxLength={2_000}
            onChange={(event) => change({ subject: event.target.value })}
            dir="auto"
          />
        </div>
      </div>
      <textarea
        ref={textArea}
        data-landing
        className={cx(styles.text)}
        aria-label={t('composer.text')}
        value={content.text}
        onChange={(event) => change({ text: event.target.value })}
        dir="auto"
        spellCheck
      />
      <DraftFileList files={files} />
      {failure !== undefined && (
        <div className={cx(styles.failure)}>
          <Failure error={failure} />
        </div>
      )}
      {stopped && (
        <p className={cx(styles.waits)} role="status">
          {t('composer.stoppedWaits', { host: account.lock.host })}
        </p>
      )}
      <footer className={cx(styles.actions)}>
        <Button kind="primary" onPress={() => send()} isDisabled={!ready || busy}>
          {stopped ? t('composer.queue') : t('composer.send')}
        </Button>
        <SendLater isDisabled={!ready || busy} onSend={send} />
        <IconButton label={t('composer.attach')} onPress={() => picker.current?.click()}>
          <Paperclip size={17} aria-hidden />
        </IconButton>
        <span className={cx(styles.saved)} role="status">
          {editing.saveState === 'saved' && t('composer.saved')}
        </span>
        <IconButton label={t('composer.discard')} onPress={discard} isDisabled={busy}>
          <Trash2 size={16} aria-hidden />
        </IconButton>
      </footer>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          files.add([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      {dropping && <div className={cx(styles.dropHint)}>{t('composer.dropHint')}</div>}
    </section>
  );
}
