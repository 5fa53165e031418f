/** state.db: accounts, sealed passwords, pins, floors and settings. Signatures first; body follows. */
import type { ServerEndpointDto, Settings } from '../contract/index.ts';
import { InternalError } from '../errors.ts';
import type { LegEndpoint, Level, Pin, Service } from '../leg/types.ts';

export interface StoredAccount {
  readonly accountId: string;
  readonly address: string;
  readonly displayName: string;
  readonly userName: string;
  readonly imap: ServerEndpointDto;
  readonly submission: ServerEndpointDto;
}

export interface StoredLeg {
  readonly endpoint: LegEndpoint;
  readonly pin: Pin | undefined;
  readonly floor: Level;
  readonly allowClear: boolean;
}

export class StateStore {
  /** @param path state.db, or `:memory:` */
  constructor(path: string) {
    throw new InternalError(path);
  }
  accounts(): StoredAccount[] {
    throw new InternalError('pending');
  }
  account(_accountId: string): StoredAccount | undefined {
    throw new InternalError('pending');
  }
  leg(_accountId: string, _service: Service): StoredLeg | undefined {
    throw new InternalError('pending');
  }
  settings(): Settings {
    throw new InternalError('pending');
  }
  setSettings(_patch: Partial<Settings>): Settings {
    throw new InternalError('pending');
  }
  close(): void {}
}
