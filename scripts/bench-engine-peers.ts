/** mbsync and notmuch on the same mail, as they come, beside the engine. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mailLogin } from '../test/support/bench-mail/mail-store.ts';
import { run } from '../test/support/servers/processes.ts';

export interface Spent {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/** Wall and CPU time of a program as the shell tells them. @throws Error with its last words */
async function timed(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Spent> {
  const script = `TIMEFORMAT='%R %U %S'; time "$@"`;
  const result = await run('bash', ['-c', script, 'bash', ...words], {
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
    timeoutMs: 3_600_000,
  });
  const lines = result.stderr.trim().split('\n');
  if (result.status !== 0) throw new Error(`${words[0]}: ${lines.slice(-4).join('\n')}`);
  const [wall = Number.NaN, user = 0, system = 0] = (lines.at(-1) ?? '').split(' ').map(Number);
  return { wallSeconds: wall, cpuSeconds: Number((user + system).toFixed(2)) };
}

/** A full download into a new Maildir, with fsync as is its default. */
export async function measureMbsync(port: number, work: string): Promise<Spent> {
  const config = join(work, 'mbsyncrc');
  const folder = join(work, 'mbsync');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    config,
    `IMAPStore far
Host 127.0.0.1
Port ${port}
User ${mailLogin.user}
Pass ${mailLogin.password}
SSLType None
AuthMechs LOGIN

MaildirStore near
Path ${folder}/
Inbox ${folder}/INBOX

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState *
`,
    { mode: 0o600 },
  );
  return timed(['mbsync', '-q', '-c', config, 'all']);
}

const notmuchConfig = (work: string): string => join(work, 'notmuchrc');

/** What `mbsync` brought, put into a new index. */
export async function measureNotmuch(work: string): Promise<Spent> {
  const mail = join(work, 'mbsync');
  if (!existsSync(mail)) throw new Error('notmuch needs the part mbsync before it');
  writeFileSync(
    notmuchConfig(work),
    `[database]
path=${mail}
[user]
name=Mia
primary_email=${mailLogin.user}
[new]
tags=new
[maildir]
synchronize_flags=true
`,
  );
  return timed(['notmuch', 'new', '--quiet'], { NOTMUCH_CONFIG: notmuchConfig(work) });
}

/** Milliseconds of each query, the process's start and end included. */
export async function measureNotmuchQueries(
  work: string,
  queries: readonly string[],
  words: readonly string[],
): Promise<number[]> {
  const times: number[] = [];
  const env = { ...process.env, NOTMUCH_CONFIG: notmuchConfig(work) };
  for (const query of queries) {
    const start = performance.now();
    const result = await run('notmuch', [...words, query], { env });
    times.push(performance.now() - start);
    if (result.status !== 0) throw new Error(`notmuch ${query}: ${result.stderr}`);
  }
  return times;
}
