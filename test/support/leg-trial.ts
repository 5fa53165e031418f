/**
 * Opens legs to scripted peers with a test authority of its own, and checks what a refused one let
 * out: harmless commands, no credential, no open connection. Imported by tests only.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { LegError, MailError } from '../../app/errors.ts';
import { createOpenLeg } from '../../app/leg/open-leg.ts';
import type { LegEndpoint, Level, OpenedLeg, Pin, Service } from '../../app/leg/types.ts';
import { createLegPolicy } from '../../app/policy/leg-policy.ts';
import { createTestCa } from './certificates.ts';
import { createScriptedPeer, type PeerOptions, type ScriptedPeer } from './scripted-peer.ts';

export const dir = mkdtempSync(join(tmpdir(), 'letterlock-leg-'));
export const ca = createTestCa(dir);
export const certificate = ca.issue({ names: ['localhost', '127.0.0.1'] });
after(() => rmSync(dir, { recursive: true }));

export const openLeg = createOpenLeg({
  openMs: 4_000,
  connectMs: 2_000,
  tlsMs: 2_000,
  replyMs: 2_000,
});
export const hasty = createOpenLeg({ openMs: 4_000, connectMs: 2_000, tlsMs: 80, replyMs: 80 });
export const services: Service[] = ['imap', 'submission'];

export interface Demand {
  pin?: Pin;
  floor?: Level;
  allowClear?: boolean;
  accepted?: Uint8Array;
  host?: string;
  signal?: AbortSignal;
  open?: typeof openLeg;
  anchors?: string[];
}

export async function tryOpen(
  peer: ScriptedPeer,
  options: PeerOptions,
  demand: Demand,
): Promise<OpenedLeg> {
  const endpoint: LegEndpoint = {
    service: options.service,
    host: demand.host ?? 'localhost',
    port: peer.port,
    transport: options.implicitTls ? 'implicit-tls' : 'clear',
  };
  const policy = createLegPolicy({
    pin: demand.pin,
    floor: demand.floor ?? 'unconfirmed',
    allowClear: demand.allowClear ?? false,
    acceptedIdentities: demand.accepted ? [Buffer.from(demand.accepted).toString('base64')] : [],
    now: new Date(),
  });
  return (demand.open ?? openLeg)(endpoint, policy, {
    trustAnchors: demand.anchors ?? [ca.caPem],
    ...(demand.signal && { signal: demand.signal }),
  });
}

/** Opens a leg, reads the greeting, sends a secret, and says how each went. */
export async function succeed(options: PeerOptions, demand: Demand = {}) {
  const peer = await createScriptedPeer(options);
  try {
    const leg = await tryOpen(peer, options, demand);
    const [greeting] = await once(leg.stream, 'data');
    leg.stream.write('SECRET\r\n');
    await new Promise((resolve) => setTimeout(resolve, 30));
    leg.stream.destroy();
    return {
      protection: leg.protection,
      greeting: greeting.toString(),
      sealed: peer.receivedSealed(),
      outside: peer.received(),
    };
  } finally {
    await peer.close();
  }
}

/** A refused attempt leaves no connection behind. */
async function hungUp(peer: ScriptedPeer): Promise<void> {
  for (let waits = 0; waits < 50 && peer.openConnections() > 0; waits += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(peer.openConnections(), 0);
}

/** Expects a refusal. Nothing but harmless commands may have left. */
export async function refuse(options: PeerOptions, demand: Demand = {}) {
  const peer = await createScriptedPeer(options);
  try {
    const error = await tryOpen(peer, options, demand).then(
      (leg) => assert.fail(`opened as ${leg.protection.level}`),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof MailError, String(error));
    const harmless =
      /^((L\d+ )?(EHLO \[127\.0\.0\.1\]|CAPABILITY|STARTTLS|XPUBKEY|XSEAL [^\r]*)\r\n)*$/;
    assert.match(peer.received(), harmless);
    assert.equal(peer.receivedSealed(), '');
    await hungUp(peer);
    if (error instanceof LegError) {
      assert.equal(error.params.port, peer.port);
      assert.equal(error.params.service, options.service);
    }
    return { error, code: error.code, params: error.params, received: peer.received() };
  } finally {
    await peer.close();
  }
}
