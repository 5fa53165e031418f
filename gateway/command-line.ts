/** The command `letterlock-gateway`: what it was asked for, signals, exit codes. */
import { readFile } from 'node:fs/promises';
import { fingerprintWords } from '../app/leg/fingerprint.ts';
import { describeError } from '../app/log.ts';
import { type ConfigSource, helpText, parseCommandLine } from './arguments.ts';
import { ConfigError, parseConfig } from './config.ts';
import { Gateway } from './gateway.ts';
import { runKeysCommand } from './keys-command.ts';
import { complain, print, terminalLogger } from './log.ts';

const version = '0.1.0';
/** EX_CONFIG of sysexits.h: a service manager need not try again. */
const configExit = 78;

/** Sets the exit code; returns when there is nothing left to do. Never rejects. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  try {
    const command = parseCommandLine(args);
    switch (command.command) {
      case 'help':
        print(helpText);
        return;
      case 'version':
        print(version);
        return;
      case 'run':
        await serve(command.config);
        return;
      default:
        print(await runKeysCommand(command, await stateDirOf(command.config), new Date()));
        return;
    }
  } catch (error) {
    complain(error instanceof ConfigError ? error.message : describeError(error));
    process.exitCode = error instanceof ConfigError ? configExit : 1;
  }
}

async function serve(source: ConfigSource): Promise<void> {
  const input = await inputOf(source);
  if ('input' in source) {
    if (source.input.stateDir === undefined) throw new ConfigError('--state-dir is missing');
    if (source.input.listeners.length === 0) {
      throw new ConfigError('nothing to listen on: --submission or --imap; try --help');
    }
  }
  const gateway = await Gateway.start(parseConfig(input), terminalLogger);
  const stop = (signal: NodeJS.Signals): void => {
    // A second signal ends the process at once.
    process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT');
    terminalLogger.log('info', 'stopping', { signal });
    void gateway.stop().then(() => {
      terminalLogger.log('info', 'stopped');
      process.exit(0);
    });
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.on('SIGHUP', () => void gateway.reload());
  terminalLogger.log('info', 'ready', {
    version,
    fingerprint: fingerprintWords(gateway.keys.identity),
  });
}

async function inputOf(source: ConfigSource): Promise<unknown> {
  if ('input' in source) return source.input;
  let text: string;
  try {
    text = await readFile(source.path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`configuration: ${source.path} cannot be read`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : '';
    throw new ConfigError(`configuration: ${source.path} is not JSON: ${reason}`, { cause });
  }
}

async function stateDirOf(source: ConfigSource): Promise<string> {
  if (!('input' in source)) return parseConfig(await inputOf(source)).stateDir;
  if (source.input.stateDir === undefined) throw new ConfigError('--state-dir is missing');
  return source.input.stateDir;
}
