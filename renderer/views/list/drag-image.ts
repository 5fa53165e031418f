/** What hangs at the pointer while messages are dragged: their subject, or how many they are. */
import { cx } from '../../components/cx.ts';
import styles from './MessageList.module.css';

/** Drags of other origin have no such type. */
export const dragType = 'application/x-letterlock-messages';

export function drawDragged(transfer: DataTransfer, words: string): void {
  const image = document.createElement('div');
  image.className = cx(styles.dragged);
  image.textContent = words;
  document.body.append(image);
  transfer.setDragImage(image, -12, -8);
  // The browser has taken its picture by the next task.
  window.setTimeout(() => image.remove(), 0);
}
