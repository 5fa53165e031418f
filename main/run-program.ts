/**
 * Runs a small system program without a shell, with text on its standard input, in bounded time.
 */
import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** Undefined when it could not be started or did not end in time. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunProgram = (
  program: string,
  parameters: readonly string[],
  options: { readonly input?: string; readonly timeoutMs: number },
) => Promise<ProgramResult>;

/** Bytes kept of each stream; the rest is dropped. */
const maxOutputBytes = 64 * 1024;

export const runProgram: RunProgram = (program, parameters, options) =>
  new Promise((resolve) => {
    const child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, options.timeoutMs);
    const finish = (code: number | null | undefined): void => {
      clearTimeout(timer);
      resolve({ code: late ? undefined : (code ?? undefined), stdout, stderr });
    };
    child.stdout.on('data', (chunk: Buffer) => {
      if (stdout.length < maxOutputBytes) stdout += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < maxOutputBytes) stderr += chunk.toString('utf8');
    });
    child.on('error', () => finish(undefined));
    child.on('close', (code) => finish(code));
    // A program that ends without reading must not end us.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
