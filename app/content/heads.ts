import type { MessageHeader } from '../store/mail-types.ts';

export interface Heads {
  readonly subject: string;
  /** Names and addresses. */
  readonly from: string;
  readonly to: string;
}

/** What the index is given of a message whose content is not here. */
export function headsOf({
  subject,
  from,
  to,
}: Pick<MessageHeader, 'subject' | 'from' | 'to'>): Heads {
  const person = ({ name, address }: { name: string; address: string }) => `${name} ${address}`;
  return {
    subject,
    from: from === undefined ? '' : person(from),
    to: to.map(person).join(', '),
  };
}
