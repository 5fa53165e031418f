/**
 * One Authentication-Results field: what a server found when it looked at SPF, DKIM and DMARC.
 * Anyone can write such a field; who may be believed is decided in travel.ts. RFC 8601 §2.2.
 */
import { type FieldToken, fieldTokens } from './header-fields.ts';

export interface AuthenticationResult {
  /** Lower case: `spf`, `dkim`, `dmarc`, … */
  readonly method: string;
  /** Lower case: `pass`, `fail`, `none`, … */
  readonly result: string;
  /** The domain that was looked at, e.g. of `header.d` or `smtp.mailfrom`. */
  readonly domain?: string;
}

export interface AuthenticationResults {
  /** Lower case; empty when there is none, as some servers write it. */
  readonly server: string;
  readonly results: readonly AuthenticationResult[];
}

const mostResults = 50;
/** Which property says whose domain it was, best first. */
const domainProperties: Readonly<Record<string, readonly string[]>> = {
  spf: ['smtp.mailfrom', 'smtp.mail', 'smtp.helo'],
  dkim: ['header.d', 'header.i'],
  dmarc: ['header.from'],
};

/** Never throws; what cannot be understood is left out. */
export function parseAuthenticationResults(value: string): AuthenticationResults {
  const groups = splitAt(
    fieldTokens(value).filter(({ kind }) => kind !== 'comment'),
    ';',
  );
  const [first = [], ...rest] = groups;
  // Without an authserv-id the first group is a result already.
  const named = first.length > 0 && first[1]?.text !== '=';
  const results = (named ? rest : groups).flatMap((group) => resultOf(group));
  return {
    server: named ? (first[0]?.text ?? '').toLowerCase().slice(0, 255) : '',
    results: results.slice(0, mostResults),
  };
}

function splitAt(tokens: readonly FieldToken[], mark: string): FieldToken[][] {
  const groups: FieldToken[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === mark) groups.push([]);
    else groups.at(-1)?.push(token);
  }
  return groups;
}

function resultOf(group: readonly FieldToken[]): AuthenticationResult[] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 2 < group.length; at += 1) {
    const [name, mark, value] = group.slice(at, at + 3);
    if (mark?.kind !== 'mark' || mark.text !== '=' || name === undefined) continue;
    pairs.push([name.text.toLowerCase(), value?.text ?? '']);
  }
  const [head, ...properties] = pairs;
  // A method may have a version: `dkim/1`.
  const method = head?.[0].split('/')[0] ?? '';
  const result = head?.[1].toLowerCase() ?? '';
  if (!/^[a-z0-9-]{1,30}$/.test(method) || !/^[a-z]{1,30}$/.test(result)) return [];
  const domain = domainOf(method, properties);
  return [{ method, result, ...(domain === undefined ? {} : { domain }) }];
}

function domainOf(
  method: string,
  properties: readonly (readonly [string, string])[],
): string | undefined {
  for (const name of domainProperties[method] ?? []) {
    const value = properties.find(([key]) => key === name)?.[1];
    const domain = value
      ?.split('@')
      .at(-1)
      ?.replace(/[<>.]+$/g, '')
      .toLowerCase();
    if (domain !== undefined && /^[\p{L}\p{N}.-]{1,255}$/u.test(domain)) return domain;
  }
  return undefined;
}
