/** All uids of a mailbox, as the store has them and as the server says. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { ImapFlow } from 'imapflow';
import { ImapError } from '../errors.ts';
import type { SyncReader } from '../store/sync-reader.ts';
import { countUids, joined, parseUidSet, toSpans, type UidSpan } from './uid-spans.ts';

const page = 2_000;

/** Read in pages: other work of the thread goes on in between. */
export async function localUids(sync: SyncReader, mailboxId: number): Promise<UidSpan[]> {
  const spans: UidSpan[] = [];
  for (let after = 0; ; ) {
    const uids = sync.uidsAfter(mailboxId, after, page);
    spans.push(...toSpans(uids));
    const last = uids.at(-1);
    if (last === undefined || uids.length < page) return joined(spans);
    after = last;
    await breathe();
  }
}

/**
 * What the selected mailbox holds: a few ranges where the server has ESEARCH (RFC 4731).
 * `whole` says whether a uid that is not among them is proven to be gone: an answer that holds
 * fewer than the mailbox does was cut somewhere.
 * @throws ImapError when the server refused
 */
export async function searchAllUids(
  client: ImapFlow,
): Promise<{ uids: UidSpan[]; whole: boolean }> {
  const exists = () => (client.mailbox === false ? 0 : client.mailbox.exists);
  const extended = client.capabilities.has('ESEARCH') || client.capabilities.has('IMAP4rev2');
  const uids = extended ? await extendedSearch(client) : await plainSearch(client);
  return { uids, whole: countUids(uids) >= exists() };
}

async function extendedSearch(client: ImapFlow): Promise<UidSpan[]> {
  const found = await client.search({ all: true }, { uid: true, returnOptions: ['ALL'] });
  if (Array.isArray(found)) return toSpans(found);
  if (found === false || found === undefined) throw refused();
  if (found.all === undefined) return [];
  const spans = parseUidSet(found.all);
  if (spans === undefined) throw refused();
  return spans;
}

async function plainSearch(client: ImapFlow): Promise<UidSpan[]> {
  const found = await client.search({ all: true }, { uid: true });
  if (!Array.isArray(found)) throw refused();
  return toSpans(found);
}

function refused(): ImapError {
  return new ImapError('imap.failed', { command: 'UID SEARCH' });
}
