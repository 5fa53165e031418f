/**
 * The gateway serves a client that was made from the specification alone: live_client.py, in Python,
 * with none of our code. Loopback only.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { suites } from '../../app/leg/suites.ts';
import { imapScript, smtpScript } from '../gateway/support/backend.ts';
import { type Rig, startRig } from '../gateway/support/rig.ts';
import { runPython } from './files.ts';

const services = [
  { word: 'smtp', service: 'submission', script: smtpScript(), bye: /^221 / },
  { word: 'imap', service: 'imap', script: imapScript(), bye: /^t\d+ OK out$/ },
] as const;

for (const { word, service, script, bye } of services) {
  describe(`a client from the text alone, ${word}`, () => {
    let rig: Rig;
    before(async () => {
      rig = await startRig({ service, script });
    });
    after(() => rig.stop());

    for (const [index, suite] of suites.entries()) {
      test(`seals with ${suite} and ends in good order`, async () => {
        const port = `${rig.port}`;
        const { code, lines, errors } = await runPython('live_client.py', [
          word,
          port,
          suite,
          'mail.example.org',
        ]);
        assert.equal(errors, '');
        assert.equal(code, 0);
        assert.match(lines[0] ?? '', /^(220|\* OK) /);
        assert.match(lines.at(-1) ?? '', bye);
        const [session] = (await rig.ended(index + 1)).slice(-1);
        assert.equal(session?.fields.protection, 'sealed');
        assert.equal(session?.fields.end, 'quit');
      });
    }

    test('is refused when the greeting was changed on the way', async () => {
      const args = [word, `${rig.port}`, suites[0], 'mail.example.org', 'lie'];
      const { code, lines, errors } = await runPython('live_client.py', args);
      assert.equal(code, 1);
      assert.deepEqual(lines, []);
      assert.match(errors, word === 'smtp' ? /refused: 554 / : /refused: |line without CRLF/);
    });
  });
}
