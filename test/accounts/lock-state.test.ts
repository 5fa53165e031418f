import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LegView, lockState } from '../../app/accounts/lock-state.ts';
import { levels } from '../../app/leg/types.ts';

const down = ['connecting', 'offline', 'stopped'] as const;
const views = (host: string): LegView[] => [
  ...down.map((state) => ({ host, state })),
  ...levels.map((level) => ({ host, state: 'up' as const, level })),
];
/** Worst first: docs/lock.md, "the worse of the two wins". */
const order = [
  'stopped',
  'offline',
  'connecting',
  'clear',
  'unconfirmed',
  'encrypted',
  'confirmed',
];
const name = (leg: LegView) => (leg.state === 'up' ? (leg.level ?? '') : leg.state);

for (const imap of views('imap.test')) {
  for (const submission of views('smtp.test')) {
    test(`${name(imap)} for reading and ${name(submission)} for sending: the worse one is shown`, () => {
      const worse = order.indexOf(name(submission)) < order.indexOf(name(imap)) ? submission : imap;
      assert.deepEqual(lockState([imap, submission]), { state: name(worse), host: worse.host });
    });
  }
}

test('a leg that is up without a level claims nothing', () => {
  const up: LegView = { host: 'h', state: 'up' };
  const good: LegView = { host: 'g', state: 'up', level: 'confirmed' };
  assert.deepEqual(lockState([good, up]), { state: 'connecting', host: 'h' });
  assert.equal(lockState([]).state, 'connecting');
});
