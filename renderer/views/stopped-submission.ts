/** Whether mail of an account can leave. Pure. */
import type { AccountDto, LegDetailDto } from '../../app/contract/index.ts';

/**
 * The leg that mail waits for: stopped below its floor. A stopped leg to the mailboxes holds back
 * nothing that is sent.
 */
export function stoppedSubmission(
  account: Pick<AccountDto, 'lock'> | undefined,
): LegDetailDto | undefined {
  return account?.lock.legs.find(
    ({ service, state }) => service === 'submission' && state === 'stopped',
  );
}
