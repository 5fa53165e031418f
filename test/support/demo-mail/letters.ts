/** Letters from people: threads, plans, attachments, other scripts. All people and places are made up. */
import type { Described, Person } from './build.ts';
import { csv, invitation, landscape, pdf } from './pictures.ts';

export const people = {
  jonas: { name: 'Jonas Grünwald', address: 'jonas.gruenwald@example.org' },
  haruka: { name: '森田 遥', address: 'haruka.morita@example.com' },
  layla: { name: 'ليلى منصور', address: 'layla.mansour@example.net' },
  bea: { name: 'Beatriz Oliveira', address: 'bea@oliveira.test' },
  tom: { name: 'Tom Ashdown', address: 'tom.ashdown@example.com' },
  sigrid: { name: 'Sigrid Åkerlund', address: 'sigrid@akerlund.test' },
  noor: { name: 'Noor van Dijk', address: 'noor@workshop.test' },
  grandpa: { name: 'Grandpa Emil', address: 'emil@example.net' },
} as const satisfies Record<string, Person>;

const seen = ['\\Seen'];
const starred = ['\\Seen', '\\Flagged'];
const answered = ['\\Seen', '\\Answered'];

const quote = (who: string, lines: readonly string[]): string =>
  `${who} wrote:\n${lines.map((line) => `> ${line}`).join('\n')}\n`;

/** @param now for the dates inside texts and invitations */
export function letters(me: Person, now: Date): Described[] {
  const inDays = (days: number, hour: number): Date => {
    const date = new Date(now.getTime() + days * 86_400_000);
    date.setUTCHours(hour, 0, 0, 0);
    return date;
  };
  return [
    {
      id: 'boat-3',
      hoursAgo: 0.4,
      from: people.sigrid,
      subject: 'Re: The boat is in the water',
      after: ['boat-1', 'boat-2'],
      text: `Then it is settled: Saturday, seven in the morning, the blue jetty behind the smokehouse.\n\nBring the warm jacket. I bring coffee and the bread that always crumbles into the bilge.\n\nS.\n\n${quote('You', ['Only if I may steer out of the harbour this time.', 'I have been practising on the bathtub.'])}`,
    },
    {
      id: 'haruka-1',
      hoursAgo: 1.6,
      from: people.haruka,
      subject: '京都の写真と、小さなお願い',
      text: '美亜さん、\n\nお元気ですか。先週の京都の写真を一枚送ります。紅葉はまだ早かったけれど、朝の光がとてもきれいでした。\n\nお願いがひとつ：あの青い封筒の紙、まだ手に入りますか。\n\n遥\n',
      attachments: [
        { filename: '京都の朝.png', content: landscape(1, 900, 520), contentType: 'image/png' },
      ],
    },
    {
      id: 'noor-1',
      hoursAgo: 3.2,
      from: people.noor,
      cc: [people.tom],
      subject: 'Quote for the bookshelves, and one question about the window',
      text: 'Hi Mia,\n\nthe quote is attached. Oak, oiled, eleven shelves; I kept the odd one out for the atlas.\n\nThe question: should the shelf run past the window or stop before it? Past it looks better and costs you one hour of morning light in winter.\n\nNoor\n',
      attachments: [
        {
          filename: 'Quote 0417 - bookshelves.pdf',
          content: pdf('Quote 0417', [
            'Eleven shelves, oak, oiled, fitted on site',
            'Material                      640.00',
            'Work, three days              960.00',
            'Total                        1600.00',
            'Good until the end of next month. Made up for a demonstration.',
          ]),
          contentType: 'application/pdf',
        },
      ],
      flags: ['\\Flagged'],
    },
    {
      id: 'jonas-2',
      hoursAgo: 5.5,
      from: people.jonas,
      subject: 'Re: Straßenfest: wer bringt was?',
      after: ['jonas-1', 'jonas-reply'],
      flags: seen,
      text: `Wunderbar! Dann trage ich dich für den Zwetschgenkuchen ein. Größe: unanständig.\n\nDie Bänke leiht uns die Feuerwehr, der Rest ist Improvisation.\n\nGrüße aus der Küche\nJonas\n\n${quote('Mia', ['Ich bringe Kuchen. Nicht verhandelbar.'])}`,
    },
    {
      id: 'bea-1',
      hoursAgo: 20,
      from: people.bea,
      text: 'No subject, no time, train leaves: the key is with the baker. Feed the cat, she lies about having eaten.\n\nBea\n',
      flags: seen,
    },
    {
      id: 'layla-1',
      hoursAgo: 26,
      from: people.layla,
      subject: 'وصفة جدتي كما وعدتك',
      text: 'مرحبا ميا،\n\nهذه وصفة المقلوبة كما كانت جدتي تحضّرها. السر كله في الصبر: لا تفتحي القدر قبل أربعين دقيقة.\n\nThe rest in English, because your rice cooker does not read Arabic: two cups of rice, soaked; one aubergine more than you think; turn it over in one go and do not breathe.\n\nليلى\n',
      flags: starred,
    },
    {
      id: 'lunch-3',
      hoursAgo: 29,
      from: people.tom,
      cc: [people.noor],
      subject: 'Re: Lunch on Thursday?',
      after: ['lunch-1', 'lunch-2'],
      flags: answered,
      text: `Noodles win, four votes to one (the one was mine, for soup).\n\nHalf past twelve, the place with the red stools.\n\n${quote('Noor', ['Anything but soup.', '> Soup?', 'Tom. No.'])}`,
    },
    {
      id: 'lunch-2',
      hoursAgo: 30,
      from: people.noor,
      to: [people.tom],
      cc: [me],
      subject: 'Re: Lunch on Thursday?',
      after: ['lunch-1'],
      flags: seen,
      text: `Anything but soup.\n\n${quote('Tom Ashdown', ['Soup?'])}`,
    },
    {
      id: 'lunch-1',
      hoursAgo: 31,
      from: people.tom,
      cc: [people.noor],
      subject: 'Lunch on Thursday?',
      flags: seen,
      text: 'Soup?\n',
    },
    {
      id: 'invite-1',
      hoursAgo: 47,
      from: people.sigrid,
      subject: 'Invitation: Letter-writing evening',
      text: 'Pens, paper, tea. Nobody brings a screen. You bring the stamps.\n',
      invitation: invitation({
        uid: 'letter-evening@demo.example.org',
        summary: 'Letter-writing evening',
        place: "Sigrid's kitchen",
        organizer: people.sigrid.address,
        attendee: me.address,
        start: inDays(6, 18),
        hours: 3,
        madeAt: inDays(-2, 9),
      }),
      flags: seen,
    },
    {
      id: 'grandpa-1',
      hoursAgo: 70,
      from: people.grandpa,
      subject: 'I HAVE FOUND THE BUTTON FOR CAPITAL LETTERS',
      text: 'DEAR MIA,\n\nBUT NOT THE ONE TO SWITCH THEM OFF AGAIN. THE PLUMS ARE RIPE. COME SOON OR THE WASPS GET THEM.\n\nYOUR GRANDFATHER\n\nPS. How is this? I pressed it by accident.\n',
      flags: starred,
    },
    {
      id: 'boat-1',
      hoursAgo: 75,
      from: people.sigrid,
      subject: 'The boat is in the water',
      text: 'She floats! Mostly. There is a small conversation between the sea and the third plank, but they will get along once the wood swells.\n\nFirst sail on Saturday?\n',
      attachments: [
        { filename: 'first-light.png', content: landscape(2, 900, 520), contentType: 'image/png' },
        { filename: 'jetty.png', content: landscape(6, 900, 520), contentType: 'image/png' },
      ],
      flags: answered,
    },
    {
      id: 'jonas-1',
      hoursAgo: 80,
      from: people.jonas,
      subject: 'Straßenfest: wer bringt was?',
      text: 'Liebe Nachbarschaft,\n\nes ist wieder so weit. Wir brauchen: Kuchen, Salate, eine Leiter, und jemanden, der die Lichterkette vom letzten Jahr entwirrt (bitte nicht wieder ich).\n\nJonas, Hausnummer 12\n',
      flags: answered,
    },
    {
      id: 'tom-figures',
      hoursAgo: 100,
      from: people.tom,
      subject: 'Bird count, third week: the figures',
      text: 'Attached as CSV. The 41 is not a typing error: they really all sat on the church roof at once and looked at us.\n\nTom\n',
      attachments: [
        {
          filename: 'bird-count-week-3.csv',
          content: csv([
            ['place', 'species', 'count'],
            ['harbour', 'herring gull', 128],
            ['church', 'swift', 41],
            ['allotments', 'house sparrow', 67],
            ['mill pond', 'kingfisher', 1],
          ]),
          contentType: 'text/csv',
        },
      ],
      flags: seen,
    },
    {
      id: 'bea-long',
      hoursAgo: 150,
      from: people.bea,
      subject:
        'A very long subject line about the very long train journey from Lisbon to the very north, with a note on sandwiches, a missed connection in Hendaye, and the kindness of a conductor whose name I shall never know',
      text: `Dear Mia,\n\n${[
        'The night train was late, so I saw the sea twice: once in the dark, as a sound, and once at six in the morning, as a line.',
        'In the dining car a man taught me the card game his village plays only at funerals. I won, which is apparently rude.',
        'The conductor carried my case up three flights because the lift was being blessed, or repaired; my French did not reach that far.',
        'I write this on the last leg. Everything smells of oranges because a bag burst in Bordeaux.',
      ].join('\n\n')}\n\nMore when I can sit still.\n\nBea\n`,
      flags: starred,
    },
    {
      id: 'haruka-0',
      hoursAgo: 200,
      from: people.haruka,
      subject: '🍁 来月の旅行について 🚄',
      text: '美亜さん、来月の予定です。\n\n・15日 東京着 🗼\n・17日 京都へ 🚄\n・21日 帰国 ✈️\n\n楽しみにしています！\n',
      flags: seen,
    },
    {
      id: 'boat-2',
      hoursAgo: 74,
      from: me,
      to: [people.sigrid],
      subject: 'Re: The boat is in the water',
      after: ['boat-1'],
      text: 'Only if I may steer out of the harbour this time.\n\nI have been practising on the bathtub.\n',
      flags: seen,
      mailbox: 'Sent',
    },
    {
      id: 'jonas-reply',
      hoursAgo: 79,
      from: me,
      to: [people.jonas],
      subject: 'Re: Straßenfest: wer bringt was?',
      after: ['jonas-1'],
      text: 'Ich bringe Kuchen. Nicht verhandelbar.\n',
      flags: seen,
      mailbox: 'Sent',
    },
    {
      id: 'archive-1',
      hoursAgo: 900,
      from: people.noor,
      subject: 'The table is finished',
      text: 'It has four legs and, for the first time in my career, they agree with each other.\n\nNoor\n',
      flags: starred,
      mailbox: 'Archive',
    },
    {
      id: 'draft-1',
      hoursAgo: 52,
      from: me,
      to: [people.grandpa],
      subject: 'Plums',
      text: 'Dear Grandpa,\n\nI come on Sunday and bring\n',
      flags: ['\\Seen', '\\Draft'],
      mailbox: 'Drafts',
    },
  ];
}

/** What comes in while one is looking. */
export function arrivals(): Described[] {
  return [
    {
      id: 'arrival-1',
      hoursAgo: 0,
      from: people.tom,
      subject: 'Kingfisher!',
      text: 'Mill pond, now, second willow from the left. Run.\n\nTom\n',
    },
    {
      id: 'arrival-2',
      hoursAgo: 0,
      from: people.bea,
      subject: 'The cat',
      text: 'The baker says the cat says she has not eaten since Tuesday. It is Tuesday.\n\nBea\n',
    },
    {
      id: 'arrival-3',
      hoursAgo: 0,
      from: people.noor,
      subject: 'Re: Quote for the bookshelves, and one question about the window',
      after: ['noor-1'],
      text: 'No hurry about the window. The oak has waited a hundred and twenty years, it can wait until Monday.\n',
    },
    {
      id: 'arrival-4',
      hoursAgo: 0,
      from: people.grandpa,
      subject: 'found it',
      text: 'dear mia,\n\nnow i cannot find the other button.\n\nyour grandfather\n',
    },
    {
      id: 'arrival-5',
      hoursAgo: 0,
      from: people.layla,
      subject: 'هل قلبتِ القدر؟',
      text: 'Well? Did it hold its shape? I want a picture, whatever happened.\n\nليلى\n',
    },
  ];
}
