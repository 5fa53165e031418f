/**
 * One attack on one connection: the real leg with the real mail library on top tries to sign in with
 * a password, and every octet that left is searched for it. Imported by test/hostile only.
 */
import assert from 'node:assert/strict';
import { MailError } from '../../../app/errors.ts';
import { checkImapSignIn } from '../../../app/imap/connect.ts';
import { createOpenLeg } from '../../../app/leg/open-leg.ts';
import type { LegEndpoint, Level, Pin, Service } from '../../../app/leg/types.ts';
import { createLegPolicy } from '../../../app/policy/leg-policy.ts';
import { checkSubmissionSignIn } from '../../../app/submission/check-sign-in.ts';
import { type Script, startBackend } from '../../gateway/support/backend.ts';
import { search } from '../../support/capture/search.ts';
import { ca } from '../../support/leg-trial.ts';
import { createScriptedPeer, type PeerOptions } from '../../support/scripted-peer.ts';

export const userName = 'mia@example.test';
export const password = 'do not tell Mallory 4711';

const timeouts = { openMs: 10_000, connectMs: 5_000, tlsMs: 5_000, replyMs: 5_000 };
const openLeg = createOpenLeg(timeouts);
/** For peers that never answer: nothing is gained by waiting long. */
const hasty = createOpenLeg({ openMs: 1_000, connectMs: 1_000, tlsMs: 80, replyMs: 80 });

export interface Demand {
  readonly pin?: Pin;
  readonly floor?: Level;
  readonly allowClear?: boolean;
  readonly accepted?: Uint8Array;
  readonly host?: string;
  readonly implicitTls?: boolean;
  readonly hasty?: boolean;
  /** How long the mail library may take over the open leg. */
  readonly signInMs?: number;
}

export interface Outcome {
  /** Of the leg's error or the library's; `signed-in` when the password was accepted. */
  readonly code: string;
  /** Where it ended: before the leg was open, or on it. */
  readonly at: 'leg' | 'sign-in';
  readonly level: Level | undefined;
  readonly error: unknown;
  /** All octets that left outside TLS and seal, or inside TLS where the peer terminates it. */
  readonly heard: string;
}

/** @throws AssertionError when the password left readable */
async function signIn(service: Service, port: number, demand: Demand, heard: () => string) {
  const endpoint: LegEndpoint = {
    service,
    host: demand.host ?? 'localhost',
    port,
    transport: demand.implicitTls ? 'implicit-tls' : 'clear',
  };
  const policy = createLegPolicy({
    pin: demand.pin,
    floor: demand.floor ?? 'unconfirmed',
    allowClear: demand.allowClear ?? false,
    acceptedIdentities: demand.accepted ? [Buffer.from(demand.accepted).toString('base64')] : [],
    now: new Date(),
  });
  const check = service === 'imap' ? checkImapSignIn : checkSubmissionSignIn;
  let at: Outcome['at'] = 'leg';
  let level: Level | undefined;
  let failure: unknown;
  try {
    const leg = await (demand.hasty ? hasty : openLeg)(endpoint, policy, {
      trustAnchors: [ca.caPem],
    });
    at = 'sign-in';
    level = leg.protection.level;
    const credentials = { host: endpoint.host, userName, password };
    await check(leg, credentials, AbortSignal.timeout(demand.signInMs ?? 1_500));
  } catch (error) {
    failure = error;
  }
  assertNoPassword(heard());
  const reached = { at, level };
  if (failure === undefined) return { ...reached, code: 'signed-in', error: undefined };
  assert.ok(failure instanceof MailError, String(failure));
  return { ...reached, code: failure.code, error: failure };
}

/** In no encoding. */
export function assertNoPassword(octets: string): void {
  assert.deepEqual(search(Buffer.from(octets, 'latin1'), password, [userName]), []);
  assert.doesNotMatch(octets, /^(\S+ )?(AUTH(ENTICATE)?|LOGIN|MAIL|SELECT|APPEND|LIST)\b/im);
}

/** Against a peer that speaks the protocol and lies where told. */
export async function attackedBy(options: PeerOptions, demand: Demand = {}): Promise<Outcome> {
  const peer = await createScriptedPeer(options);
  try {
    const all: Demand = { ...demand, implicitTls: options.implicitTls ?? false };
    const outcome = await signIn(options.service, peer.port, all, peer.received);
    return { ...outcome, heard: peer.received() };
  } finally {
    await peer.close();
  }
}

/** Against a peer that is a script of its own, octet for octet. */
export async function attackedByScript(
  service: Service,
  script: Script,
  demand: Demand = {},
): Promise<Outcome> {
  const backend = await startBackend(script);
  try {
    const outcome = await signIn(service, backend.port, demand, backend.heard);
    return { ...outcome, heard: backend.heard() };
  } finally {
    await backend.stop();
  }
}
