/** One line per event, structured, without secrets: the host decides where lines go. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  log(level: LogLevel, event: string, fields?: LogFields): void;
}

export const silentLogger: Logger = { log: () => undefined };

/**
 * Text of any thrown value with its causes, without bodies of certificates or frames.
 * Never throws, whatever the value is (library errors can be circular).
 */
export function describeError(value: unknown, depth = 0): string {
  if (!(value instanceof Error)) return typeof value === 'string' ? value : typeof value;
  const code = 'code' in value && typeof value.code === 'string' ? ` [${value.code}]` : '';
  const own = `${value.name}: ${value.message}${code}`;
  return value.cause !== undefined && depth < 4
    ? `${own} <- ${describeError(value.cause, depth + 1)}`
    : own;
}
