/** What Ctrl-C in a terminal does to a Postfix of ours: the script that waits for it ends, it does not. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startDovecot } from '../support/servers/dovecot.ts';
import { startPostfix } from '../support/servers/postfix.ts';
import { isRoot } from '../support/servers/processes.ts';

const user = 'mia@example.test';

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    setImmediate(() => socket.end());
  });
}

/** Field 4 of proc_pid_stat(5); undefined once the process is gone. */
async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat === undefined ? undefined : Number(stat.replace(/^.*\) /s, '').split(' ')[1]);
}

async function isGone(pid: number): Promise<boolean> {
  const end = Date.now() + 15_000;
  while ((await parentOf(pid)) !== undefined) {
    if (Date.now() > end) return false;
    await pause(50);
  }
  return true;
}

test('Postfix ends although the script that started it was ended before', {
  skip: isRoot() ? false : 'Postfix needs root',
}, async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'll-postfix-end-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const dovecot = await startDovecot({ dir, users: [{ user, password: 'correct horse' }] });
  t.after(() => dovecot.stop());
  const postfix = await startPostfix({ dir, domain: 'example.test', users: [user], dovecot });
  const master = Number(await readFile(join(dir, 'postfix/queue/pid/master.pid'), 'utf8'));
  const script = await parentOf(master);
  assert.ok(script !== undefined && script > 1);
  process.kill(script, 'SIGKILL');
  assert.ok(await isGone(script));
  assert.equal(await answers(postfix.submissionPort), true);
  await postfix.stop();
  assert.ok(await isGone(master), 'the daemon has ended');
  assert.equal(await answers(postfix.submissionPort), false);
});
