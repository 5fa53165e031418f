import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuery } from '../../../../app/content/query.ts';
import { mailFrom } from '../../../../renderer/views/list/search-text.ts';

test('a search for what somebody wrote looks for senders only, whatever the address is made of', () => {
  for (const address of [
    'anna@elsewhere.test',
    'a OR b@elsewhere.test',
    '"odd one"@elsewhere.test',
  ]) {
    const { all, none, filters, notes } = parseQuery(mailFrom(address), new Date());
    assert.deepEqual(
      all.map((terms) => terms.map(({ column }) => column)),
      [['sender']],
      address,
    );
    assert.deepEqual({ none, filters, notes }, { none: [], filters: [], notes: [] });
  }
});
