/**
 * One client session before the seal, against a server that may say anything. Checks what the client
 * sends, what it keeps and how it ends; shared by the targets `smtp` and `imap`.
 */
import { hash } from 'node:crypto';
import { LegError } from '../../../app/errors.ts';
import { Attempt } from '../../../app/leg/attempt.ts';
import { ClearChannel } from '../../../app/leg/clear-channel.ts';
import type { ClearSession } from '../../../app/leg/clear-session.ts';
import { limits } from '../../../app/leg/limits.ts';
import { suiteFacts, suites } from '../../../app/leg/suites.ts';
import type { Service } from '../../../app/leg/types.ts';
import { ScriptedServer } from './scripted-server.ts';
import { expectRule } from './target.ts';

/** Bits of an input's first octet. */
export const modes = { startTls: 1, authenticated: 2, pinned: 4, classic: 8 } as const;

export interface SessionKind {
  readonly service: Service;
  create(channel: ClearChannel): ClearSession;
  /** What the client may ever send; nothing else, and nothing twice but XSEAL and its like. */
  readonly lines: RegExp;
  readonly sealLine: RegExp;
}

export interface SessionCounts {
  sealed: number;
  cards: number;
}

/** All of it in memory: any wait that needs a timer is a wait for nothing. */
const timeouts = { openMs: 1_500, connectMs: 1_500, tlsMs: 1_500, replyMs: 1_500 };
const allowedCodes = new Set([
  'leg.protocol',
  'leg.unreachable',
  'leg.tls-failed',
  'leg.card-invalid',
  'leg.seal-failed',
]);

export async function runClearSession(
  kind: SessionKind,
  input: Buffer,
  counts: SessionCounts,
): Promise<void> {
  const mode = input[0] ?? 0;
  const endpoint = { service: kind.service, host: 'h', port: 1, transport: 'clear' } as const;
  const attempt = new Attempt(endpoint, timeouts);
  const said: string[] = [];
  const broken: string[] = [];
  let channel: ClearChannel | undefined;
  const server = new ScriptedServer(input.subarray(1), (line) => {
    if (!kind.lines.test(line)) broken.push('a client says nothing but the lines before the seal');
    if (kind.sealLine.test(line) && channel !== undefined) {
      const heard = Buffer.concat(server.taken);
      const bound = transcriptOf(said, heard);
      if (!bound.equals(channel.transcript.digest())) {
        broken.push('the seal is bound to all that both sides said');
      }
    }
    said.push(line);
  });
  try {
    channel = new ClearChannel(attempt, attempt.own(server), (mode & modes.authenticated) !== 0);
    await converse(kind.create(channel), mode, counts);
    checkRest(channel, server, said);
    attempt.succeed();
  } catch (error) {
    checkError(error, mode);
  } finally {
    attempt.fail(new LegError('leg.unreachable'));
  }
  const [rule] = broken;
  expectRule(rule === undefined, rule ?? '');
}

async function converse(session: ClearSession, mode: number, counts: SessionCounts): Promise<void> {
  const greeting = await session.greet();
  expectRule(
    greeting.length <= limits.replyOctets + limits.clearLineOctets,
    'a greeting is bounded',
  );
  const offers = await session.probe();
  if ((mode & modes.startTls) !== 0 && offers.startTls) {
    await session.startTls();
    session.channel.assertAllRead();
    return;
  }
  if ((mode & modes.pinned) === 0) {
    const lines = await session.fetchCard();
    counts.cards += 1;
    expectRule(lines.length <= limits.replyLines, 'a reply has a bounded number of lines');
    const octets = lines.reduce((sum, line) => sum + line.length, 0);
    expectRule(octets <= limits.replyOctets + limits.clearLineOctets, 'a reply is bounded');
  }
  const suite = suites[(mode & modes.classic) === 0 ? 0 : 1];
  const facts = suiteFacts(suite);
  expectRule(facts !== undefined, 'our own suite is known');
  const message1 = new Uint8Array(facts.message1Octets).fill(3);
  const request = { suite, keyId: 'k1', serverName: 'mail.example.org', message1 };
  let reply = await session.seal(request);
  // As in sealLeg: an unknown key is asked for once more.
  if (reply === 'unknown-key') reply = await session.seal(request);
  if (reply === 'unknown-key') throw new LegError('leg.seal-failed');
  counts.sealed += 1;
  expectRule(reply.message2.length === facts.message2Octets, 'message 2 has its suite’s length');
}

/** What was read too much goes on to the seal, and is not lost and not heard twice. */
function checkRest(channel: ClearChannel, server: ScriptedServer, said: readonly string[]): void {
  const digest = channel.transcript.digest();
  const early = channel.release();
  const heard = Buffer.concat(server.taken);
  expectRule(heard.subarray(heard.length - early.length).equals(early), 'no octet is lost');
  const lines = heard.subarray(0, heard.length - early.length);
  // The XSEAL line that was accepted is not part of what it is bound to.
  const before = said.at(-1)?.includes('XSEAL') === true ? said.slice(0, -1) : said;
  expectRule(transcriptOf(before, lines).equals(digest), 'every octet is in the transcript once');
}

function transcriptOf(said: readonly string[], heard: Buffer): Buffer {
  const client = hash('sha256', Buffer.from(said.join(''), 'latin1'), 'buffer');
  return hash('sha256', Buffer.concat([client, hash('sha256', heard, 'buffer')]), 'buffer');
}

function checkError(error: unknown, mode: number): void {
  if (!(error instanceof LegError)) throw error;
  expectRule(error.code !== 'leg.timeout', 'a session over a stream that ends comes to an end');
  if (!allowedCodes.has(error.code)) throw error;
  const { text } = error.params;
  if (text === undefined) return;
  expectRule((mode & modes.authenticated) !== 0, 'words of a server in clear are never shown');
  expectRule(
    /^[\x20-\x7e]{0,200}$/.test(String(text)),
    'words of a server are short and printable',
  );
}
