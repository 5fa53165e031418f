/** A letter being written. Kept as it is typed; closes only once it is safely queued or kept. */
import { Paperclip, Trash2 } from 'lucide-react';
import {
  type ClipboardEvent,
  type DragEvent,
  type FocusEvent,
  type KeyboardEvent,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
} from 'react';
import type { AccountDto, DraftDto, IdentityDto, Settings } from '../../../app/contract/index.ts';
import { useCommandCenter } from '../../commands/commands.tsx';
import { Button, IconButton } from '../../components/Button.tsx';
import { cx } from '../../components/cx.ts';
import surface from '../../components/Surface.module.css';
import { useWords } from '../../i18n/I18n.tsx';
import { Failure } from '../Failure.tsx';
import { stoppedSubmission } from '../stopped-submission.ts';
import styles from './Composer.module.css';
import { ComposerBar } from './ComposerBar.tsx';
import { ComposerFields } from './ComposerFields.tsx';
import {
  AttachmentQuestion,
  FormatQuestion,
  Note,
  SizeNote,
  StoppedNote,
  TooRichQuestion,
} from './ComposerNotes.tsx';
import { ComposerOptions } from './ComposerOptions.tsx';
import { DraftFileList } from './DraftFileList.tsx';
import type { DockMode } from './dock-state.ts';
import { filesMeant } from './editor/clean-paste.ts';
import { isFresh, isReopened } from './fresh-drafts.ts';
import { LetterText } from './LetterText.tsx';
import { SendLater } from './SendLater.tsx';
import { type Sender, senderOf, sendersOf } from './senders.ts';
import { useAttachments } from './use-attachments.ts';
import { useDraft } from './use-draft.ts';
import { useLetter } from './use-letter.ts';
import { useSending } from './use-sending.ts';

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

export function Composer(props: ComposerProps) {
  const { draft, accounts, identities, mode, onMode, onOpenLock } = props;
  const { t } = useWords();
  const { center } = useCommandCenter();
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
  const sending = useSending({
    draft,
    editing,
    letter,
    files,
    identity,
    onAsk: () => onMode(mode === 'folded' ? 'open' : mode),
    onClose: props.onClose,
  });
  const [asksForPlain, setAsksForPlain] = useState(false);
  const [remoteImages, setRemoteImages] = useState(0);
  const [dropping, setDropping] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const toField = useRef<{ focus(typed: string): void }>(null);
  const account = accounts.find((one) => one.accountId === content.accountId);
  const stopped = stoppedSubmission(account);
  // Those that come back with the window leave the hands where they are.
  const takesFocus = !isReopened(draft);
  const title = content.subject.trim() === '' ? t('composer.title') : content.subject;

  useEffect(() => {
    editing.body.current = () => letter.read(files.keptSource);
  });
  const begin = useEffectEvent(() => {
    // An answer already has its people: there the hands go to the text.
    if (takesFocus && draft.to === '') toField.current?.focus(center.takeTyped());
  });
  useEffect(() => begin(), []);

  function setSender({ accountId, identity: next }: Sender): void {
    change({ accountId, identityId: next?.identityId });
    letter.sign(identity, next);
  }
  function setRich(isRich: boolean): void {
    if (isRich || !letter.losesByPlain()) letter.setRich(isRich);
    else setAsksForPlain(true);
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      sending.send();
    } else if (event.key === 'Escape' && !event.defaultPrevented) {
      event.preventDefault();
      sending.close();
    }
  }
  function onPaste(event: ClipboardEvent): void {
    const pasted = filesMeant(event.clipboardData);
    if (pasted.length === 0) return;
    event.preventDefault();
    files.add(pasted);
  }
  function onDrop(event: DragEvent): void {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    files.add(event.dataTransfer.files);
  }
  function onDragOver(event: DragEvent): void {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setDropping(true);
  }
  function onDragLeave(event: DragEvent): void {
    const { relatedTarget } = event;
    const isWithin = relatedTarget instanceof Node && event.currentTarget.contains(relatedTarget);
    if (!isWithin) setDropping(false);
  }
  function onFocus({ target }: FocusEvent): void {
    // Not the bar: a press on it folds, and must not unfold first.
    if (target.closest('header') === null) props.onUse();
  }
  const attach = () => picker.current?.click();
  const failure = sending.error ?? editing.error ?? files.error;
  const canSend = sending.ready && !sending.busy;
  return (
    <section
      className={cx(surface.raised, styles.card, styles[mode])}
      data-area="composer"
      data-composer
      aria-label={t('composer.label', { subject: title })}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
      onPaste={onPaste}
      onDropCapture={() => setDropping(false)}
      onDrop={onDrop}
      onDragOver={onDragOver}
      onDragLeave={onDragLeave}
    >
      <ComposerBar
        title={title}
        mode={mode}
        onMode={onMode}
        onClose={sending.close}
        isDisabled={sending.busy}
      />
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
        <LetterText
          letter={letter}
          files={files}
          takeTyped={draft.to !== '' && takesFocus ? () => center.takeTyped() : undefined}
          onRemoteImages={setRemoteImages}
        >
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
          {sending.asks === 'plain' && (
            <TooRichQuestion onSend={sending.sendAnyway} onCancel={sending.holdBack} />
          )}
          {sending.asks === 'attachment' && (
            <AttachmentQuestion
              onAttach={() => {
                sending.holdBack();
                attach();
              }}
              onSend={sending.sendAnyway}
            />
          )}
          {asksForPlain && (
            <FormatQuestion
              onPlain={() => {
                setAsksForPlain(false);
                letter.setRich(false);
              }}
              onCancel={() => setAsksForPlain(false)}
            />
          )}
          {content.requireTls === true && <Note>{t('composer.requireTls.on')}</Note>}
          {stopped !== undefined && (
            <StoppedNote host={stopped.host} onWhy={() => onOpenLock(content.accountId)} />
          )}
        </LetterText>
        <footer className={cx(styles.actions)}>
          <Button kind="primary" onPress={() => sending.send()} isDisabled={!canSend}>
            {t(stopped === undefined ? 'composer.send' : 'composer.queue')}
          </Button>
          <SendLater isDisabled={!canSend} onSend={sending.send} />
          <IconButton label={t('composer.attach')} onPress={attach}>
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
            onContacts={props.onContacts}
          />
          <IconButton
            label={t('composer.discard')}
            onPress={sending.discard}
            isDisabled={sending.busy}
          >
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
