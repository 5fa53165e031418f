/** The literal that a line announces at its end: `{5}` waits for a go-ahead, `{5+}` does not. RFC 7888. */

export interface Literal {
  readonly octets: number;
  readonly waits: boolean;
}

/** @param line with its line ending; undefined when it announces nothing */
export function trailingLiteral(line: Buffer): Literal | undefined {
  const parts = /\{(\d{1,15})(\+?)\}\r?\n$/.exec(line.subarray(-32).toString('latin1'));
  if (parts === null) return undefined;
  return { octets: Number(parts[1]), waits: parts[2] === '' };
}
