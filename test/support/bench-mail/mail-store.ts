/**
 * A Dovecot that serves generated mail, for measurements. The mail is made once and kept in the
 * system's temporary folder by generator version, count and seed; each server works on a copy.
 *
 * Stored as mdbox: its few large files give whole sources a third faster than Maildir's one file
 * each (67,000 against 48,000 a second), flags live in the index alone, and a copy takes a second.
 * Dovecot itself writes it, 20,000 messages a second, out of a Maildir that is written file by file.
 */
import { existsSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { mailUser } from '../servers/dovecot-config.ts';
import { isRoot, runOrThrow } from '../servers/processes.ts';
import { generatorVersion, type MadeMessage, makeMessages, owner } from './messages.ts';

export interface MailPlan {
  readonly count: number;
  readonly seed: number;
}

export const mailLogin = { user: owner.address, password: 'bench' } as const;

const infoFlags: Readonly<Record<string, string>> = {
  '\\Flagged': 'F',
  '\\Answered': 'R',
  '\\Seen': 'S',
};

const mailHome = (dir: string): string => join(dir, 'dovecot', 'mail', mailLogin.user);

async function giveToMailUser(path: string): Promise<void> {
  if (isRoot()) await runOrThrow('chown', ['-R', `${mailUser()}:`, path]);
}

/** One file, with what Dovecot needs to know of it in its name; gives the name without flags. */
function writeMessage(folder: string, uid: number, { raw, flags, receivedAt }: MadeMessage) {
  const seconds = receivedAt.getTime() / 1_000;
  const name = `${seconds}.M${uid}P1.bench,S=${raw.length},W=${raw.length}`;
  const info = flags
    .map((flag) => infoFlags[flag] ?? '')
    .sort()
    .join('');
  const path = join(folder, 'cur', `${name}:2,${info}`);
  writeFileSync(path, raw);
  // Dovecot's INTERNALDATE of a Maildir message.
  utimesSync(path, seconds, seconds);
  return name;
}

function writeMaildir(folder: string, { count, seed }: MailPlan): void {
  for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(folder, name), { recursive: true });
  const lines = [`3 V1600000000 N${count + 1} G${'0123456789abcdef'.repeat(2)}`];
  for (const message of makeMessages(count, seed)) {
    const uid = lines.length;
    lines.push(`${uid} :${writeMessage(folder, uid, message)}`);
  }
  writeFileSync(join(folder, 'dovecot-uidlist'), `${lines.join('\n')}\n`);
}

/** The folder with the generated `mdbox`; made when it is not there yet. */
async function ensureMail(plan: MailPlan): Promise<string> {
  const parent = join(tmpdir(), 'letterlock-bench-mail');
  const kept = join(parent, `v${generatorVersion}-${plan.count}-${plan.seed}`);
  if (existsSync(kept)) return kept;
  const dir = `${kept}.${process.pid}`;
  const maildir = join(dir, 'maildir');
  mkdirSync(mailHome(dir), { recursive: true });
  try {
    writeMaildir(maildir, plan);
    await giveToMailUser(maildir);
    await giveToMailUser(mailHome(dir));
    const dovecot = await startDovecot({ dir, users: [mailLogin], mailFormat: 'mdbox' });
    try {
      await dovecot.doveadm(['import', '-u', mailLogin.user, `maildir:${maildir}`, '', 'all']);
    } finally {
      await dovecot.stop();
    }
    renameSync(mailHome(dir), kept);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return kept;
}

/**
 * @param dir existing, the caller's; holds the server's copy of the mail
 * @throws Error with the server's own words when it cannot start
 */
export async function startMailServer(dir: string, plan: MailPlan): Promise<Dovecot> {
  const kept = await ensureMail(plan);
  mkdirSync(join(dir, 'dovecot', 'mail'), { recursive: true });
  await runOrThrow('cp', ['-a', kept, mailHome(dir)]);
  return startDovecot({ dir, users: [mailLogin], mailFormat: 'mdbox' });
}
