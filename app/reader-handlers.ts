/** Answers what the reader asks beside the body itself: source, journey, files, pictures, invitations. */
import { join, parse } from 'node:path';
import type { MessageRef } from './contract/index.ts';
import type { EngineParts } from './engine-parts.ts';
import type { EngineOptions, MethodHandlers } from './engine-types.ts';
import { RequestError } from './errors.ts';
import { wholeMessagePartId } from './imap/message-bodies.ts';
import { isCalendar, readInvites } from './mime/calendar.ts';
import { readTravel } from './mime/travel.ts';
import { saveNewFile } from './store/save-file.ts';

export type ReaderMethod = Extract<
  keyof MethodHandlers,
  `part.${string}` | `remote.${string}` | 'message.travel' | 'message.source' | 'message.invites'
>;

/** How much of a source or a part goes in one frame (bytes). */
const pieceBytes = 256 * 1024;

export function readerHandlers(
  { host }: EngineOptions,
  { accounts, dragFiles, mail, remote }: EngineParts,
): Pick<MethodHandlers, ReaderMethod> {
  const source = async (ref: MessageRef) =>
    (await mail.bodies.readPart(ref, wholeMessagePartId)).bytes;
  return {
    'message.travel': async ({ ref }) => {
      const { imap, address } = accounts.get(ref.accountId);
      const domain = address.split('@').at(-1) ?? '';
      const { hops, results } = readTravel(await source(ref), [imap.host, domain]);
      return {
        hops: hops.map(({ at, ...hop }) => ({
          ...hop,
          ...(at === undefined ? {} : { at: at.toISOString() }),
        })),
        results: [...results],
      };
    },
    'message.source': async ({ ref, offset }) => {
      const bytes = await source(ref);
      const piece = bytes.subarray(offset, lineEnd(bytes, offset + pieceBytes));
      const next = offset + piece.length;
      return {
        text: new TextDecoder().decode(piece),
        sizeBytes: bytes.length,
        ...(next < bytes.length && next > offset ? { next } : {}),
      };
    },
    'message.invites': async ({ ref }) => {
      const parts = (await mail.bodies.readParts(ref)).filter(({ mimeType }) =>
        isCalendar(mimeType),
      );
      // The same invitation often comes as an alternative and as a file.
      const [first] = parts;
      return { invites: first === undefined ? [] : await readInvites(first.bytes) };
    },
    'part.save': async ({ ref, partId }) => {
      const part = await mail.bodies.readPart(ref, partId);
      const path = await host.chooseSavePath(part.fileName);
      return path === undefined ? {} : { savedAs: await saveNewFile(path, part.bytes) };
    },
    'part.saveAll': async ({ ref }) => {
      const { parts: facts } = await mail.bodies.openMessage(ref);
      const files = (await mail.bodies.readParts(ref)).filter((_part, at) => !facts[at]?.inline);
      const [first] = files;
      if (first === undefined) throw new RequestError('part.not-found');
      const path = await host.chooseSavePath(first.fileName);
      if (path === undefined) return { saved: [] };
      const saved = [await saveNewFile(path, first.bytes)];
      const { dir } = parse(path);
      for (const { fileName, bytes } of files.slice(1)) {
        saved.push(await saveNewFile(join(dir, fileName), bytes));
      }
      return { saved };
    },
    'part.prepareDrag': async ({ ref, partId }) => {
      // Where nothing can be dragged out, nothing is written.
      if (!host.capabilities.includes('dragOut')) return {};
      const { fileName, bytes } = await mail.bodies.readPart(ref, partId);
      const { accountId, mailboxId, uidValidity, uid } = ref;
      const key = JSON.stringify([mailboxId, uidValidity, uid, partId]);
      const dragId = await dragFiles.prepare({ accountId, key, fileName, bytes });
      return dragId === undefined ? {} : { dragId };
    },
    'part.drag': async ({ dragId }) => {
      const path = dragFiles.take(dragId);
      if (path === undefined) return { started: false };
      await host.startDrag?.(path);
      return { started: true };
    },
    'part.read': async ({ ref, partId, offset }) => {
      const { bytes } = await mail.bodies.readPart(ref, partId);
      const piece = bytes.subarray(offset, offset + pieceBytes);
      const next = offset + piece.length;
      return {
        chunk: Buffer.from(piece).toString('base64'),
        sizeBytes: bytes.length,
        ...(next < bytes.length && piece.length > 0 ? { next } : {}),
      };
    },
    'remote.resolve': ({ ref, urls }) => remote.resolve(ref, urls),
    'remote.allow': async ({ ref, sender }) => {
      await remote.allow(ref, sender);
      return {};
    },
    'remote.senders': () => remote.senders(),
    'remote.forget': ({ address }) => {
      remote.forget(address);
      return {};
    },
  };
}

/** Behind the last line break before `end`, so that no line and no character is cut in two. */
function lineEnd(bytes: Uint8Array, end: number): number {
  if (end >= bytes.length) return bytes.length;
  const found = bytes.lastIndexOf(0x0a, end - 1);
  return found < end - pieceBytes / 2 ? end : found + 1;
}
