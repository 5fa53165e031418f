/** A letter being written. Kept as it is typed; closes only once it is safely queued or kept. */
import { Maximize2, Minimize2, Minus, Paperclip, Trash2, X } from 'lucide-react';
import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
} from 'react';
import type {
  AccountDto,
  DraftDto,
  IdentityDto,
  Settings,
  WireError,
} from '../../../app/contract/index.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { useWords } from '../../i18n/I18n.tsx';
import { hasRecipient } from '../../mail/addresses.ts';
import { Failure } from '../Failure.tsx';
import { speaksOfAttachment } from './attachment-hint.ts';
import { isBlank } from './blank.ts';
import styles from './Composer.module.css';
import { ComposerFields } from './ComposerFields.tsx';
import {
  AttachmentQuestion,
  FormatQuestion,
  Note,
  SizeNote,
  StoppedNote,
} from './ComposerNotes.tsx';
import { ComposerOptions } from './ComposerOptions.tsx';
import { DraftFileList } from './DraftFileList.tsx';
import type { DockMode } from './dock-state.ts';
import type { Format } from './editor/commands.ts';
import { FormatBar } from './editor/FormatBar.tsx';
import { RichText } from './editor/RichText.tsx';
import { isFresh } from './fresh-drafts.ts';
import { SendLater } from './SendLater.tsx';
import { type Sender, senderOf, sendersOf } from './senders.ts';
import { useAttachments } from './use-attachments.ts';
import { useDraft } from './use-draft.ts';
import { useLetter } from './use-letter.ts';

export interface ComposerProps {
  readonly draft: DraftDto;
  readonly accounts: readonly AccountDto[];
  readonly identities: readonly IdentityDto[];
  readonly format: Settings['composeFormat'];
  readonly mode: DockMode;
  readonly onMode: (mode: DockMode) => void;
  readonly onUse: () => void;
  /** Kept, queued or discarded: the card goes. */
  readonly onClose: () => void;
  readonly onOpenLock: (accountId: string) => void;
  readonly onContacts: () => void;
}

/** What asks before it goes on. */
type Question =
  | { readonly kind: 'attachment'; readonly sendAt: Date | undefined }
  | { readonly kind: 'plain' };

export function Composer(props: ComposerProps) {
  const { draft, accounts, identities, mode, onMode, onUse, onClose, onOpenLock, onContacts } =
    props;
  const { t, locale } = useWords();
  const { client } = useBackend();
  const editing = useDraft(draft);
  const { content, change } = editing;
  const senders = sendersOf(accounts, identities);
  const identity = senderOf(senders, content.accountId, content.identityId)?.identity;
  const letter = useLetter(draft, {
    isFresh: isFresh(draft),
    wantsRich: props.format === 'rich',
    identity,
    onChange: editing.touch,
  });
  const files = useAttachments(draft.draftId, draft.attachments, (src, isKept) => {
    if (isKept) editing.touch();
    else letter.editor.current?.dropImage(src);
  });
  const [format, setFormat] = useState<Format>();
  const [isLinking, setLinking] = useState(false);
  const [question, setQuestion] = useState<Question>();
  const [remoteImages, setRemoteImages] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WireError>();
  const [dropping, setDropping] = useState(false);
  const asked = useRef(false);
  const picker = useRef<HTMLInputElement>(null);
  const textArea = useRef<HTMLTextAreaElement>(null);
  const toField = useRef<{ focus(): void }>(null);
  const account = accounts.find((one) => one.accountId === content.accountId);
  const stopped = account?.lock.state === 'stopped';
  const title = content.subject.trim() === '' ? t('composer.title') : content.subject;

  useEffect(() => {
    editing.body.current = () => letter.read(files.keptSource);
  });
  const begin = useEffectEvent(() => {
    // An answer already has its people: the hands go to the text, above the quotation.
    if (draft.to === '') toField.current?.focus();
    else if (textArea.current !== null) {
      textArea.current.focus();
      textArea.current.setSelectionRange(0, 0);
    }
  });
  useEffect(() => begin(), []);

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
    const { subject, text } = editing.read();
    const isMissing =
      files.kept.length === 0 && speaksOfAttachment(subject, text, identity?.signatureText);
    if (isMissing && !asked.current) {
      asked.current = true;
      onMode(mode === 'folded' ? 'open' : mode);
      setQuestion({ kind: 'attachment', sendAt });
      return;
    }
    setQuestion(undefined);
    const later = sendAt === undefined ? {} : { sendAt: sendAt.toISOString() };
    void run(async () => {
      // Also what nobody typed, such as the signature.
      editing.touch();
      await editing.flush();
      await files.removeUnused(letter.images().flatMap((src) => files.keptSource(src) ?? []));
      await client.call('outbox.submit', { draftId: draft.draftId, ...later });
      onClose();
    });
  }
  function close(): void {
    void run(async () => {
      const hasFiles = files.kept.length + files.uploads.length > 0 || letter.images().length > 0;
      const isUnused = isFresh(draft) && !editing.touched.current;
      if (!hasFiles && (isUnused || isBlank(editing.read(), identity?.signatureText))) {
        await client.call('draft.discard', { draftId: draft.draftId });
      } else await editing.flush();
      onClose();
    });
  }
  function discard(): void {
    void run(async () => {
      await client.call('draft.discard', { draftId: draft.draftId });
      onClose();
    });
  }
  function setSender({ accountId, identity: next }: Sender): void {
    change({ accountId, identityId: next?.identityId });
    letter.sign(identity, next);
  }
  function setRich(isRich: boolean): void {
    if (isRich || !letter.losesByPlain()) letter.setRich(isRich);
    else setQuestion({ kind: 'plain' });
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
    const pasted = [...event.clipboardData.files];
    // Office programs put a picture of the text beside the text: the text is meant.
    if (pasted.length === 0 || event.clipboardData.getData('text/plain').trim() !== '') return;
    event.preventDefault();
    files.add(pasted);
  }
  function onDrop(event: DragEvent): void {
    setDropping(false);
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
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
      className={cx(styles.card, styles[mode])}
      aria-label={t('composer.label', { subject: title })}
      onKeyDown={onKeyDown}
      onFocus={onUse}
      onPaste={onPaste}
      onDropCapture={() => setDropping(false)}
      onDrop={onDrop}
      onDragOver={onDragOver}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false);
      }}
    >
      <header className={cx(styles.bar)}>
        <h2 className={cx(styles.title)}>
          <button
            type="button"
            className={cx(styles.fold)}
            aria-expanded={mode !== 'folded'}
            onClick={() => onMode(mode === 'folded' ? 'open' : 'folded')}
          >
            {title}
          </button>
        </h2>
        <IconButton
          label={mode === 'folded' ? t('composer.unfold') : t('composer.fold')}
          className={cx(styles.small)}
          onPress={() => onMode(mode === 'folded' ? 'open' : 'folded')}
        >
          <Minus size={16} aria-hidden />
        </IconButton>
        <IconButton
          label={mode === 'full' ? t('composer.shrink') : t('composer.enlarge')}
          className={cx(styles.small, styles.enlarge)}
          onPress={() => onMode(mode === 'full' ? 'open' : 'full')}
        >
          {mode === 'full' ? (
            <Minimize2 size={14} aria-hidden />
          ) : (
            <Maximize2 size={14} aria-hidden />
          )}
        </IconButton>
        <IconButton
          label={t('composer.close')}
          className={cx(styles.small)}
          onPress={close}
          isDisabled={busy}
        >
          <X size={17} aria-hidden />
        </IconButton>
      </header>
      <div className={cx(styles.body)} hidden={mode === 'folded'}>
        <ComposerFields
          accounts={accounts}
          identities={identities}
          content={content}
          to={toField}
          onChange={change}
          onSender={setSender}
          onOpenLock={onOpenLock}
        />
        {letter.isRich ? (
          <RichText
            editor={letter.editor}
            focusFirst={draft.to !== ''}
            doc={letter.start}
            label={t('composer.text')}
            lang={locale}
            urlOf={files.urlOf}
            keepImage={files.keepImage}
            onChange={letter.onDoc}
            onFormat={setFormat}
            onRemoteImages={setRemoteImages}
            onLink={() => setLinking(true)}
          />
        ) : (
          <textarea
            ref={textArea}
            className={cx(styles.text)}
            aria-label={t('composer.text')}
            value={letter.plain}
            onChange={(event) => letter.setPlain(event.target.value)}
            dir="auto"
            lang={locale}
            spellCheck
          />
        )}
        <DraftFileList files={files} />
        <SizeNote
          totalBytes={files.totalBytes}
          host={account?.submission.host ?? ''}
          maxMessageBytes={account?.maxMessageBytes}
        />
        {failure !== undefined && (
          <div className={cx(styles.failure)}>
            <Failure error={failure} />
          </div>
        )}
        {remoteImages > 0 && (
          <Note actions={<Button onPress={() => setRemoteImages(0)}>{t('action.close')}</Button>}>
            {t('composer.remoteImages', { count: remoteImages })}
          </Note>
        )}
        {question?.kind === 'attachment' && (
          <AttachmentQuestion
            onAttach={() => {
              setQuestion(undefined);
              picker.current?.click();
            }}
            onSend={() => send(question.sendAt)}
          />
        )}
        {question?.kind === 'plain' && (
          <FormatQuestion
            onPlain={() => {
              setQuestion(undefined);
              letter.setRich(false);
            }}
            onCancel={() => setQuestion(undefined)}
          />
        )}
        {content.requireTls === true && <Note>{t('composer.requireTls.on')}</Note>}
        {stopped && (
          <StoppedNote host={account.lock.host} onWhy={() => onOpenLock(account.accountId)} />
        )}
        {letter.isRich && (
          <FormatBar
            editor={letter.editor}
            format={format}
            isLinking={isLinking}
            onLinking={setLinking}
          />
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
          <ComposerOptions
            account={account}
            isRich={letter.isRich}
            onRich={setRich}
            requireTls={content.requireTls ?? false}
            onRequireTls={(requireTls) => change({ requireTls })}
            onContacts={onContacts}
          />
          <IconButton label={t('composer.discard')} onPress={discard} isDisabled={busy}>
            <Trash2 size={16} aria-hidden />
          </IconButton>
        </footer>
      </div>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        data-attachments
        onChange={(event) => {
          files.add([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      {dropping && <div className={cx(styles.dropHint)}>{t('composer.dropHint')}</div>}
    </section>
  );
}
