/** Turns a described message into raw RFC 5322 bytes; the same description and clock give the same bytes. */
import MailComposer from 'nodemailer/lib/mail-composer';

export interface Person {
  readonly name: string;
  readonly address: string;
}

export interface DemoAttachment {
  readonly filename: string;
  readonly content: Uint8Array | string;
  readonly contentType: string;
  /** With it the part is shown inside the HTML: `<img src="cid:…">`. */
  readonly cid?: string;
}

export interface Described {
  /** Unique within the set; names the Message-ID. */
  readonly id: string;
  readonly hoursAgo: number;
  readonly from: Person;
  /** Default: the demo's own person. */
  readonly to?: readonly Person[];
  readonly cc?: readonly Person[];
  /** None at all when absent. */
  readonly subject?: string;
  readonly text: string;
  readonly html?: string;
  readonly attachments?: readonly DemoAttachment[];
  readonly invitation?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `id`s of the thread so far, oldest first. */
  readonly after?: readonly string[];
  /** `\Seen` and so on; unread when absent. */
  readonly flags?: readonly string[];
  /** Default INBOX. */
  readonly mailbox?: string;
}

export interface DemoMessage {
  readonly id: string;
  readonly raw: Buffer;
  readonly receivedAt: Date;
  readonly flags: readonly string[];
  readonly mailbox: string;
}

function messageId(id: string): string {
  return `<${id}@demo.example.org>`;
}

export async function buildMessage(
  described: Described,
  me: Person,
  now: Date,
): Promise<DemoMessage> {
  const { after = [], invitation } = described;
  const receivedAt = new Date(now.getTime() - described.hoursAgo * 3_600_000);
  receivedAt.setMilliseconds(0);
  const composer = new MailComposer({
    from: { ...described.from },
    to: (described.to ?? [me]).map((person) => ({ ...person })),
    ...(described.cc === undefined ? {} : { cc: described.cc.map((person) => ({ ...person })) }),
    ...(described.subject === undefined ? {} : { subject: described.subject }),
    text: described.text,
    ...(described.html === undefined ? {} : { html: described.html }),
    ...(invitation === undefined
      ? {}
      : { icalEvent: { method: 'REQUEST', content: invitation, filename: 'invite.ics' } }),
    attachments: (described.attachments ?? []).map((each) => ({
      ...each,
      content: typeof each.content === 'string' ? each.content : Buffer.from(each.content),
      ...(each.cid === undefined ? {} : { contentDisposition: 'inline' as const }),
    })),
    headers: { ...described.headers },
    messageId: messageId(described.id),
    ...(after.length === 0
      ? {}
      : {
          inReplyTo: messageId(after.at(-1) ?? ''),
          references: after.map(messageId),
        }),
    date: receivedAt,
    baseBoundary: described.id,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    id: described.id,
    raw: await composer.compile().build(),
    receivedAt,
    flags: described.flags ?? [],
    mailbox: described.mailbox ?? 'INBOX',
  };
}
