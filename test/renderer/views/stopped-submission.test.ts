import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LegDetailDto } from '../../../app/contract/index.ts';
import { stoppedSubmission } from '../../../renderer/views/stopped-submission.ts';

type Leg = Pick<LegDetailDto, 'service' | 'state'>;

function accountWith(...legs: readonly Leg[]) {
  const lock = {
    accountId: 'a',
    // The worse of the two, as the engine has it.
    state: legs.some(({ state }) => state === 'stopped') ? 'stopped' : 'encrypted',
    host: 'imap.test',
    waiting: 0,
    legs: legs.map((leg) => ({
      ...leg,
      host: `${leg.service}.test`,
      port: 1,
      floor: 'encrypted' as const,
    })),
  } as const;
  return { lock };
}

test('mail waits for the leg that it leaves by, and for no other', () => {
  const up = { service: 'submission', state: 'up' } as const;
  const stopped = { service: 'submission', state: 'stopped' } as const;
  const imapUp = { service: 'imap', state: 'up' } as const;
  const imapStopped = { service: 'imap', state: 'stopped' } as const;
  assert.equal(stoppedSubmission(undefined), undefined);
  assert.equal(stoppedSubmission(accountWith()), undefined);
  assert.equal(stoppedSubmission(accountWith(imapUp, up)), undefined);
  assert.equal(stoppedSubmission(accountWith(imapStopped, up)), undefined);
  for (const imap of [imapUp, imapStopped]) {
    assert.equal(stoppedSubmission(accountWith(imap, stopped))?.host, 'submission.test');
  }
});
