/** SIGKILL at each step of a submission: never twice, never lost. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Bench, createBench } from './outbox-bench.ts';
import { type Script, type ScriptedSmtp, startScriptedSmtp } from './scripted-smtp.ts';

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

/** Runs the child until it is dead; what is left is opened again. */
async function afterDeath(
  t: TestContext,
  what: { submit: string; point?: string; script?: (kill: () => void) => Script },
): Promise<{ server: ScriptedSmtp; bench: Bench }> {
  const dir = mkdtempSync(join(tmpdir(), 'crash-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const server = await startScriptedSmtp();
  t.after(() => server.stop());
  const running = spawn(
    process.execPath,
    [child, dir, String(server.port), what.submit, what.point ?? ''],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const exited = once(running, 'exit');
  server.setScript(what.script?.(() => running.kill('SIGKILL')) ?? {});
  const [, signal] = await exited;
  assert.equal(signal, 'SIGKILL');
  server.setScript({});
  const bench = createBench(server, { dir });
  t.after(() => bench.close());
  return { server, bench };
}

test('killed before the row was written: the draft is there, nothing is sent', async (t) => {
  const { server, bench } = await afterDeath(t, { submit: 'small', point: 'row' });
  assert.equal(bench.drafts.list().length, 1);
  assert.deepEqual(bench.outbox.list(), []);
  assert.equal(server.received(), '');
});

test('killed while it is kept back: it is kept back after a restart, and then sent once', async (t) => {
  const { server, bench } = await afterDeath(t, { submit: 'small', point: 'scheduled' });
  assert.equal(bench.outbox.list()[0]?.state, 'scheduled');
  assert.equal(server.received(), '');
  bench.now = new Date(bench.now.getTime() + 10_000);
  bench.outbox.kick('a1');
  await bench.until('sent');
  assert.equal(server.accepted.length, 1);
});

test('killed as the attempt begins: sent once after a restart', async (t) => {
  const { server, bench } = await afterDeath(t, { submit: 'small', point: 'sending' });
  await bench.until('sent');
  assert.equal(server.accepted.length, 1);
});

test('killed between the mark on disk and the dot on the wire: unknown, and not sent again', async (t) => {
  const { server, bench } = await afterDeath(t, { submit: 'small', point: 'marked' });
  await bench.until('unknown');
  bench.outbox.wake('a1');
  await bench.outbox.stop();
  assert.equal(bench.outbox.list()[0]?.state, 'unknown');
  assert.deepEqual(
    server.accepted.filter((body) => body !== ''),
    [],
  );
});

test('killed between the reply 250 and its commit: unknown, accepted once, found once', async (t) => {
  const { server, bench } = await afterDeath(t, { submit: 'small', point: 'accepted' });
  await bench.until('unknown');
  bench.outbox.wake('a1');
  bench.copy = { ...bench.copy, findByMessageId: () => Promise.resolve('found') };
  await bench.outbox.reconcile('a1');
  await bench.until('sent');
  await bench.outbox.stop();
  assert.equal(server.accepted.length, 1);
});

test('killed while the copy is made: sent, not submitted again, and the copy is asked for again', async (t) => {
  const { server, bench } = await afterDeath(t, { submit: 'small', point: 'copying' });
  const item = await bench.until('sent');
  await bench.untilItem(item.outboxId, ({ copyPending }) => copyPending === undefined);
  await bench.outbox.stop();
  assert.equal(bench.copies.length, 1);
  assert.equal(server.accepted.length, 1);
});

for (const [at, states, bodies] of [
  ['RSET', ['sent', 'sent'], 2],
  ['the second dot', ['sent', 'unknown'], 1],
] as const) {
  test(`killed at ${at} of a session for two: ${states.join(' and ')}, no body twice`, async (t) => {
    const { server, bench } = await afterDeath(t, {
      submit: 'pair',
      script: (kill) => {
        let dots = 0;
        return {
          onCommand: (line) => {
            if (line !== 'RSET' || at !== 'RSET') return undefined;
            kill();
            return 'silence';
          },
          onDot: () => {
            dots += 1;
            if (dots === 1 || at === 'RSET') return '250 2.0.0 queued';
            kill();
            return 'silence';
          },
        };
      },
    });
    for (const [index, { outboxId }] of bench.outbox.list().entries()) {
      await bench.until(states[index] ?? 'sent', outboxId);
    }
    await bench.outbox.stop();
    assert.equal(server.accepted.length, bodies);
    const ids = server.accepted.map((body) => /^Message-ID: (.*)$/m.exec(body)?.[1]);
    assert.equal(new Set(ids).size, bodies);
  });
}
