/** System notifications in Electron. Types only from Electron, so that tests can stand in for it. */
import type { NotificationConstructorOptions } from 'electron';
import type { HostNotification } from '../../app/contract/index.ts';
import type { EngineLink } from '../engine-link.ts';

/** The parts of Electron's `Notification` that are used. */
export interface SystemNotification {
  on(event: 'click' | 'close', listener: () => void): unknown;
  show(): void;
  close(): void;
}

export interface NoticesOptions {
  create(options: NotificationConstructorOptions): SystemNotification;
  onClick(notificationId: string): void;
}

/** Older ones are let go of: a click on them does nothing any more. */
const mostKept = 50;

export class Notices {
  readonly #options: NoticesOptions;
  /** One that nobody refers to is collected, and then its click is lost. */
  readonly #shown = new Map<string, SystemNotification>();

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** @returns true: this host shows them itself */
  show({ notificationId, title, body, silent }: HostNotification): boolean {
    const notification = this.#options.create({ title, body, silent });
    notification.on('click', () => {
      this.#shown.delete(notificationId);
      this.#options.onClick(notificationId);
    });
    notification.on('close', () => this.#shown.delete(notificationId));
    this.#shown.set(notificationId, notification);
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > mostKept && oldest !== undefined) this.#shown.delete(oldest);
    notification.show();
    return true;
  }
}

/** The window opens what the notification was about. */
export function tellClicked(engine: Pick<EngineLink, 'postFrame'>, notificationId: string): void {
  // The answer meets no call of the window: its ids begin elsewhere.
  const call = { kind: 'call', id: 2, method: 'notification.clicked', input: { notificationId } };
  engine.postFrame(JSON.stringify(call));
}
