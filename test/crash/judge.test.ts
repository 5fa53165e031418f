/** The judge of crash and fault runs: it must see what it is there to see. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { OutboxItem } from '../../app/contract/index.ts';
import { type Delivered, judgeRest, judgeRestart } from '../support/trial/judge.ts';
import {
  Ledger,
  type Letter,
  label,
  subjectOf,
  textOf,
  type Writing,
} from '../support/trial/ledger.ts';
import {
  compareViews,
  type LocalView,
  type MailView,
  type RowView,
} from '../support/trial/mail-views.ts';

interface Row {
  readonly path: string;
  readonly marker: string;
  readonly seen?: boolean;
  readonly keywords?: readonly string[];
}

function mail(...rows: Row[]): MailView {
  const paths = new Set(['INBOX', 'Archive', 'Sent', ...rows.map(({ path }) => path)]);
  return new Map(
    [...paths].map((path) => {
      const mine = rows.filter((row) => row.path === path);
      const views = mine.map((row, index): [number, RowView] => {
        const { marker, seen = false, keywords = [] } = row;
        const flags = { seen, flagged: false, answered: false, keywords };
        return [index + 1, { marker, subject: subjectOf(marker), ...flags }];
      });
      const role = path === 'Sent' ? 'sent' : 'none';
      return [path, { path, role, uidValidity: 1, rows: new Map(views) }];
    }),
  );
}

function local(view: Partial<LocalView>): LocalView {
  return { mail: mail(), mailboxes: [], drafts: [], outbox: [], undoSendSeconds: 0, ...view };
}

function item({ marker }: Writing, state: OutboxItem['state']): OutboxItem {
  return {
    outboxId: `o-${marker}`,
    accountId: 'a',
    subject: subjectOf(marker),
    recipients: [],
    state,
    queuedAt: '2026-11-01T00:00:00.000Z',
    attempts: 1,
  };
}

function received({ marker }: Writing, version = 1): Delivered {
  return { marker, text: textOf(marker, version), attachment: 'none' };
}

describe('letters', () => {
  let ledger: Ledger;
  let letter: Letter;
  const rest = (server: MailView) =>
    judgeRest(ledger, { server, local: local({}), delivered: [] }).map(
      (line) => line.split(' ')[0],
    );

  beforeEach(() => {
    ledger = new Ledger();
    letter = ledger.newLetter('person');
    letter.place.see('INBOX');
  });

  it('is content with a letter where and how it was left', () => {
    assert.deepEqual(rest(mail({ path: 'INBOX', marker: letter.marker })), []);
  });
  it('sees one that is lost', () => {
    assert.deepEqual(rest(mail()), ['LOST']);
  });
  it('sees one that is there twice', () => {
    const { marker } = letter;
    assert.deepEqual(rest(mail({ path: 'INBOX', marker }, { path: 'Archive', marker })), [
      'DOUBLED',
    ]);
  });
  it('sees one in the wrong mailbox', () => {
    assert.deepEqual(rest(mail({ path: 'Archive', marker: letter.marker })), ['MISPLACED']);
  });
  it('sees a confirmed flag that is not there, and forgives one that was never confirmed', () => {
    const server = mail({ path: 'INBOX', marker: letter.marker });
    const step = letter.seen.begin(true);
    assert.deepEqual(rest(server), []);
    letter.seen.keep(step);
    assert.deepEqual(rest(server), ['CHANGED']);
  });
  it('sees one that came back after it was deleted for good', () => {
    ledger.letters.delete(letter.marker);
    ledger.gone.add(letter.marker);
    assert.equal(rest(mail({ path: 'INBOX', marker: letter.marker })).length, 1);
  });
  it('sees right after a restart one that is in two places, also while it is being deleted', () => {
    letter.place.begin('gone');
    const { marker } = letter;
    const view = local({ mail: mail({ path: 'INBOX', marker }, { path: 'Trash', marker }) });
    assert.equal(judgeRestart(ledger, view).length, 1);
  });
  it('sees right after a restart that a confirmed flag is not shown', () => {
    letter.seen.see(true);
    const view = local({ mail: mail({ path: 'INBOX', marker: letter.marker }) });
    assert.equal(judgeRestart(ledger, view).length, 1);
  });
  it('sees that a label was lost, and that it is on one side only', () => {
    letter.labelled.see(true);
    const { marker } = letter;
    const bare = mail({ path: 'INBOX', marker });
    assert.equal(judgeRestart(ledger, local({ mail: bare })).length, 1);
    const labelled = mail({ path: 'INBOX', marker, keywords: [label] });
    assert.deepEqual(judgeRestart(ledger, local({ mail: labelled })), []);
    assert.equal(compareViews(labelled, bare).length, 1);
  });
});

describe('writings', () => {
  let ledger: Ledger;
  let writing: Writing;
  const sentCopy = () => mail({ path: 'Sent', marker: writing.marker });
  const rest = (state: OutboxItem['state'] | undefined, delivered: Delivered[], server: MailView) =>
    judgeRest(ledger, {
      server,
      local: local({ outbox: state === undefined ? [] : [item(writing, state)] }),
      delivered,
    });

  beforeEach(() => {
    ledger = new Ledger();
    writing = ledger.newWriting(false);
    writing.place.see('queued');
    writing.version.see(1);
  });

  it('is content with one delivery and one copy in Sent', () => {
    assert.deepEqual(rest('sent', [received(writing)], sentCopy()), []);
  });
  it('sees a second delivery, whatever the outbox says', () => {
    const twice = [received(writing), received(writing)];
    assert.match(rest('sent', twice, sentCopy()).join(), /DOUBLED/);
    assert.match(rest('unknown', twice, mail()).join(), /DOUBLED/);
  });
  it('sees "sent" that was not delivered', () => {
    assert.match(rest('sent', [], sentCopy()).join(), /LOST/);
  });
  it('lets "unknown" be delivered or not', () => {
    assert.deepEqual(rest('unknown', [], mail()), []);
    assert.deepEqual(rest('unknown', [received(writing)], mail()), []);
  });
  it('sees a queued message that has vanished', () => {
    assert.match(rest(undefined, [], mail()).join(), /LOST/);
  });
  it('sees a second copy in Sent', () => {
    const { marker } = writing;
    const server = mail({ path: 'Sent', marker }, { path: 'Sent', marker });
    assert.match(rest('sent', [received(writing)], server).join(), /DOUBLED/);
  });
  it('sees a delivery of an older version and a text that was cut short', () => {
    writing.version.see(2);
    assert.match(rest('sent', [received(writing)], sentCopy()).join(), /CHANGED/);
    const cut = { ...received(writing, 2), text: textOf(writing.marker, 2).slice(0, -9) };
    assert.match(rest('sent', [cut], sentCopy()).join(), /CHANGED/);
  });
  it('sees one delivered again after it had come to its end', () => {
    ledger.writings.delete(writing.marker);
    ledger.finished.set(writing.marker, 1);
    assert.equal(rest(undefined, [received(writing)], mail()).length, 1);
  });
});

describe('both sides', () => {
  it('are the same, or the difference is named', () => {
    const here = mail({ path: 'INBOX', marker: 'm000001' });
    assert.deepEqual(compareViews(here, mail({ path: 'INBOX', marker: 'm000001' })), []);
    const read = mail({ path: 'INBOX', marker: 'm000001', seen: true });
    assert.equal(compareViews(here, read).length, 1);
    assert.equal(compareViews(here, mail()).length, 1);
  });
});
