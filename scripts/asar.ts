/**
 * Reads the table of contents of an asar archive.
 * Form: two nested length-prefixed "pickles" (u32le each) around JSON text, then the files
 * (github.com/electron/asar, README "Format").
 */
import { readFileSync } from 'node:fs';

/** Offset of the JSON text: size of a pickle (4), header size, payload size, text length. */
const textOffset = 16;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Paths of every file and folder, each with a leading slash. @throws Error when it is no asar */
export function listAsar(path: string): string[] {
  const bytes = readFileSync(path);
  const text = bytes.subarray(textOffset, textOffset + bytes.readUInt32LE(12)).toString('utf8');
  return listNode(JSON.parse(text), '');
}

function listNode(node: unknown, path: string): string[] {
  if (!isRecord(node) || !isRecord(node.files)) return [];
  return Object.entries(node.files).flatMap(([name, child]) => [
    `${path}/${name}`,
    ...listNode(child, `${path}/${name}`),
  ]);
}
