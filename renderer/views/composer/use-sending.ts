/** How a letter leaves the window: sent, kept or discarded; asked about once when a file seems forgotten. */
import { useRef, useState } from 'react';
import type { DraftDto, IdentityDto, WireError } from '../../../app/contract/index.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';
import { hasRecipient } from '../../mail/addresses.ts';
import { speaksOfAttachment } from './attachment-hint.ts';
import { isBlank } from './blank.ts';
import { isFresh } from './fresh-drafts.ts';
import type { DraftFiles } from './use-attachments.ts';
import type { DraftEditing } from './use-draft.ts';
import type { Letter } from './use-letter.ts';

/**
 * `attachment`: it speaks of one and has none. `plain`: its layout is more than can be sent, it
 * would go as text alone.
 */
export type Question = 'attachment' | 'plain';

export interface Sending {
  /** Somebody to send it to, and nothing on its way into it. */
  readonly ready: boolean;
  readonly busy: boolean;
  readonly error: WireError | undefined;
  /** What is to be answered first: `send` was held back. */
  readonly asks: Question | undefined;
  send(sendAt?: Date): void;
  /** The answer to the question: go, with the time that was chosen. */
  sendAnyway(): void;
  /** The answer to the question: not yet. */
  holdBack(): void;
  close(): void;
  discard(): void;
}

interface Held {
  readonly question: Question;
  readonly sendAt: Date | undefined;
}

interface SendingOptions {
  readonly draft: DraftDto;
  readonly editing: DraftEditing;
  readonly letter: Letter;
  readonly files: DraftFiles;
  readonly identity: IdentityDto | undefined;
  /** The question must be seen. */
  readonly onAsk: () => void;
  readonly onClose: () => void;
}

export function useSending(options: SendingOptions): Sending {
  const { draft, editing, letter, files, identity, onAsk, onClose } = options;
  const { draftId } = draft;
  const { client } = useBackend();
  const reminds = useQuery('settings.get', {}).data?.attachmentReminder ?? true;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WireError>();
  const [held, setHeld] = useState<Held>();
  const answered = useRef(new Set<Question>());
  const { to, cc, bcc } = editing.content;
  const ready = files.uploads.length === 0 && [to, cc, bcc].some(hasRecipient);

  function ask(question: Question, sendAt: Date | undefined): void {
    onAsk();
    setHeld({ question, sendAt });
  }
  /** @param work false when the letter stays */
  async function run(work: () => Promise<boolean>): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      if (await work()) onClose();
      else setBusy(false);
    } catch (reason) {
      setError(wireErrorOf(reason));
      setBusy(false);
    }
  }
  function submit(sendAt: Date | undefined): void {
    setHeld(undefined);
    void run(async () => {
      // Also what nobody typed, such as the signature.
      editing.touch();
      await editing.flush();
      await files.removeUnused(letter.images().flatMap((src) => files.keptSource(src) ?? []));
      if (letter.isRich && !answered.current.has('plain')) {
        const { plainOnly } = await client.call('draft.check', { draftId });
        if (plainOnly) {
          ask('plain', sendAt);
          return false;
        }
      }
      const later = sendAt === undefined ? {} : { sendAt: sendAt.toISOString() };
      await client.call('outbox.submit', { draftId, ...later });
      return true;
    });
  }
  return {
    ready,
    busy,
    error,
    asks: held?.question,
    send(sendAt) {
      if (busy || !ready) return;
      const { subject, text } = editing.read();
      const isMissing =
        reminds &&
        files.kept.length === 0 &&
        speaksOfAttachment(subject, text, identity?.signatureText);
      if (isMissing && !answered.current.has('attachment')) {
        answered.current.add('attachment');
        ask('attachment', sendAt);
      } else submit(sendAt);
    },
    sendAnyway() {
      if (busy || !ready || held === undefined) return;
      answered.current.add(held.question);
      submit(held.sendAt);
    },
    holdBack: () => setHeld(undefined),
    close() {
      void run(async () => {
        const hasFiles = files.kept.length + files.uploads.length > 0 || letter.images().length > 0;
        const isUnused = isFresh(draft) && !editing.touched.current;
        if (!hasFiles && (isUnused || isBlank(editing.read(), identity?.signatureText))) {
          await client.call('draft.discard', { draftId });
        } else await editing.flush();
        return true;
      });
    },
    discard() {
      void run(async () => {
        await client.call('draft.discard', { draftId });
        return true;
      });
    },
  };
}
