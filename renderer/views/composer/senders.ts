/** Everyone a letter can come from: the identities of all accounts, in the order of the accounts. */
import type { AccountDto, IdentityDto } from '../../../app/contract/index.ts';
import { plainName } from '../../mail/addresses.ts';

export interface Sender {
  readonly id: string;
  readonly accountId: string;
  /** Absent while an account's identities are not known. */
  readonly identity: IdentityDto | undefined;
  /** As the picker shows it. */
  readonly name: string;
}

function shown(name: string, address: string): string {
  const plain = plainName(name);
  return plain === '' ? address : `${plain} <${address}>`;
}

export function sendersOf(
  accounts: readonly AccountDto[],
  identities: readonly IdentityDto[],
): Sender[] {
  return accounts.flatMap(({ accountId, displayName, address }): Sender[] => {
    const own = identities.filter((identity) => identity.accountId === accountId);
    if (own.length === 0) {
      return [{ id: accountId, accountId, identity: undefined, name: shown(displayName, address) }];
    }
    return own.map((identity) => ({
      id: identity.identityId,
      accountId,
      identity,
      name: shown(identity.name, identity.address),
    }));
  });
}

/** The one a draft names, else the account's default. */
export function senderOf(
  senders: readonly Sender[],
  accountId: string,
  identityId: string | undefined,
): Sender | undefined {
  const own = senders.filter((sender) => sender.accountId === accountId);
  return (
    own.find(({ identity }) => identity?.identityId === identityId && identityId !== undefined) ??
    own.find(({ identity }) => identity?.isDefault === true) ??
    own[0]
  );
}
