/**
 * Bounds the number of parts before a parser sees the message: a million siblings are cheap to
 * send and dear to keep. Counts lines that look like a declared boundary (RFC 2046 §5.1.1).
 */
import { mimeLimits } from './limits.ts';

const lineFeed = 0x0a;

/** The message cut in front of the first part too many, or all of it. */
export function limitParts(raw: Uint8Array): { readonly raw: Uint8Array; readonly cut: boolean } {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  // Few dashes at line starts: nothing to count, and no boundaries to look for.
  if (!hasManyDashLines(bytes)) return { raw, cut: false };
  const declared = declaredBoundaries(bytes);
  let parts = 0;
  let lines = 0;
  for (const start of dashLines(bytes)) {
    lines += 1;
    const line = lineAt(bytes, start + 2);
    if (declared.has(line) || declared.has(line.replace(/--$/, ''))) parts += 1;
    // The second count holds for boundaries declared in ways that are not looked for here.
    if (parts > mimeLimits.parts || lines > mimeLimits.dashLines) {
      return { raw: raw.subarray(0, start), cut: true };
    }
  }
  return { raw, cut: false };
}

function hasManyDashLines(bytes: Buffer): boolean {
  let count = 0;
  for (const _start of dashLines(bytes)) {
    count += 1;
    if (count > mimeLimits.parts) return true;
  }
  return false;
}

function* dashLines(bytes: Buffer): Generator<number> {
  for (let at = bytes.indexOf('\n--'); at !== -1; at = bytes.indexOf('\n--', at + 2)) yield at + 1;
}

function lineAt(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(lineFeed, start);
  return bytes
    .toString('latin1', start, Math.min(end === -1 ? bytes.length : end, start + 256))
    .trimEnd();
}

/** Values of `boundary=` anywhere in the message: too many only make the count stricter. */
function declaredBoundaries(bytes: Buffer): Set<string> {
  const found = new Set<string>();
  const pattern = /boundary\s{0,8}=\s{0,8}(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/gi;
  // A header section is never this far from a line of its own; pieces keep the strings small.
  const step = 1024 * 1024;
  for (let from = 0; from < bytes.length; from += step) {
    const piece = bytes.toString('latin1', from, Math.min(from + step + 512, bytes.length));
    for (const match of piece.matchAll(pattern)) found.add((match[1] ?? match[2] ?? '').trimEnd());
  }
  return found;
}
