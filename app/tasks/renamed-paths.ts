/** Tasks name mailboxes by path: what they keep, once a mailbox has another. */

/** The payload with every path that is `from` replaced; undefined when there is none. */
export function withPath(payload: unknown, from: string, to: string): unknown {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const isPath = ([name, value]: [string, unknown]) =>
    (name === 'path' || name === 'to' || name === 'shownIn') && value === from;
  const entries = Object.entries(payload);
  if (!entries.some(isPath)) return undefined;
  return Object.fromEntries(entries.map((entry) => [entry[0], isPath(entry) ? to : entry[1]]));
}

/** The steps with those kept under `from` kept under `to`; undefined when there are none. */
export function withKey(step: unknown, from: string, to: string): unknown {
  if (typeof step !== 'object' || step === null || !Object.hasOwn(step, from)) return undefined;
  const entries = Object.entries(step);
  return Object.fromEntries(entries.map(([key, value]) => [key === from ? to : key, value]));
}
