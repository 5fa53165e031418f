/**
 * Holds what was found against what was promised. Pure: ledger and views in, one line for each
 * broken promise out. An empty list is the only good answer.
 */
import type { DraftDto, OutboxItem } from '../../../app/contract/index.ts';
import { type Ledger, type Letter, label, markerOf, versionOf, type Writing } from './ledger.ts';
import type { LocalView, MailView, RowView } from './mail-views.ts';

/** A message as its recipient has it. */
export interface Delivered {
  readonly marker: string;
  readonly text: string;
  /** SHA-256 of its attachment, hex; `none` without one. */
  readonly attachment: string;
}

export interface Found {
  readonly server: MailView;
  readonly local: LocalView;
  /** What the other person got. */
  readonly delivered: readonly Delivered[];
}

interface Place extends RowView {
  readonly path: string;
}

/** Where each marker is. */
function places(mail: MailView, without: readonly string[] = []): Map<string, Place[]> {
  const found = new Map<string, Place[]>();
  for (const { path, role, rows } of mail.values()) {
    if (without.includes(role)) continue;
    for (const row of rows.values()) {
      const marker = row.marker ?? row.subject;
      found.set(marker, [...(found.get(marker) ?? []), { ...row, path }]);
    }
  }
  return found;
}

/** What must hold at the first moment after a restart, before any server was asked. */
export function judgeRestart(ledger: Ledger, local: LocalView): string[] {
  const here = places(local.mail);
  const letters = [...ledger.letters.values()].flatMap((letter) => {
    if (letter.owner !== 'person') return [];
    // One that is not here yet comes with the next sync.
    const found = here.get(letter.marker) ?? [];
    if (found.length === 0) return [];
    return judgeLetter(letter, found, 'here');
  });
  const writings = [...ledger.writings.values()].flatMap((writing) =>
    judgeWriting(writing, local.drafts, local.outbox),
  );
  const { undoSendSeconds: kept } = ledger;
  const settings = kept.allows(local.undoSendSeconds)
    ? []
    : [`CHANGED setting: ${local.undoSendSeconds}, promised ${kept}`];
  return [...letters, ...writings, ...settings, ...ledger.broken];
}

/** What must hold once all has come to rest; a promise that is still on its way is a line too. */
export function judgeRest(ledger: Ledger, found: Found): string[] {
  const { server, local, delivered } = found;
  const there = places(server, ['sent', 'drafts']);
  // Answers that were begun and given up may lie among the drafts.
  const copies = places(server, ['drafts']);
  const lines = [...ledger.letters.values()].flatMap((letter) =>
    judgeLetter(letter, there.get(letter.marker) ?? [], 'on the server'),
  );
  for (const writing of ledger.writings.values()) {
    lines.push(...judgeWriting(writing, local.drafts, local.outbox));
    lines.push(...judgeDelivery(writing, found, there.get(writing.marker) ?? []));
  }
  for (const [marker, list] of copies) {
    const known = ledger.letters.has(marker) || ledger.writings.has(marker);
    if (known) continue;
    if (ledger.gone.has(marker)) lines.push(`${marker} was deleted and is in ${pathsOf(list)}`);
    else if (!ledger.finished.has(marker)) lines.push(`nobody wrote ${marker}`);
  }
  for (const [marker, count] of countBy(delivered.map((each) => each.marker))) {
    const before = ledger.finished.get(marker);
    if (before !== undefined && before + count > 1) lines.push(`${marker} was delivered again`);
    if (before === undefined && !ledger.writings.has(marker)) {
      lines.push(`nobody wrote ${marker}, and it was delivered`);
    }
  }
  return [...lines, ...ledger.broken];
}

function judgeLetter(letter: Letter, found: readonly Place[], where: string): string[] {
  const { marker, owner, place, seen, flagged, labelled } = letter;
  const [first] = found;
  if (first === undefined) {
    const fine = place.allows('gone') || place.allows('nowhere');
    return fine ? [] : [`LOST ${marker} (${owner}): nowhere ${where}, promised ${place}`];
  }
  if (found.length > 1) return [`DOUBLED ${marker} (${owner}): in ${pathsOf(found)} ${where}`];
  if (owner === 'both') return [];
  const lines: string[] = [];
  if (!place.allows(first.path)) {
    lines.push(`MISPLACED ${marker} (${owner}): in ${first.path} ${where}, promised ${place}`);
  }
  if (!seen.allows(first.seen)) {
    lines.push(`CHANGED ${marker} (${owner}): seen ${first.seen} ${where}, promised ${seen}`);
  }
  if (!flagged.allows(first.flagged)) {
    lines.push(
      `CHANGED ${marker} (${owner}): flagged ${first.flagged} ${where}, promised ${flagged}`,
    );
  }
  const has = first.keywords.includes(label);
  if (!labelled.allows(has)) {
    lines.push(`CHANGED ${marker} (${owner}): labelled ${has} ${where}, promised ${labelled}`);
  }
  return lines;
}

function judgeWriting(
  writing: Writing,
  drafts: readonly DraftDto[],
  outbox: readonly OutboxItem[],
): string[] {
  const { marker, place, version } = writing;
  const mine = drafts.filter(({ subject }) => markerOf(subject) === marker);
  const queued = outbox.filter(({ subject }) => markerOf(subject) === marker);
  if (mine.length + queued.length > 1) {
    return [`DOUBLED ${marker}: ${mine.length} drafts and ${queued.length} in the outbox`];
  }
  const [draft] = mine;
  if (draft === undefined && queued.length === 0) {
    const fine = place.allows('discarded') || place.allows('nowhere');
    return fine ? [] : [`LOST ${marker}: no draft and not in the outbox, promised ${place}`];
  }
  const actual = draft === undefined ? 'queued' : 'draft';
  if (!place.allows(actual)) return [`CHANGED ${marker}: ${actual}, promised ${place}`];
  if (draft === undefined) return [];
  const kept = versionOf(marker, draft.text);
  if (kept === undefined || !version.allows(kept)) {
    return [`CHANGED ${marker}: draft of version ${kept}, promised ${version}`];
  }
  return [];
}

function judgeDelivery(writing: Writing, found: Found, there: readonly Place[]): string[] {
  const { marker, toSelf, version, attachment } = writing;
  const arrived = found.delivered.filter((each) => each.marker === marker);
  const count = toSelf ? there.length : arrived.length;
  const sent = places(found.server).get(marker) ?? [];
  const copies = sent.filter(({ path }) => found.server.get(path)?.role === 'sent').length;
  const begun = sent.filter(({ path }) => found.server.get(path)?.role === 'drafts').length;
  const lines: string[] = [];
  if (begun > 1) lines.push(`DOUBLED ${marker}: ${begun} copies in Drafts`);
  if (count > 1) lines.push(`DOUBLED ${marker}: delivered ${count} times`);
  if (copies > 1) lines.push(`DOUBLED ${marker}: ${copies} copies in Sent`);
  for (const message of arrived) {
    const came = versionOf(marker, message.text);
    if (came === undefined || !version.allows(came)) {
      lines.push(`CHANGED ${marker}: delivered as version ${came}, promised ${version}`);
    }
    if (!attachment.allows(message.attachment)) {
      lines.push(`CHANGED ${marker}: its attachment is ${message.attachment}`);
    }
  }
  const item = found.local.outbox.find(({ subject }) => markerOf(subject) === marker);
  const about = `${marker} is ${item?.state ?? 'not queued'}`;
  if (item === undefined) {
    if (count > 0) lines.push(`${about} and was delivered`);
    if (copies > 0) lines.push(`${about} and has a copy in Sent`);
    return lines;
  }
  switch (item.state) {
    case 'unknown':
      break;
    case 'sent':
      if (count === 0) lines.push(`LOST ${about} and was not delivered`);
      if (copies === 0) lines.push(`${about} and has no copy in Sent`);
      break;
    default:
      lines.push(`${about} after ${item.attempts} attempts (${item.error?.code ?? 'no error'})`);
  }
  return lines;
}

function pathsOf(found: readonly Place[]): string {
  return found.map(({ path }) => path).join(' and ');
}

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
