/** Inputs that broke a rule once, byte for byte. Each must stay quiet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTarget as gatewaySmtp } from './gateway-smtp.ts';

test('a backend that takes DATA without MAIL breaks no session', async () => {
  // Mode: clear log-in, no AUTH needed. The end of the message looked for a transcript.
  const hex =
    'ff495375626a6563743a20780d0a0d0aff4233353420476f0d0aff49444154410d0aff495375626a6563743a2078' +
    '0d0a0d0a790d0a2e0d0aff43515549540d0aff434244415820350d0a4d41494c0d0aff43585345414c2061206220' +
    '6320640d0a';
  const target = await gatewaySmtp();
  await assert.doesNotReject(async () => target.run(Buffer.from(hex, 'hex')));
});
