/** First sync, standing still, and a thousand changes: the engine's own process against a server. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import type { AccountDto, SyncStatus } from '../app/contract/index.ts';
import {
  type ChildUsage,
  EngineRun,
  type ProfileOptions,
} from '../test/support/bench-mail/engine-run.ts';
import { mailLogin } from '../test/support/bench-mail/mail-store.ts';
import { makeMessages } from '../test/support/bench-mail/messages.ts';

export interface Endpoints {
  readonly imapPort: number;
  readonly submissionPort: number;
  /** Straight to the server, for the other client. */
  readonly serverPort: number;
}

const patienceMs = 3_600_000;
const megabyte = 1_000_000;

async function until(check: () => Promise<boolean>, everyMs: number): Promise<number> {
  const end = performance.now() + patienceMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error('waited for an hour');
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return performance.now();
}

const round = (value: number): number => Math.round(value);

function shorten(usage: ChildUsage, before?: ChildUsage) {
  return {
    cpuSeconds: Number(((usage.cpuMs - (before?.cpuMs ?? 0)) / 1_000).toFixed(2)),
    rssMB: round(usage.rssBytes / megabyte),
    peakRssMB: round(usage.peakRssBytes / megabyte),
    stallMs: { window: usage.hostThread, engine: usage.engineThread },
  };
}

export function folderBytes(folder: string): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const name of readdirSync(folder)) {
    const facts = statSync(join(folder, name));
    if (facts.isFile()) sizes[name] = facts.size;
  }
  return sizes;
}

async function addAccount(engine: EngineRun, { imapPort, submissionPort }: Endpoints) {
  const endpoint = { host: 'localhost', transport: 'clear' } as const;
  return engine.client.call('account.add', {
    address: mailLogin.user,
    displayName: 'Mia',
    userName: mailLogin.user,
    password: mailLogin.password,
    imap: { ...endpoint, port: imapPort },
    submission: { ...endpoint, port: submissionPort },
    acceptedIdentities: [],
    allowClear: true,
  });
}

async function inboxOf(engine: EngineRun, { accountId }: AccountDto): Promise<number | undefined> {
  const list = await engine.client.call('mailbox.list', { accountId });
  return list.find(({ role }) => role === 'inbox')?.mailboxId;
}

/** The newest fifty with their first words, as the list shows them. */
async function hasFirstScreen(engine: EngineRun, account: AccountDto, count: number) {
  const mailboxId = await inboxOf(engine, account);
  if (mailboxId === undefined) return { rows: false, snippets: false };
  const { rows } = await engine.client.call('message.list', { mailboxId, offset: 0, limit: 50 });
  const rowsThere = rows.length >= Math.min(50, count);
  return { rows: rowsThere, snippets: rowsThere && rows.every(({ snippet }) => snippet !== '') };
}

const complete = (status: SyncStatus, count: number): boolean =>
  status.headers.total >= count && status.headers.done === status.headers.total;

/** A new profile; `all` bodies unless told otherwise. */
export async function measureFirstSync(
  profile: ProfileOptions,
  endpoints: Endpoints,
  plan: { count: number; mailBytes: number; bodiesDays: 'all' | '90' },
) {
  rmSync(profile.profileDir, { recursive: true, force: true });
  const engine = new EngineRun(profile);
  engine.start();
  await engine.client.call('settings.set', { bodiesDays: plan.bodiesDays });
  const account = await addAccount(engine, endpoints);
  const { accountId } = account;
  const start = performance.now();
  let rowsAt = Number.NaN;
  const snippetsAt = await until(async () => {
    const { rows, snippets } = await hasFirstScreen(engine, account, plan.count);
    if (rows && Number.isNaN(rowsAt)) rowsAt = performance.now();
    return snippets;
  }, 20);
  const firstScreen = await engine.usage();
  const headersAt = await until(
    async () => complete(await engine.client.call('sync.status', { accountId }), plan.count),
    50,
  );
  const headers = await engine.usage();
  const bodiesAt = await until(async () => {
    const status = await engine.client.call('sync.status', { accountId });
    const { done, total } = status.bodies;
    return complete(status, plan.count) && total > 0 && done === total;
  }, 250);
  const bodies = await engine.usage();
  const { bodies: counted } = await engine.client.call('sync.status', { accountId });
  await engine.stop();
  const sizes = folderBytes(profile.profileDir);
  const databaseBytes = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  return {
    bodiesDays: plan.bodiesDays,
    firstScreenRowsMs: round(rowsAt - start),
    firstScreenWithSnippetsMs: round(snippetsAt - start),
    headersMs: round(headersAt - start),
    headersPerSecond: round((plan.count * 1_000) / (headersAt - start)),
    allStoredMs: round(bodiesAt - start),
    bodiesStored: counted.done,
    untilFirstScreen: shorten(firstScreen),
    untilHeaders: shorten(headers, firstScreen),
    untilBodies: shorten(bodies, headers),
    databaseMB: Object.fromEntries(
      Object.entries(sizes).map(([name, size]) => [name, Number((size / megabyte).toFixed(1))]),
    ),
    databaseToMail: Number((databaseBytes / plan.mailBytes).toPrecision(3)),
  };
}

/** Starts on the existing profile; resolves when the account says that it is up to date. */
async function settle(profile: ProfileOptions) {
  const engine = new EngineRun(profile);
  let connectAt = Number.NaN;
  const idle = new Promise<number>((resolve) => {
    engine.client.on('sync.changed', ({ state }) => {
      // The first word of an account is that it connects.
      if (Number.isNaN(connectAt)) connectAt = performance.now();
      if (state === 'idle') resolve(performance.now());
    });
  });
  engine.start();
  const [account] = await engine.client.call('account.list', {});
  if (account === undefined) throw new Error('the profile has no account');
  const idleAt = await idle;
  return { engine, account, connectAt, idleAt };
}

/** From a new connection until all is known, and INBOX alone on a standing one; nothing is new. */
export async function measureNoChange(profile: ProfileOptions) {
  const { engine, account, connectAt, idleAt } = await settle(profile);
  const mailboxId = (await inboxOf(engine, account)) ?? 0;
  const again: number[] = [];
  for (let turn = 0; turn < 7; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const from = performance.now();
    await engine.client.call('mailbox.sync', { mailboxId });
    again.push(performance.now() - from);
  }
  const usage = await engine.usage();
  await engine.stop();
  return {
    fromConnectingMs: round(idleAt - connectAt),
    inboxOnStandingConnectionMs: again.map(round),
    ...shorten(usage),
  };
}

export interface Changes {
  readonly flags: number;
  readonly added: number;
  readonly expunged: number;
}

/** Another client's work: every so many messages, over the whole mailbox. */
async function change(port: number, count: number, changes: Changes): Promise<void> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    doSTARTTLS: false,
    auth: { user: mailLogin.user, pass: mailLogin.password },
    disableAutoIdle: true,
    logger: false,
  });
  await client.connect();
  const lock = await client.getMailboxLock('INBOX');
  const spread = (number: number, from: number): string =>
    Array.from({ length: number }, (_, index) => from + index * Math.floor(count / number)).join();
  await client.messageFlagsAdd(spread(changes.flags, 1), ['\\Flagged', '$Marked'], { uid: true });
  await client.messageDelete(spread(changes.expunged, 2), { uid: true });
  for (const { raw, flags } of makeMessages(changes.added, 77))
    await client.append('INBOX', raw, [...flags]);
  lock.release();
  await client.logout();
}

/** The engine is away while another client changes things; then it comes back. */
export async function measureChanges(
  profile: ProfileOptions,
  endpoints: Endpoints,
  count: number,
): Promise<unknown> {
  const changes: Changes = { flags: 500, added: 300, expunged: 200 };
  await change(endpoints.serverPort, count, changes);
  const wanted = count + changes.added - changes.expunged;
  const { engine, account, connectAt, idleAt } = await settle(profile);
  const mailboxId = (await inboxOf(engine, account)) ?? 0;
  const listedAt = await until(async () => {
    const window = { mailboxId, offset: 0, limit: 1 };
    return (await engine.client.call('message.list', window)).total === wanted;
  }, 10);
  const usage = await engine.usage();
  await engine.stop();
  return {
    ...changes,
    fromConnectingMs: round(Math.max(idleAt, listedAt) - connectAt),
    ...shorten(usage),
  };
}
