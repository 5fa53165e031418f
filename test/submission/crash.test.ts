/** SIGKILL at each step of a submission: never twice, never lost. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createBench } from './outbox-bench.ts';
import { type Script, startScriptedSmtp } from './scripted-smtp.ts';

const middle = 'the middle of the text';
const child = join(import.meta.dirname, 'crash-child.ts');

/** Where the process is killed, and what must be so after a restart. */
const steps: readonly {
  at: string;
  script: (kill: () => void) => Script;
  state: 'sent' | 'unknown';
  accepted: number;
}[] = [
  ...['EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA'].map((verb) => ({
    at: verb,
    script: (kill: () => void): Script => ({
      onCommand: (line) => {
        if (!line.startsWith(verb)) return undefined;
        kill();
        return 'silence';
      },
    }),
    state: 'sent' as const,
    accepted: 1,
  })),
  {
    at: middle,
    script: (kill) => ({ onText: () => kill() }),
    state: 'sent',
    accepted: 1,
  },
  {
    at: 'the final dot, before the reply',
    script: (kill) => ({
      onDot: () => {
        kill();
        return 'silence';
      },
    }),
    state: 'unknown',
    accepted: 0,
  },
  {
    at: 'the final dot, with the reply on its way',
    script: (kill) => ({
      onDot: () => {
        kill();
        return '250 2.0.0 queued';
      },
    }),
    state: 'unknown',
    accepted: 1,
  },
];

for (const { at, script, state, accepted } of steps) {
  test(`killed at ${at}: ${state} after a restart, accepted ${accepted} times`, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'crash-'));
    const server = await startScriptedSmtp();
    let running: ChildProcess | undefined;
    const extensions = ['AUTH PLAIN'];
    server.setScript({ extensions, ...script(() => running?.kill('SIGKILL')) });
    running = spawn(
      process.execPath,
      [child, dir, String(server.port), at === middle ? 'large' : 'small'],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    await new Promise((resolve) => running?.once('exit', resolve));
    server.setScript({ extensions });
    const bench = createBench(server, { dir });
    try {
      const item = await bench.until(state);
      bench.outbox.wake('a1');
      await bench.outbox.stop();
      assert.equal(bench.outbox.list().length, 1);
      assert.equal(bench.outbox.list()[0]?.state, item.state);
      assert.equal(server.accepted.length, accepted);
      assert.deepEqual(bench.drafts.list(), []);
    } finally {
      await bench.close();
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });
}
