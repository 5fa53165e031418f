/** Opens legs for accounts and knows what each one is worth. Signatures first; body follows. */
import type { LockDto } from '../contract/index.ts';
import type { Disposable } from '../disposable.ts';
import { InternalError } from '../errors.ts';
import type { OpenedLeg, OpenLeg, Service } from '../leg/types.ts';
import type { Logger } from '../log.ts';
import type { StateStore } from './state-store.ts';

export interface LegsOptions {
  readonly store: StateStore;
  readonly openLeg: OpenLeg;
  readonly logger: Logger;
  /** For the connection report. */
  readonly version: string;
  readonly trustAnchors?: readonly string[];
  readonly now?: () => Date;
}

export class Legs implements Disposable {
  constructor(_options: LegsOptions) {
    throw new InternalError('pending');
  }
  /** Judged, pinned and counted leg; pin and floor are on disk before it is returned. */
  open(_accountId: string, _service: Service, _signal?: AbortSignal): Promise<OpenedLeg> {
    throw new InternalError('pending');
  }
  /** Opens the submission leg, records what it is worth, says QUIT. Never throws. Call when IMAP comes up. */
  probe(_accountId: string, _signal?: AbortSignal): Promise<void> {
    throw new InternalError('pending');
  }
  lock(_accountId: string, _waiting: number): LockDto {
    throw new InternalError('pending');
  }
  /** Text for a help desk; no secret, no user name. */
  report(_accountId: string): string {
    throw new InternalError('pending');
  }
  onLockChanged(_listener: (accountId: string) => void): Disposable {
    throw new InternalError('pending');
  }
  /** Drops what is known of a removed account. */
  forget(_accountId: string): void {}
  dispose(): void {}
}
