/**
 * Responses of an IMAP server before log-in: read whole with their literals, bounded, so that the
 * gateway stays in step and can change the lists of capabilities. RFC 9051 §7.
 */
import type { BackendLink } from '../backend-link.ts';
import { sizes } from '../limits.ts';
import { SessionEnd } from '../session-end.ts';
import { trailingLiteral } from './literals.ts';

export interface ImapResponse {
  readonly kind: 'untagged' | 'continuation' | 'tagged';
  /** `*`, `+` or the command's tag. */
  readonly tag: string;
  /** First word in upper case: OK, NO, BAD, BYE, PREAUTH, CAPABILITY, … */
  readonly word: string;
  /** The whole response, literals and line endings included. */
  readonly octets: Buffer;
}

/** @throws SessionEnd when the backend is gone or does not speak IMAP */
export async function readResponse(backend: BackendLink): Promise<ImapResponse> {
  const pieces: Buffer[] = [];
  let size = 0;
  const keep = (piece: Buffer): void => {
    size += piece.length;
    if (size > sizes.backendReply) throw new SessionEnd('backend-protocol', { cut: true });
    pieces.push(piece);
  };
  for (;;) {
    const line = await backend.readLine(sizes.backendLine);
    keep(line);
    const literal = trailingLiteral(line);
    if (literal === undefined) break;
    if (size + literal.octets > sizes.backendReply) {
      throw new SessionEnd('backend-protocol', { cut: true });
    }
    keep(await backend.readExactly(literal.octets));
  }
  const response = parseHead(Buffer.concat(pieces));
  if (response.word === 'BYE' && response.kind === 'untagged') backend.expectEnd();
  return response;
}

function parseHead(octets: Buffer): ImapResponse {
  const parts = /^(\S{1,128}) ?([A-Za-z0-9-]*)/.exec(octets.subarray(0, 512).toString('latin1'));
  if (parts === null) throw new SessionEnd('backend-protocol', { cut: true });
  const [, tag = '', word = ''] = parts;
  const kind = tag === '*' ? 'untagged' : tag === '+' ? 'continuation' : 'tagged';
  return { kind, tag, word: word.toUpperCase(), octets };
}
