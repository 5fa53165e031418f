/**
 * `npm run bench`: how fast the leg is on this machine, in memory and without a network: seals per
 * second and sealed megabytes per second. Numbers to compare with, not a test: nothing fails.
 */
import { once } from 'node:events';
import { createSealedPair, createSealKeys } from '../test/support/sealed-pair.ts';

const warmUpMs = 300;
const measureMs = 1500;

function perSecond(work: () => void): number {
  const during = (ms: number): number => {
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < ms) {
      work();
      count += 1;
    }
    return (count * 1000) / (performance.now() - start);
  };
  during(warmUpMs);
  return during(measureMs);
}

/** Megabytes (10^6 octets) per second through one direction of a sealed stream. */
async function sealedMegabytesPerSecond(chunkOctets: number, totalOctets: number): Promise<number> {
  const { client, server } = createSealedPair();
  const chunk = Buffer.alloc(chunkOctets, 7);
  let received = 0;
  const all = new Promise<void>((resolve) => {
    server.on('data', (data: Buffer) => {
      received += data.length;
      if (received >= totalOctets) resolve();
    });
  });
  const start = performance.now();
  for (let sent = 0; sent < totalOctets; sent += chunkOctets) {
    if (!client.write(chunk)) await once(client, 'drain');
  }
  await all;
  const seconds = (performance.now() - start) / 1000;
  client.destroy();
  server.destroy();
  return totalOctets / 1_000_000 / seconds;
}

async function main(): Promise<void> {
  const seals = perSecond(() => void createSealKeys());
  console.log(`seals (both sides, with a fresh server key)   ${seals.toFixed(0)} per second`);
  for (const chunkOctets of [512, 16_384, 65_536]) {
    await sealedMegabytesPerSecond(chunkOctets, 4_000_000);
    const rate = await sealedMegabytesPerSecond(chunkOctets, 48_000_000);
    const label = `sealed stream, writes of ${chunkOctets} octets`;
    console.log(`${label.padEnd(46)}${rate.toFixed(0)} MB/s`);
  }
}

await main();
