/**
 * Where a passphrase comes from: a file, a pipe, or a person at a terminal who does not see it. Never
 * the command line: every process of the machine could read it there.
 */
import { readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { ConfigError } from './config.ts';
import { promptFor } from './log.ts';

export interface PassphraseOptions {
  readonly file: string | undefined;
  /** A new one: asked for twice at a terminal, and not a short one. */
  readonly isNew: boolean;
}

/** What is used of process.stdin. */
export type PassphraseInput = Readable & {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
};

const shortest = 12;
const longestOctets = 4_096;

/** @throws ConfigError when there is none, it is too short, or a file is open to others */
export async function readPassphrase(
  options: PassphraseOptions,
  input: PassphraseInput = process.stdin,
): Promise<string> {
  const passphrase = await read(options, input);
  if (passphrase === '') throw new ConfigError('no passphrase was given');
  if (options.isNew && [...passphrase].length < shortest) {
    throw new ConfigError(`the passphrase is too short: ${shortest} characters at least`);
  }
  return passphrase;
}

async function read({ file, isNew }: PassphraseOptions, input: PassphraseInput): Promise<string> {
  if (file !== undefined) return firstLine(await readSecretFile(file));
  if (input.isTTY !== true) return firstLine(await readPipe(input));
  const passphrase = await askHidden(input, 'Passphrase of the backup: ');
  if (isNew && (await askHidden(input, 'The same again: ')) !== passphrase) {
    throw new ConfigError('the two passphrases differ');
  }
  return passphrase;
}

async function readSecretFile(path: string): Promise<string> {
  try {
    const facts = await stat(path);
    if (facts.isFile() && (facts.mode & 0o077) !== 0) {
      throw new ConfigError(`passphrase file ${path} can be read by others: chmod 600 it`);
    }
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(`passphrase file ${path} cannot be read`, { cause });
  }
}

async function readPipe(input: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of input) {
    const part = Buffer.from(chunk);
    chunks.push(part);
    octets += part.length;
    if (part.includes(0x0a) || octets > longestOctets) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}

/** One line from a terminal, without showing it. */
function askHidden(input: PassphraseInput, question: string): Promise<string> {
  promptFor(question);
  input.setRawMode?.(true);
  return new Promise((resolve, reject) => {
    let typed = '';
    const finish = (end: () => void): void => {
      input.off('data', onData);
      input.setRawMode?.(false);
      input.pause();
      promptFor('\n');
      end();
    };
    const onData = (chunk: Buffer): void => {
      const chars = [...chunk.toString('utf8')];
      for (const [at, char] of chars.entries()) {
        if (char === '\r' || char === '\n') {
          finish(() => resolve(typed));
          // Pasted lines come at once: the rest answers the next question.
          const rest = chars.slice(at + 1).join('');
          if (rest !== '') input.unshift(Buffer.from(rest, 'utf8'));
          return;
        }
        // Control-C and Control-D: in raw mode they are only octets.
        if (char === '\u0003' || char === '\u0004') {
          finish(() => reject(new ConfigError('given up')));
          return;
        }
        if (char === '\u007f' || char === '\b') typed = [...typed].slice(0, -1).join('');
        else typed += char;
      }
    };
    input.on('data', onData);
    input.resume();
  });
}
