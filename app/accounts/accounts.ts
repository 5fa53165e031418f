/** Accounts: adding (checked on both legs first), passwords, floors, keys. Signatures first; body follows. */
import type { LevelDto, MethodParsedInput } from '../contract/index.ts';
import type { EngineHost } from '../engine-types.ts';
import { InternalError } from '../errors.ts';
import type { OpenLeg, Service } from '../leg/types.ts';
import type { Legs } from './legs.ts';
import type { StateStore, StoredAccount } from './state-store.ts';

export interface AccountsOptions {
  readonly store: StateStore;
  readonly legs: Legs;
  readonly openLeg: OpenLeg;
  readonly host: Pick<EngineHost, 'sealSecret' | 'openSecret' | 'logger'>;
  readonly trustAnchors?: readonly string[];
  readonly now?: () => Date;
}

export class Accounts {
  constructor(_options: AccountsOptions) {
    throw new InternalError('pending');
  }
  list(): StoredAccount[] {
    throw new InternalError('pending');
  }
  /** @throws RequestError account.not-found */
  get(_accountId: string): StoredAccount {
    throw new InternalError('pending');
  }
  /** @throws RequestError secret.unavailable */
  password(_accountId: string): Promise<string> {
    throw new InternalError('pending');
  }
  /** Resolves once both legs were opened, both sign-ins worked and all is on disk. */
  add(_input: MethodParsedInput<'account.add'>): Promise<StoredAccount> {
    throw new InternalError('pending');
  }
  /** Signs in on both legs with the new password before it replaces the old one. */
  setPassword(_accountId: string, _password: string): Promise<StoredAccount> {
    throw new InternalError('pending');
  }
  setFloor(_accountId: string, _service: Service, _floor: LevelDto): StoredAccount {
    throw new InternalError('pending');
  }
  confirmKey(_accountId: string, _service: Service, _identity: string): void {
    throw new InternalError('pending');
  }
  /** Pins and floors of its servers stay remembered; everything else goes. */
  remove(_accountId: string): void {
    throw new InternalError('pending');
  }
}
