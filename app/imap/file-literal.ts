/**
 * APPEND of a file without holding it in memory (RFC 9051 §6.3.12). imapflow takes a message only as
 * one buffer: it gets a short placeholder, and on the way to the server the size announced becomes the
 * file's and the placeholder the file, piece by piece as the leg takes them. Command, tag, mailbox name
 * and the server's answer stay with the library.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import type { ImapFlow } from 'imapflow';
import { ImapError, StorageError } from '../errors.ts';

/** Longer than what goes without waiting for the server's `+` (RFC 7888 §5): 4,096 octets. */
const placeholderOctets = 8_192;
const pieceBytes = 256 * 1_024;

interface Substitution {
  readonly placeholder: Buffer;
  readonly path: string;
  readonly sizeBytes: number;
  announced: boolean;
}

/** Stands between imapflow and its leg; passes everything else as it is. */
export class FileLiteral {
  readonly #stream: Duplex;
  readonly #write: (bytes: Uint8Array, done?: (error?: Error | null) => void) => boolean;
  readonly #touch: () => void;
  #current: Substitution | undefined;
  /** What the library wrote while the file was on its way. */
  #held: Uint8Array[] | undefined;

  /** @param touch told with each piece that left: the leg is not silent */
  constructor(stream: Duplex, touch: () => void) {
    this.#stream = stream;
    this.#write = stream.write.bind(stream);
    this.#touch = touch;
  }

  /** Instead of the stream's own `write`. */
  write(bytes: Uint8Array): boolean {
    if (this.#held !== undefined) {
      this.#held.push(bytes);
      return false;
    }
    const current = this.#current;
    return current === undefined ? this.#write(bytes) : this.#substitute(current, bytes);
  }

  /** The next literal that is this placeholder becomes the file. */
  arm(placeholder: Buffer, path: string, sizeBytes: number): void {
    this.#current = { placeholder, path, sizeBytes, announced: false };
  }

  disarm(): void {
    this.#current = undefined;
  }

  #substitute(current: Substitution, bytes: Uint8Array): boolean {
    const { placeholder, sizeBytes } = current;
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const announcement = `{${placeholder.length}}\r\n`;
    if (!current.announced && chunk.toString('latin1').endsWith(announcement)) {
      current.announced = true;
      const command = chunk.subarray(0, chunk.length - announcement.length);
      return this.#write(Buffer.concat([command, Buffer.from(`{${sizeBytes}}\r\n`)]));
    }
    if (!chunk.includes(placeholder)) return this.#write(bytes);
    if (!current.announced || !chunk.subarray(0, placeholder.length).equals(placeholder)) {
      // The library works otherwise than it did: better no copy than a wrong one.
      this.#stream.destroy(new Error('literal in an unknown shape'));
      return false;
    }
    this.#held = [chunk.subarray(placeholder.length)];
    void this.#send(current);
    return false;
  }

  async #send({ path, sizeBytes }: Substitution): Promise<void> {
    try {
      const file = await open(path, 'r');
      try {
        await this.#pump(file, sizeBytes);
      } finally {
        await file.close();
      }
      const held = this.#held ?? [];
      this.#held = undefined;
      this.#current = undefined;
      for (const bytes of held) this.#write(bytes);
    } catch (error) {
      // The server waits for the rest, which never comes: nothing else can be said on this leg.
      this.#stream.destroy(error instanceof Error ? error : undefined);
    }
  }

  /** One buffer for all pieces: the next one is read when the leg is done with the one before. */
  async #pump(file: FileHandle, sizeBytes: number): Promise<void> {
    const piece = Buffer.alloc(pieceBytes);
    let sent = 0;
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, pieceBytes, sent);
      sent += bytesRead;
      if (sent > sizeBytes || (bytesRead === 0 && sent < sizeBytes)) {
        throw new Error('file is not as long as announced');
      }
      if (bytesRead === 0) return;
      await this.#piece(piece.subarray(0, bytesRead));
      this.#touch();
    }
  }

  #piece(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }
}

const literals = new WeakMap<ImapFlow, FileLiteral>();

/** Called where the connection is made. */
export function keepLiteral(client: ImapFlow, literal: FileLiteral): void {
  literals.set(client, literal);
}

/**
 * Appends the message in `path`, which is not changed meanwhile. Memory: one piece of 256 KiB.
 * @param mailboxPath as the library knows it
 * @throws ImapError; what imapflow throws; StorageError when the file cannot be read
 */
export async function appendFile(
  client: ImapFlow,
  mailboxPath: string,
  path: string,
  flags: string[],
): Promise<void> {
  const literal = literals.get(client);
  if (literal === undefined) throw new ImapError('imap.failed', { command: 'APPEND' });
  const { size } = await stat(path).catch((error: unknown) => {
    throw new StorageError('storage.failed', {}, { cause: error });
  });
  const placeholder = Buffer.from(randomBytes(placeholderOctets / 2).toString('hex'));
  literal.arm(placeholder, path, size);
  try {
    const done = await client.append(mailboxPath, placeholder, flags);
    if (!done) throw new ImapError('imap.failed', { command: 'APPEND' });
  } finally {
    literal.disarm();
  }
}
