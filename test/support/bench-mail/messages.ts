/**
 * Generated mail for measurements: the same count and seed give the same octets on every machine.
 * About 13.6 kB each: mostly multipart/alternative of 2 to 20 kB, one in twenty with an attachment
 * of 50 to 200 kB; conversations, several scripts, 70 % seen, spread over six years in order.
 */
import { Rng } from '../../fuzz/support/rng.ts';
import { base64Lines, encodeWords, quotedPrintable } from './encode.ts';
import { drawWriter, type Writer } from './people.ts';
import { drawLanguage, drawWord, type Language } from './vocabulary.ts';

/** Part of the cache's name: raise it when the octets change. */
export const generatorVersion = 1;

export interface MadeMessage {
  /** RFC 5322, CRLF. */
  readonly raw: Buffer;
  readonly flags: readonly string[];
  readonly receivedAt: Date;
}

export const owner = { name: 'Mia Holm', address: 'mia@example.test' } as const;

const lastDay = Date.UTC(2026, 10, 20, 12);
const spanMs = 6 * 365.25 * 86_400_000;

interface Conversation {
  readonly subject: string;
  readonly language: Language;
  readonly ids: string[];
  readonly people: Writer[];
}

interface Letter {
  readonly rng: Rng;
  readonly index: number;
  readonly id: string;
  readonly from: Writer;
  readonly conversation: Conversation;
  readonly receivedAt: Date;
}

/** Base64 lines of noise, cut out anew for each attachment: compresses as badly as a picture. */
const noise = base64Lines(new Rng(99).bytes(1_500_000));
const noiseLine = 78;

export function* makeMessages(count: number, seed: number): Generator<MadeMessage> {
  const rng = new Rng(seed);
  const recent: Conversation[] = [];
  for (let index = 0; index < count; index += 1) {
    const step = spanMs / count;
    const at = lastDay - spanMs + index * step + (rng.next() / 0x1_0000_0000) * step;
    const receivedAt = new Date(Math.floor(at / 1_000) * 1_000);
    const conversation = chooseConversation(rng, recent);
    const from = chooseWriter(rng, conversation);
    const id = `${seed.toString(36)}.${index.toString(36)}.${rng.next().toString(36)}@${from.host}`;
    const raw = write({ rng, index, id, from, conversation, receivedAt });
    conversation.ids.push(id);
    yield { raw, flags: chooseFlags(rng), receivedAt };
  }
}

/** More than half of all mail answers something of the last days. */
function chooseConversation(rng: Rng, recent: Conversation[]): Conversation {
  if (recent.length > 0 && rng.below(100) < 55) return rng.pick(recent);
  const language = drawLanguage(rng);
  const words = Array.from({ length: 2 + rng.below(6) }, () => drawWord(rng, language));
  const subject = words.join(language.dense ? '' : ' ');
  const made = { subject, language, ids: [], people: [] };
  if (recent.length < 250) recent.push(made);
  else recent[rng.below(recent.length)] = made;
  return made;
}

function chooseWriter(rng: Rng, { people }: Conversation): Writer {
  if (people.length > 0 && !rng.oneIn(3)) return rng.pick(people);
  const writer = drawWriter(rng);
  if (people.length < 6) people.push(writer);
  return writer;
}

function chooseFlags(rng: Rng): string[] {
  const flags: string[] = [];
  if (rng.below(100) < 70) flags.push('\\Seen');
  if (rng.below(100) < 3) flags.push('\\Flagged');
  if (rng.below(100) < 12) flags.push('\\Answered');
  return flags;
}

function write(letter: Letter): Buffer {
  const { rng, conversation, index } = letter;
  const boundary = `=_${index.toString(36)}_${rng.next().toString(36)}`;
  const text = writeText(letter);
  const kind = rng.below(100);
  const head = writeHead(letter);
  if (kind < 10) return Buffer.from(`${head}${textPart(conversation.language, 'plain', text)}`);
  const alternative = [
    `Content-Type: multipart/alternative; boundary="${boundary}a"\r\n`,
    `--${boundary}a\r\n${textPart(conversation.language, 'plain', text)}`,
    `--${boundary}a\r\n${textPart(conversation.language, 'html', toHtml(letter, text))}`,
    `--${boundary}a--\r\n`,
  ].join('\r\n');
  if (kind < 95) return Buffer.from(head + alternative);
  return Buffer.from(
    [
      `${head}Content-Type: multipart/mixed; boundary="${boundary}m"\r\n`,
      `--${boundary}m\r\n${alternative}`,
      `--${boundary}m\r\n${attachment(letter)}`,
      `--${boundary}m--\r\n`,
    ].join('\r\n'),
  );
}

function writeHead(letter: Letter): string {
  const { rng, id, from, conversation, receivedAt } = letter;
  const date = receivedAt.toUTCString().replace('GMT', '+0000');
  const parents = conversation.ids.slice(-12);
  const parent = parents.at(-1);
  const others = Array.from({ length: rng.below(4) }, () => drawWriter(rng).field);
  const subject = `${parent === undefined ? '' : 'Re: '}${conversation.subject}`;
  const trace = rng.bytes(12).toString('hex');
  const lines = [
    `Return-Path: <${from.address}>`,
    `Received: from mx.${from.host} (mx.${from.host} [192.0.2.${rng.below(255)}])`,
    `\tby mail.example.test (Postfix) with ESMTPS id ${trace}`,
    `\tfor <${owner.address}>; ${date}`,
    `Received: from [198.51.100.${rng.below(255)}] (localhost [127.0.0.1])`,
    `\tby mx.${from.host} (Postfix) with ESMTPSA id ${trace.toUpperCase()}; ${date}`,
    `Message-ID: <${id}>`,
    `Date: ${date}`,
    `From: ${from.field}`,
    `To: ${[`${owner.name} <${owner.address}>`, ...others.slice(0, 2)].join(',\r\n\t')}`,
    ...(others.length > 2 ? [`Cc: ${others.slice(2).join(', ')}`] : []),
    `Subject: ${encodeWords(subject)}`,
    ...(parent === undefined
      ? []
      : [
          `In-Reply-To: <${parent}>`,
          `References: ${parents.map((one) => `<${one}>`).join('\r\n\t')}`,
        ]),
    ...(rng.oneIn(7) ? [`List-Id: <list${rng.below(20)}.example.org>`] : []),
    `X-Mailer: Generated ${generatorVersion}`,
    'MIME-Version: 1.0',
    '',
  ];
  return lines.join('\r\n');
}

/** Paragraphs of sentences, 400 letters to 6,000, log-uniform. */
function writeText({ rng, conversation, from }: Letter): string {
  const { language, subject } = conversation;
  const length = Math.round(390 * 16 ** (rng.next() / 0x1_0000_0000));
  const blank = language.dense ? '' : ' ';
  const stop = language.dense ? '。' : '. ';
  // Ideographs say more with fewer letters.
  const wanted = language.dense ? length / 3 : length;
  let text = rng.oneIn(3) ? `${subject}${stop}` : '';
  let sentence = 0;
  while (text.length < wanted) {
    const words = 4 + rng.below(14);
    for (let count = 0; count < words; count += 1)
      text += (count === 0 ? '' : blank) + drawWord(rng, language);
    sentence += 1;
    text += sentence % 4 === 0 ? '\r\n\r\n' : stop;
  }
  return `${text}\r\n\r\n-- \r\n${from.name}`;
}

function textPart(language: Language, subtype: 'plain' | 'html', text: string): string {
  const head = `Content-Type: text/${subtype}; charset=utf-8\r\nContent-Transfer-Encoding: `;
  if (language.dense || language.code === 'ru')
    return `${head}base64\r\n\r\n${base64Lines(Buffer.from(text))}\r\n`;
  if (language.code === 'en') return `${head}8bit\r\n\r\n${wrap(text)}\r\n`;
  return `${head}quoted-printable\r\n\r\n${quotedPrintable(text)}\r\n`;
}

/** Lines of at most about 80 letters: RFC 5322 allows 998 octets. */
function wrap(text: string): string {
  return text.replace(/(.{64}\S*) /g, '$1\r\n');
}

function toHtml({ from }: Letter, text: string): string {
  const paragraphs = text
    .split('\r\n\r\n')
    .map(
      (one) => `<tr><td style="padding:0 24px 14px 24px"><p style="margin:0">${one}</p></td></tr>`,
    );
  return [
    '<!doctype html> <html><head><meta charset="utf-8"></head>',
    '<body style="margin:0; background:#ffffff; font:15px Helvetica,Arial,sans-serif">',
    '<table role="presentation" width="600" cellpadding="0" cellspacing="0">',
    ...paragraphs,
    `</table><p style="color:#808080; font-size:12px">${from.address}</p></body></html>`,
  ].join('\r\n');
}

const fileKinds = [
  { ending: 'pdf', type: 'application/pdf' },
  { ending: 'jpg', type: 'image/jpeg' },
  { ending: 'zip', type: 'application/zip' },
  {
    ending: 'docx',
    type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  },
] as const;

function attachment({ rng, receivedAt }: Letter): string {
  const { ending, type } = rng.pick(fileKinds);
  const words = drawLanguage(rng).words;
  const base = (words[rng.below(400)] ?? 'file').normalize('NFD').replace(/[^a-zA-Z]/g, '');
  const name = `${base === '' ? 'file' : base}-${receivedAt.getUTCFullYear()}.${ending}`;
  const lines = Math.floor((50_000 + rng.below(150_000)) / noiseLine);
  const start = rng.below(Math.floor(noise.length / noiseLine) - lines) * noiseLine;
  return [
    `Content-Type: ${type}; name="${name}"`,
    `Content-Disposition: attachment; filename="${name}"`,
    'Content-Transfer-Encoding: base64',
    '',
    noise.slice(start, start + lines * noiseLine),
  ].join('\r\n');
}
