/** Mail from senders who write to many: newsletters, receipts, lists, notices, and one that is a trap. */
import type { Described, Person } from './build.ts';
import { type Colour, landscape, logo, pdf } from './pictures.ts';

const seen = ['\\Seen'];

interface Page {
  readonly accent: string;
  readonly title: string;
  readonly lead: string;
  readonly picture?: string;
  readonly blocks: readonly { readonly head: string; readonly text: string }[];
  readonly foot: string;
}

/** Tables and inline styles, as newsletters are written in earnest. */
function page({ accent, title, lead, picture, blocks, foot }: Page): string {
  const image =
    picture === undefined
      ? ''
      : `<img src="cid:${picture}" width="560" alt="" style="display:block;width:100%;border:0">`;
  const body = blocks
    .map(
      ({ head, text }) =>
        `<h2 style="font:600 18px Georgia,serif;margin:24px 0 6px">${head}</h2><p style="margin:0;line-height:1.55">${text}</p>`,
    )
    .join('');
  return `<!doctype html><html><body style="margin:0;background:#f3efe8"><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px">
<table role="presentation" width="560" cellpadding="0" cellspacing="0" style="background:#ffffff;color:#26241f;font:15px Helvetica,Arial,sans-serif"><tr><td style="background:${accent};height:6px"></td></tr><tr><td>${image}</td></tr>
<tr><td style="padding:28px 32px"><h1 style="font:400 28px Georgia,serif;margin:0 0 10px">${title}</h1><p style="margin:0;line-height:1.55;color:#5c574d">${lead}</p>${body}</td></tr>
<tr><td style="padding:16px 32px;color:#8a8478;font-size:12px;border-top:1px solid #e6e0d4">${foot}</td></tr></table></td></tr></table></body></html>`;
}

function newsletter(
  base: Pick<Described, 'id' | 'hoursAgo' | 'from' | 'subject' | 'flags'>,
  content: Omit<Page, 'picture'>,
  seed: number,
): Described {
  const picture = `picture-${base.id}@example.org`;
  const text = [
    content.title,
    content.lead,
    ...content.blocks.map(({ head, text: body }) => `${head}\n${body}`),
    content.foot,
  ].join('\n\n');
  return {
    ...base,
    text,
    html: page({ ...content, picture }),
    attachments: [
      {
        filename: 'header.png',
        content: landscape(seed),
        contentType: 'image/png',
        cid: picture,
      },
    ],
    headers: {
      'List-Unsubscribe': `<mailto:leave@example.org?subject=leave-${base.id}>`,
      Precedence: 'bulk',
    },
  };
}

interface Receipt {
  readonly id: string;
  readonly hoursAgo: number;
  readonly from: Person;
  readonly subject: string;
  readonly rows: readonly (readonly [what: string, amount: string])[];
  readonly colours: readonly [Colour, Colour];
}

function receipt({ id, hoursAgo, from, subject, rows, colours }: Receipt): Described {
  const cid = `logo-${id}@example.org`;
  const cells = rows
    .map(
      ([what, amount]) =>
        `<tr><td style="padding:6px 0">${what}</td><td align="right" style="padding:6px 0">${amount}</td></tr>`,
    )
    .join('');
  return {
    id,
    hoursAgo,
    from,
    subject,
    text: `${subject}\n\n${rows.map(([what, amount]) => `${what}: ${amount}`).join('\n')}\n`,
    html: `<div style="font:14px Helvetica,Arial,sans-serif;max-width:420px;color:#222222"><img src="cid:${cid}" width="48" height="48" alt=""><h1 style="font-size:18px">${subject}</h1><table width="100%" cellspacing="0">${cells}</table></div>`,
    attachments: [
      { filename: 'logo.png', content: logo(...colours), contentType: 'image/png', cid },
      {
        filename: `receipt-${id}.pdf`,
        content: pdf(
          'Receipt',
          rows.map(([what, amount]) => `${what}   ${amount}`),
        ),
        contentType: 'application/pdf',
      },
    ],
    flags: seen,
  };
}

export function bulkMail(me: Person): Described[] {
  return [
    newsletter(
      {
        id: 'tide-12',
        hoursAgo: 2.4,
        from: { name: 'The Tide Table', address: 'letter@tidetable.test' },
        subject: 'The Tide Table No. 12: fog, and what to do in it',
      },
      {
        accent: '#3f6d7a',
        title: 'Fog, and what to do in it',
        lead: 'A slow letter about coasts. This week: sitting still, listening, and a recipe for soup.',
        blocks: [
          {
            head: 'The bell at Norwick',
            text: 'It has rung by itself in every fog since 1871. Nobody has found the rope.',
          },
          {
            head: 'Soup for eleven sailors',
            text: 'Or for three who stayed out too long. Barley first, fish last, patience throughout.',
          },
        ],
        foot: 'You get this letter because you asked for it in a lighthouse. Leave whenever you like.',
      },
      0,
    ),
    newsletter(
      {
        id: 'paper-88',
        hoursAgo: 27.5,
        from: { name: 'Papier & Faden', address: 'post@papierundfaden.test' },
        subject: 'Neue Büttenpapiere, und ein Faltbrief zum Nachmachen',
        flags: seen,
      },
      {
        accent: '#a5573c',
        title: 'Ein Brief, der sich selbst verschließt',
        lead: 'Vor dem Umschlag kam die Faltung: ein Schlitz, ein Streifen, ein Siegel.',
        blocks: [
          {
            head: 'Neu im Regal',
            text: 'Bütten in Eierschale, Nebel und Tinte, 120 g, vier Ränder.',
          },
          { head: 'Werkstatt', text: 'Samstag um zehn falten wir Briefe wie im 16. Jahrhundert.' },
        ],
        foot: 'Abmelden geht immer, wir winken dann.',
      },
      4,
    ),
    newsletter(
      {
        id: 'museum-3',
        hoursAgo: 120,
        from: { name: 'Museum of Small Things', address: 'news@smallthings.example.org' },
        subject: 'Opening: one hundred lost buttons',
        flags: seen,
      },
      {
        accent: '#6b5b95',
        title: 'One hundred lost buttons',
        lead: 'Each with the coat it might have belonged to. Free on Sundays.',
        blocks: [
          {
            head: 'A talk',
            text: '"The fourth hole": a short history, with slides and no slideshow.',
          },
        ],
        foot: 'Museum of Small Things, the little door beside the big one.',
      },
      8,
    ),
    receipt({
      id: 'order-2231',
      hoursAgo: 44,
      from: { name: 'Kiosk am Kanal', address: 'shop@kiosk.example.com' },
      subject: 'Your order 2231 is on its way',
      rows: [
        ['Ink, blue-black, 50 ml', '9.80'],
        ['Nib, medium (2)', '6.40'],
        ['Postage', '3.20'],
        ['Total', '19.40'],
      ],
      colours: [
        [28, 58, 92],
        [240, 224, 190],
      ],
    }),
    receipt({
      id: 'train-77',
      hoursAgo: 168,
      from: { name: 'Nordbahn Tickets', address: 'tickets@nordbahn.test' },
      subject: 'Ticket: Hafenstadt to Seefeld, coach 7, seat 42 (window)',
      rows: [
        ['Hafenstadt 08:14, platform 3', ''],
        ['Seefeld 11:52', ''],
        ['One person, one bicycle', '31.50'],
      ],
      colours: [
        [150, 40, 44],
        [250, 246, 238],
      ],
    }),
    {
      id: 'list-1',
      hoursAgo: 8,
      from: { name: 'Ines Falk', address: 'ines@example.net' },
      to: [{ name: 'Bookbinders', address: 'bookbinders@lists.example.org' }],
      subject: '[bookbinders] Re: Wheat paste or methyl cellulose?',
      text: 'On Tue, Gerrit wrote:\n> Wheat paste. Always. My grandmother used nothing else.\n\nYour grandmother did not live above a mouse colony, Gerrit.\n\nFor spines: wheat. For repairs that somebody may want to undo one day: methyl cellulose.\n\nInes\n\n-- \nbookbinders mailing list\nhttps://lists.example.org/bookbinders\n',
      headers: {
        'List-Id': 'Bookbinders <bookbinders.lists.example.org>',
        'List-Post': '<mailto:bookbinders@lists.example.org>',
        'List-Unsubscribe': '<mailto:bookbinders-leave@lists.example.org>',
      },
    },
    {
      id: 'list-2',
      hoursAgo: 12,
      from: { name: 'Gerrit Mook', address: 'gerrit@example.com' },
      to: [{ name: 'Bookbinders', address: 'bookbinders@lists.example.org' }],
      subject: '[bookbinders] Wheat paste or methyl cellulose?',
      text: 'A beginner asked me and I gave the only answer there is. Now I ask you all, to be confirmed.\n\nGerrit\n',
      headers: { 'List-Id': 'Bookbinders <bookbinders.lists.example.org>' },
      flags: seen,
    },
    {
      id: 'trap-1',
      hoursAgo: 6.3,
      from: { name: 'Account Security Team', address: 'no-reply@harbour-test.example.net' },
      subject: 'URGENT: your mailbox will be closed in 24 hours',
      text: 'Dear customer, confirm your password: http://harbour.test.example.net/login\n',
      html: `<div style="font:14px Arial,sans-serif"><p>Dear customer,</p><p>Your mailbox <b>${me.address}</b> will be <b>closed in 24 hours</b>. Confirm your password here:</p><p><a href="http://login.example.net/harvest">https://harbour.test/security</a></p><img src="http://pixel.example.net/open.gif?who=mia" width="1" height="1" alt=""></div>`,
    },
    {
      id: 'library-1',
      hoursAgo: 55,
      from: { name: 'Town Library', address: 'loans@library.example.org' },
      subject: 'Due on Friday: "The Cloud Atlas" and one more',
      text: 'Due on Friday:\n\n  The Cloud Atlas (the one with actual clouds)\n  Knots for the Left-Handed\n\nRenew by answering this message with the word RENEW.\n',
      flags: seen,
    },
    {
      id: 'build-1',
      hoursAgo: 15,
      from: { name: 'Build Robot', address: 'robot@ci.example.com' },
      subject: 'lighthouse/main: passed (312 tests, 41 s)',
      text: 'Everything is green. I am a little proud.\n',
      flags: seen,
    },
    {
      id: 'weather-1',
      hoursAgo: 34,
      from: { name: 'Harbour Office', address: 'office@harbour.test' },
      subject: '⚠️ Strong wind on Wednesday: please double your lines',
      text: 'Force 7 from the west, gusts of 8, from Wednesday noon until the night.\n\nPlease double your lines and take loose things below. The crane does not work on Wednesday.\n',
      flags: ['\\Seen', '\\Flagged'],
    },
    {
      id: 'post-1',
      hoursAgo: 260,
      from: { name: 'Postamt Seefeld', address: 'schalter@post.example.org' },
      subject: 'Ihre Sendung liegt bereit',
      text: 'Fach 12, bis Samstag. Bitte bringen Sie Geduld mit, Frau Holm ist allein am Schalter.\n',
      flags: seen,
    },
    {
      id: 'junk-1',
      hoursAgo: 40,
      from: { name: 'LUCKY WINNER DEPT', address: 'win@example.net' },
      subject: 'You have won 1,000,000 rubber ducks!!!',
      text: 'Send only the postage.\n',
      mailbox: 'Junk',
    },
  ];
}
