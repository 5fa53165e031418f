/** The published vectors, and the independent Python programs as child processes. Tests only. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const vectorFolder = join(import.meta.dirname, '../../docs/vectors');
export const vectorFiles = [
  'key-card.json',
  'handshake-nk.json',
  'handshake-nkhfs.json',
  'session-smtp.json',
  'session-imap.json',
] as const;
export type VectorFile = (typeof vectorFiles)[number];

export function vectorPath(name: string): string {
  return join(vectorFolder, name);
}

export function readVectors(name: VectorFile): object {
  const document: unknown = JSON.parse(readFileSync(vectorPath(name), 'utf8'));
  if (typeof document !== 'object' || document === null) throw new Error(`${name} is no object`);
  return document;
}

// Debian's own Python sees Debian's packages; another one that comes first in PATH may not.
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
export interface PythonResult {
  readonly code: number | null;
  /** Of its output; of reader.py one per file: `ok <path>`, or `DIFFERS <path>: <why>`. */
  readonly lines: readonly string[];
  readonly errors: string;
}

/** @param paths files with vectors, checked in one process */
export function runReader(
  paths: readonly string[],
  wordList = vectorPath('bip39-english.txt'),
): Promise<PythonResult> {
  return runPython('reader.py', [wordList, ...paths]);
}

/** @param script a file in this folder */
export async function runPython(script: string, args: readonly string[]): Promise<PythonResult> {
  const child = spawn(python, ['-B', join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, lines: output.split('\n').filter((line) => line !== ''), errors };
}
