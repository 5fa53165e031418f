/** The engine's own worker, watched: how long its thread kept its event loop waiting. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BroadcastChannel } from 'node:worker_threads';
import { stallChannel, stallResolutionMs, toStalls } from './bench-engine-stalls.ts';

const delays = monitorEventLoopDelay({ resolution: stallResolutionMs });
delays.enable();
const channel = new BroadcastChannel(stallChannel);
channel.unref();
channel.onmessage = (event) => {
  if (event.data !== 'tell') return;
  channel.postMessage(toStalls(delays));
  delays.reset();
};

await import('../main/engine/worker.ts');
