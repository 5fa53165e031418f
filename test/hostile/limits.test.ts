/** Peers that never end: lines, replies and waits without limit, and what they cost the client. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service } from '../../app/leg/types.ts';
import type { Script } from '../gateway/support/backend.ts';
import type { Peer } from '../gateway/support/peer.ts';
import { certificate, services } from '../support/leg-trial.ts';
import { createPeerKeys, pinOf, type Stage } from '../support/scripted-peer.ts';
import { attackedBy, attackedByScript, type Demand } from './support/sign-in.ts';

const keys = createPeerKeys();
const suite = 'nk-25519-aesgcm-sha256';
/** Both together may be no more than the reader's limit and what sockets hold. */
const mostOctets = 16_000_000;

/** Writes `piece` until the client hangs up. */
async function flood(peer: Peer, piece: string): Promise<number> {
  let sent = 0;
  while (!peer.stream.destroyed && peer.ended === undefined && sent < 10 * mostOctets) {
    sent += piece.length;
    const more = peer.stream.write(Buffer.from(piece, 'latin1'));
    await new Promise((resolve) => (more ? setImmediate(resolve) : setTimeout(resolve, 1)));
  }
  return sent;
}

/** An honest server up to one stage, at which it floods. */
function floodAt(service: Service, stage: Stage, piece: string, sent: number[]): Script {
  const imap = service === 'imap';
  const words: [Stage, string][] = [
    ['greeting', imap ? '* OK hi\r\n' : '220 hi\r\n'],
    [
      'probe',
      imap
        ? `* CAPABILITY IMAP4rev1 XPUBKEY=${suite}\r\nL1 OK x\r\n`
        : `250-x\r\n250 XPUBKEY ${suite}\r\n`,
    ],
    ['fetch', ''],
  ];
  return async (peer) => {
    for (const [at, text] of words) {
      if (at !== 'greeting') await peer.line();
      if (at === stage) {
        sent.push(await flood(peer, piece));
        return;
      }
      peer.send(text);
    }
  };
}

async function withstandsFlood(
  pieces: Readonly<Record<Service, readonly string[]>>,
  demand: Demand,
) {
  for (const service of services)
    for (const stage of ['greeting', 'probe', 'fetch'] as const)
      for (const piece of pieces[service]) {
        const sent: number[] = [];
        const { code, at } = await attackedByScript(
          service,
          floodAt(service, stage, piece, sent),
          demand,
        );
        assert.deepEqual([code, at], ['leg.protocol', 'leg'], `${service} ${stage}`);
        assert.ok((sent[0] ?? 0) < mostOctets, `${service} ${stage} took ${sent[0]} octets`);
      }
}

const demand: Demand = { accepted: keys.identity.publicKey };

test('ENDLESS-1: a line without end', () => {
  const long = 'x'.repeat(65_536);
  return withstandsFlood({ imap: [long, `* ${long}`], submission: [long, `250-${long}`] }, demand);
});

test('ENDLESS-2: a reply, or untagged data, without end', () =>
  withstandsFlood(
    {
      imap: ['* OK x\r\n'.repeat(500), '* 1 FETCH (FLAGS ())\r\n'.repeat(500)],
      submission: ['250-x\r\n'.repeat(500), '220-x\r\n'.repeat(500)],
    },
    demand,
  ));

test('ENDLESS-3: lines that end in a bare LF, CR or NUL', () =>
  withstandsFlood(
    {
      imap: ['* OK x\n'.repeat(500), '* OK x\r'.repeat(5_000), '\0'.repeat(65_536)],
      submission: ['250-x\n'.repeat(500), '250-x\r'.repeat(5_000), '\0'.repeat(65_536)],
    },
    demand,
  ));

test('ENDLESS-4: the longest line and the longest reply that are allowed are read', async () => {
  for (const service of services) {
    // With its line ending 8,192 octets: the limit itself.
    const start = service === 'imap' ? '* OK ' : '220 ';
    const longest = `${start}${'x'.repeat(8_192 - start.length - 2)}\r\n`;
    const { code } = await attackedBy(
      { service, keys, say: { greeting: longest } },
      { pin: pinOf(keys) },
    );
    // Read, and found to be other than what the server said.
    assert.equal(code, 'leg.seal-failed');
    const longer = `${start}${'x'.repeat(8_192 - start.length - 1)}\r\n`;
    const refused = await attackedBy(
      { service, keys, say: { greeting: longer } },
      { pin: pinOf(keys) },
    );
    assert.equal(refused.code, 'leg.protocol');
  }
});

test('SILENCE-1: no answer at any stage is a timeout, and nothing more is said', async () => {
  const stages: Stage[] = ['greeting', 'probe', 'starttls', 'fetch', 'seal'];
  for (const service of services)
    for (const stage of stages) {
      const route = stage === 'starttls' ? { certificate } : { keys };
      const { code, at } = await attackedBy(
        { service, ...route, silentAt: stage },
        { ...demand, hasty: true },
      );
      assert.deepEqual([code, at], ['leg.timeout', 'leg'], `${service} ${stage}`);
    }
});

test('SILENCE-2: half an answer at any stage is a timeout, too', async () => {
  const halves: Record<Service, Partial<Record<Stage, string>>[]> = {
    imap: [
      { greeting: '* OK' },
      { probe: '* CAPABILITY X\r\n' },
      { fetch: '* XPUBKEY x\r' },
      { seal: 'L3 OK [XSE' },
    ],
    submission: [
      { greeting: '220-x\r\n' },
      { probe: '250-x\r\n250' },
      { fetch: '250-x\r\n' },
      { seal: '220 ' },
    ],
  };
  for (const service of services)
    for (const say of halves[service]) {
      // No record after half a reply: a line feed among its octets would end the line.
      const half = { service, keys, say, silentAt: 'sealed-greeting' } as const;
      const { code, at } = await attackedBy(half, { ...demand, hasty: true });
      assert.deepEqual([code, at], ['leg.timeout', 'leg'], `${service} ${JSON.stringify(say)}`);
    }
});

test('SILENCE-3: silence in the TLS handshake is a timeout', async () => {
  const silent: Script = () => undefined;
  for (const service of services) {
    const { code } = await attackedByScript(service, silent, { implicitTls: true, hasty: true });
    assert.equal(code, 'leg.timeout');
  }
});

test('SILENCE-4: a line every now and then does not outlast the whole attempt', async () => {
  const drip: Script = async (peer) => {
    peer.send('* OK hi\r\n');
    await peer.line();
    while (!peer.stream.destroyed) {
      peer.send('* OK wait\r\n');
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  };
  const { code } = await attackedByScript('imap', drip, { hasty: true });
  assert.equal(code, 'leg.timeout');
});
