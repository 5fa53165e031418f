/**
 * The demo's mail: a few dozen made-up messages with dates in the weeks before `now`. The same
 * person and clock give the same bytes. Only example domains and `.test` occur.
 */
import { buildMessage, type DemoMessage, type Person } from './build.ts';
import { bulkMail } from './bulk.ts';
import { arrivals, letters } from './letters.ts';

export type { DemoMessage, Person } from './build.ts';

export const demoPerson: Person = { name: 'Mia Holm', address: 'mia@harbour.test' };

/** Newest last, as they came. */
export async function demoMessages(me: Person, now: Date): Promise<DemoMessage[]> {
  const described = [...letters(me, now), ...bulkMail(me)].sort((a, b) => b.hoursAgo - a.hoursAgo);
  return Promise.all(described.map((each) => buildMessage(each, me, now)));
}

/** How many different messages can arrive. */
export const arrivalCount = arrivals().length;

/** The message that arrives as number `index`; they come round again under new names. */
export async function arrivingMessage(me: Person, now: Date, index: number): Promise<DemoMessage> {
  const all = arrivals();
  const described = all[index % all.length];
  if (described === undefined) throw new Error('no message');
  return buildMessage({ ...described, id: `${described.id}-${index}` }, me, now);
}
