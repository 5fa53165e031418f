/**
 * Dragging attachments out of the window, where the host can. The engine writes the file when the
 * pointer goes down, so that it is there when the drag begins; the host then takes the drag over.
 */
import { type DragEvent, type PointerEvent, useEffect, useRef } from 'react';
import type { MessageRef, PartDto } from '../../../app/contract/index.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';

interface DragOutOptions {
  /** It can only be saved. */
  readonly onTooLarge: (part: PartDto) => void;
  readonly onFailed: (reason: unknown) => void;
}

export interface DragOut {
  /** For the button by which it is dragged: a drag of its own ends the press of the button. */
  readonly handle: (button: HTMLElement | null) => void;
  /** For what stands around that button. */
  readonly handlers: {
    /** Captured: the button lets no press through. */
    onPointerDownCapture(event: PointerEvent): void;
    onDragStart(event: DragEvent): void;
  };
}

function makeDraggable(button: HTMLElement | null): void {
  if (button !== null) button.draggable = true;
}

/** @returns what makes an attachment draggable, or undefined where the host cannot */
export function useDragOut(
  messageRef: MessageRef,
  options: DragOutOptions,
): (part: PartDto) => DragOut | undefined {
  const { client } = useBackend();
  const info = useQuery('app.info', {}).data;
  const prepared = useRef<{
    readonly partId: string;
    readonly answer: Promise<{ readonly dragId?: string | undefined }>;
  }>(undefined);
  /** The pointer is still down: whoever let go before the file was there drags nothing. */
  const held = useRef(false);
  useEffect(() => {
    const letGo = () => {
      held.current = false;
    };
    window.addEventListener('pointerup', letGo, true);
    window.addEventListener('pointercancel', letGo, true);
    return () => {
      window.removeEventListener('pointerup', letGo, true);
      window.removeEventListener('pointercancel', letGo, true);
    };
  }, []);
  if (info?.capabilities.includes('dragOut') !== true) return () => undefined;

  async function begin(part: PartDto): Promise<void> {
    const ready = prepared.current;
    if (ready?.partId !== part.partId) return;
    const { dragId } = await ready.answer;
    if (dragId === undefined) options.onTooLarge(part);
    else if (held.current) await client.call('part.drag', { dragId });
  }
  return (part) => ({
    handle: makeDraggable,
    handlers: {
      onPointerDownCapture(event) {
        if (event.button !== 0 || event.pointerType === 'touch') return;
        held.current = true;
        const answer = client.call('part.prepareDrag', { ref: messageRef, partId: part.partId });
        // A press that drags nothing has no use for the error.
        answer.catch(() => undefined);
        prepared.current = { partId: part.partId, answer };
      },
      onDragStart(event) {
        // The window's own drag would carry words, or an address that means nothing elsewhere.
        event.preventDefault();
        begin(part).catch(options.onFailed);
      },
    },
  });
}
