/**
 * Fuzz target: MboxSplitter. Input: one octet that decides the cuts, then a file. However it is cut the
 * messages are the same; reading goes on behind any of them; what was read is written and read back.
 */
import { RequestError } from '../../app/errors.ts';
import { MboxSplitter } from '../../app/transfer/mbox-splitter.ts';
import type { SourceItem } from '../../app/transfer/source-item.ts';
import { toMboxEntry } from '../../app/transfer/write-mail.ts';
import { cutStream } from './support/chunks.ts';
import { tokens } from './support/mutator.ts';
import { expectRule, type FuzzTarget } from './support/target.ts';

const postmark = 'From ada@example.org Sun Jan  3 04:05:06 2021';
const messageSizeBytes = 600;
const counts = { unreadable: 0, messages: 0, refusals: 0 };

const seeds = [
  `${postmark}\nSubject: a\nStatus: RO\n\n>From here\n\n${postmark}\r\nSubject: b\r\n\r\nx\r\n\r\n`,
  `From - Sun Jan  3 04:05:06 2021\nX-Mozilla-Status: 0009\nMessage-ID: <a@b>\n\nx\n\nFrom \nSubject: c\n\nx\n`,
  `\n\n${postmark}\nReceived: from a\n by b; Mon, 4 Jan 2021 10:00:00 +0100 (CET)\n\n${'line\n'.repeat(150)}\n${postmark}\nA: b\n\nx`,
];

export function createTarget(): FuzzTarget {
  return {
    seeds: seeds.map((seed, index) => Buffer.concat([Buffer.from([index]), Buffer.from(seed)])),
    dictionary: tokens(
      postmark,
      'From ',
      'From - ',
      '>From ',
      '\n\n',
      '\r\n',
      'Subject: ',
      'X-Mozilla-Status: 0008',
      'Status: RO',
      'Message-ID: <a@b>',
    ),
    maxLength: 3_000,
    counts,
    run(input) {
      const file = input.subarray(1);
      const whole = outcome(file, 0, 0);
      const cut = outcome(file, 0, input[0] ?? 0);
      expectRule(JSON.stringify(whole) === JSON.stringify(cut), 'cuts change nothing');
      if (whole === 'unreadable') {
        counts.unreadable += 1;
        return;
      }
      for (const [index, item] of whole.entries()) checkItem(file, whole, index, item);
    },
  };
}

function checkItem(
  file: Buffer,
  whole: readonly SourceItem[],
  index: number,
  item: SourceItem,
): void {
  const next = Number(item.next);
  expectRule(next <= file.length && item.fraction <= 1, 'a place is within the file');
  const rest = next === file.length ? [] : outcome(file.subarray(next), next, 0);
  const same = JSON.stringify(rest) === JSON.stringify(placed(whole.slice(index + 1), file.length));
  expectRule(same, 'reading goes on behind any message');
  if (item.kind === 'refusal') {
    counts.refusals += 1;
    return;
  }
  counts.messages += 1;
  const text = Buffer.from(item.raw).toString('latin1');
  expectRule(item.raw.length <= messageSizeBytes, 'no message is over the limit');
  expectRule(!/(?<!\r)\n/.test(text) && text.endsWith('\r\n'), 'every line ends in CRLF');
  // A lone CR before a line end is the one thing that an mbox cannot keep.
  if (text.includes('\r\r\n')) return;
  const entry = toMboxEntry({ raw: item.raw, flags: [] });
  const back = outcome(entry, 0, 0);
  expectRule(back !== 'unreadable' && back.length === 1, 'a written message is one message');
  const [only] = back;
  expectRule(
    only?.kind === 'message' && Buffer.compare(only.raw, item.raw) === 0,
    'a written message comes back the same',
  );
}

function outcome(file: Buffer, offset: number, cut: number): SourceItem[] | 'unreadable' {
  const sizeBytes = offset + file.length;
  const splitter = new MboxSplitter({ offset, sizeBytes, messageSizeBytes, quoting: 'mboxrd' });
  try {
    const found = cutStream(file, cut).flatMap((chunk) => splitter.push(chunk));
    return placed([...found, ...splitter.end()], sizeBytes);
  } catch (error) {
    if (error instanceof RequestError) return 'unreadable';
    throw error;
  }
}

/** As far as `size` says; the same in every reading of one file. */
function placed(items: readonly SourceItem[], size: number): SourceItem[] {
  return items.map((item) => ({ ...item, fraction: size === 0 ? 1 : Number(item.next) / size }));
}
