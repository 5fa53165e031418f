/**
 * Moves messages on the server so that each is there once, whatever breaks in between: MOVE
 * (RFC 6851) where there is one; else COPY, checked, and only then the old ones go. Before the
 * first step the destination's UIDNEXT is noted on disk: what is above it may be our own copy.
 * EXPUNGE is only ever sent by uid (RFC 4315): without that, old messages stay marked \Deleted.
 */
import { setTimeout } from 'node:timers/promises';
import type { CopyResponseObject, ImapFlow } from 'imapflow';
import { ImapError, RequestError } from '../errors.ts';
import { headerQuery, toHeader } from '../imap/headers.ts';
import { assertConnected, isRefusal } from '../imap/imap-errors.ts';
import { toUidSet } from '../imap/uid-ranges.ts';
import { sameMessageKey } from '../store/placement.ts';
import type { MoveStep } from './move-payload.ts';

/** How long a server is given to end a COPY of a broken connection. */
const lateCopyMs = 3_000;

/** What is known of a message, to find its copy. */
export interface MovedMessage {
  readonly uid: number;
  readonly messageId?: string | undefined;
  readonly receivedAt: number;
  readonly sizeBytes: number;
}

export interface MoveRequest {
  readonly source: { readonly path: string; readonly uidValidity: number };
  readonly messages: readonly MovedMessage[];
  readonly step: MoveStep;
  /** Keeps the step; on disk when it returns. */
  note(step: MoveStep): void;
}

export interface MoveResult {
  /** Old uid to new uid, as far as known. */
  readonly uids: ReadonlyMap<number, number>;
}

/**
 * May be called again after any failure.
 * @throws ImapError with `status` when the server refused: then the messages are where they were;
 *   RequestError `message.not-found` when the uids no longer mean what they meant; what imapflow
 *   throws when the connection is lost
 */
export async function moveMessages(client: ImapFlow, request: MoveRequest): Promise<MoveResult> {
  // A COPY that was begun is dealt with as such, whatever the server can do by now.
  const atOnce = client.capabilities.has('MOVE') && request.step.copying !== true;
  const uids = atOnce ? await moveAtOnce(client, request) : await copyThenDelete(client, request);
  const missing = request.messages.filter(({ uid }) => !uids.has(uid));
  if (missing.length === 0) return { uids };
  const found = await findCopies(client, request.step, missing, new Set(uids.values()));
  return { uids: new Map([...uids, ...found]) };
}

async function moveAtOnce(
  client: ImapFlow,
  { source, messages, step }: MoveRequest,
): Promise<Map<number, number>> {
  const wanted = messages.map(({ uid }) => uid);
  return within(client, source, async () => {
    const present = await stillThere(client, wanted);
    if (present.length === 0) return new Map();
    const moved = await client.messageMove(toUidSet(present), step.path, { uid: true });
    if (moved) return copiedUids(moved, step);
    // Refused, or done and not told: only the mailbox knows.
    const left = await stillThere(client, present);
    if (left.length > 0) throw refusal('UID MOVE');
    return new Map();
  });
}

async function copyThenDelete(
  client: ImapFlow,
  request: MoveRequest,
): Promise<Map<number, number>> {
  const { source, step } = request;
  const copies =
    step.copying === true ? await earlierCopies(client, request) : new Map<number, number>();
  const failure = await within(client, source, async () => {
    try {
      await copyMissing(client, request, copies);
      return undefined;
    } catch (error) {
      // Only a refusal is dealt with at once; whatever broke, the next attempt looks again.
      if (error instanceof ImapError && isRefusal(error)) return error;
      throw error;
    }
  });
  if (failure === undefined) return copies;
  await removeCopies(client, request, copies);
  throw failure;
}

/** What became of a COPY whose answer never came. */
async function earlierCopies(
  client: ImapFlow,
  { messages, step }: MoveRequest,
): Promise<Map<number, number>> {
  const found = await findCopies(client, step, messages, new Set());
  if (found.size > 0) return found;
  // The server may still be at it, on the connection that broke.
  await setTimeout(lateCopyMs);
  return findCopies(client, step, messages, new Set());
}

async function copyMissing(
  client: ImapFlow,
  { messages, step, note }: MoveRequest,
  copies: Map<number, number>,
): Promise<void> {
  const present = await stillThere(
    client,
    messages.map(({ uid }) => uid),
  );
  const toCopy = present.filter((uid) => !copies.has(uid));
  if (toCopy.length > 0) {
    note({ ...step, copying: true });
    const copied = await client.messageCopy(toUidSet(toCopy), step.path, { uid: true });
    if (!copied) {
      assertConnected(client);
      throw refusal('UID COPY');
    }
    for (const [uid, newUid] of copiedUids(copied, step)) copies.set(uid, newUid);
  }
  // The copies stand: now the old ones may go.
  if (present.length > 0) await markAndExpunge(client, present);
}

/** The old ones may not go: the copies do, so that there is one of each again. */
async function removeCopies(
  client: ImapFlow,
  { messages, step }: MoveRequest,
  known: ReadonlyMap<number, number>,
): Promise<void> {
  const unknown = messages.filter(({ uid }) => !known.has(uid));
  const found = await findCopies(client, step, unknown, new Set(known.values()));
  const uids = [...known.values(), ...found.values()];
  if (uids.length === 0) return;
  try {
    await within(client, step, () => markAndExpunge(client, uids));
  } catch (error) {
    // A server that lets nothing be deleted anywhere keeps both.
    if (!(error instanceof ImapError)) throw error;
  }
}

/**
 * Deletes messages of the selected mailbox for good, and no others.
 * @returns false when the server cannot expunge by uid: they stay, marked
 * @throws ImapError with `status` when they could not even be marked
 */
export async function markAndExpunge(client: ImapFlow, uids: readonly number[]): Promise<boolean> {
  const range = toUidSet(uids);
  if (!(await client.messageFlagsAdd(range, ['\\Deleted'], { uid: true }))) {
    assertConnected(client);
    if ((await stillThere(client, uids)).length > 0) throw refusal('UID STORE');
    return true;
  }
  if (!client.capabilities.has('UIDPLUS')) return false;
  if (await client.messageDelete(range, { uid: true })) return true;
  assertConnected(client);
  return (await stillThere(client, uids)).length === 0;
}

/** Copies in the destination of these messages, made since the move began; each counts once. */
async function findCopies(
  client: ImapFlow,
  step: MoveStep,
  messages: readonly MovedMessage[],
  taken: ReadonlySet<number>,
): Promise<Map<number, number>> {
  return within(client, step, async () => {
    // Lets the server tell of what came since the mailbox was selected.
    await client.noop();
    if (client.mailbox !== false && client.mailbox.exists === 0) return new Map();
    const found = await client.fetchAll(`${step.uidNext}:*`, headerQuery, { uid: true });
    assertConnected(client);
    const byKey = new Map<string, number[]>();
    for (const message of found) {
      // `n:*` always holds the last message, even when its uid is below n (RFC 9051 §9).
      if (message.uid < step.uidNext || taken.has(message.uid)) continue;
      const key = sameMessageKey(toHeader(message));
      byKey.set(
        key,
        [...(byKey.get(key) ?? []), message.uid].sort((a, b) => a - b),
      );
    }
    const copies = new Map<number, number>();
    for (const message of messages) {
      const copy = byKey.get(sameMessageKey(message))?.shift();
      if (copy !== undefined) copies.set(message.uid, copy);
    }
    return copies;
  });
}

/** Runs with the mailbox selected, if its uids mean what they meant. */
async function within<T>(
  client: ImapFlow,
  { path, uidValidity }: { readonly path: string; readonly uidValidity: number },
  work: () => Promise<T>,
): Promise<T> {
  const lock = await client.getMailboxLock(path);
  try {
    const selected = client.mailbox;
    if (selected === false || Number(selected.uidValidity) !== uidValidity) {
      throw new RequestError('message.not-found');
    }
    return await work();
  } finally {
    lock.release();
  }
}

async function stillThere(client: ImapFlow, uids: readonly number[]): Promise<number[]> {
  const found = await client.search({ uid: toUidSet(uids) }, { uid: true });
  if (Array.isArray(found)) return found;
  assertConnected(client);
  throw new ImapError('imap.failed', { command: 'UID SEARCH' });
}

function copiedUids(copied: CopyResponseObject, step: MoveStep): Map<number, number> {
  const same = copied.uidValidity === undefined || Number(copied.uidValidity) === step.uidValidity;
  return new Map(same ? copied.uidMap : []);
}

function refusal(command: string): ImapError {
  return new ImapError('imap.failed', { command, status: 'NO' });
}
