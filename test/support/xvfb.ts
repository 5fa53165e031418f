/**
 * A display for tests: the one that is there, or an Xvfb of our own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export interface Display {
  readonly name: string;
  close(): Promise<void>;
}

/** @throws Error when there is neither a display nor Xvfb */
export async function openDisplay(): Promise<Display> {
  const present = process.env.DISPLAY;
  if (present !== undefined && present !== '') {
    return { name: present, close: () => Promise.resolve() };
  }
  const child = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1440x1000x24', '-nolisten', 'tcp', '-dpi', '96'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const exited = once(child, 'exit');
  const number = await Promise.race([
    once(child.stdio[3] as Readable, 'data').then(([chunk]) => String(chunk).trim()),
    exited.then(() => undefined),
  ]);
  if (number === undefined) throw new Error('Xvfb did not start');
  return {
    name: `:${number}`,
    close: async () => {
      child.kill();
      await exited;
    },
  };
}
