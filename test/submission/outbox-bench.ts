/** An outbox on a throw-away profile against a scripted server, with everything recorded. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DraftContent, OutboxItem } from '../../app/contract/index.ts';
import { LegError } from '../../app/errors.ts';
import type { OpenedLeg } from '../../app/leg/types.ts';
import type { LogFields } from '../../app/log.ts';
import type { SentCopy, SubmissionOffer } from '../../app/ports.ts';
import { Drafts } from '../../app/submission/drafts.ts';
import { Outbox } from '../../app/submission/outbox.ts';
import { OutboxStore } from '../../app/submission/outbox-store.ts';
import { openPlainLeg, type ScriptedSmtp } from './scripted-smtp.ts';

export const password = 'correct horse battery';

export interface Bench {
  readonly dir: string;
  readonly store: OutboxStore;
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  readonly log: string[];
  readonly copies: string[];
  now: Date;
  copy: SentCopy;
  openLeg: () => Promise<OpenedLeg>;
  /** Whether a leg that is open already may carry another message. */
  allows: boolean;
  /** What the server said that it can do. */
  offer: SubmissionOffer | undefined;
  undoMs: number;
  /** Messages that were marked as answered or forwarded. */
  readonly marks: string[];
  /** Waits until the only message (or the one named) is in a state. */
  until(state: OutboxItem['state'], outboxId?: string): Promise<OutboxItem>;
  /** Waits until a message is as a test wants it. */
  untilItem(outboxId: string | undefined, is: (item: OutboxItem) => boolean): Promise<OutboxItem>;
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly dir?: string;
  readonly start?: boolean;
  readonly afterDotMs?: number;
  readonly undoMs?: number;
  readonly graceMs?: number;
  readonly followUpMs?: readonly number[];
  /** How long to wait for a state at most. */
  readonly patienceMs?: number;
}

export function createBench(server: Pick<ScriptedSmtp, 'port'>, options: BenchOptions = {}): Bench {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'outbox-'));
  const store = new OutboxStore(dir);
  const log: string[] = [];
  const copies: string[] = [];
  const marks: string[] = [];
  const listeners = new Set<() => void>();
  // What a test may change while it runs; the outbox asks at each use.
  const knobs: Pick<Bench, 'now' | 'copy' | 'openLeg' | 'allows' | 'offer' | 'undoMs'> = {
    now: new Date('2026-05-03T10:00:00Z'),
    copy: {
      append: (_accountId, _path, messageId) => {
        copies.push(messageId);
        return Promise.resolve();
      },
      findByMessageId: () => Promise.resolve('absent'),
    },
    openLeg: () => openPlainLeg(server.port),
    allows: true,
    offer: undefined,
    undoMs: options.undoMs ?? 0,
  };
  const drafts = new Drafts({ store, onChanged: () => undefined, now: () => knobs.now });
  const logger = {
    log: (level: string, event: string, fields?: LogFields) => {
      log.push(`${level} ${event} ${JSON.stringify(fields)}`);
    },
  };
  const outbox = new Outbox({
    store,
    drafts,
    access: {
      openLeg: () => knobs.openLeg(),
      allows: () => knobs.allows,
      credentials: () => Promise.resolve({ userName: 'ada', password }),
      sender: (_accountId, identityId) =>
        identityId === 'i2'
          ? { name: 'Desk', address: 'desk@desk.test', replyTo: 'answers@desk.test' }
          : { name: 'Ada Lovelace', address: 'ada@example.test' },
      learned: (_accountId, offer) => {
        knobs.offer = offer;
      },
    },
    offer: () => knobs.offer,
    sentCopy: {
      append: (...args) => knobs.copy.append(...args),
      findByMessageId: (...args) => knobs.copy.findByMessageId(...args),
    },
    logger,
    onChanged: () => {
      for (const listener of listeners) listener();
    },
    answered: { mark: (ref, kind) => marks.push(`${kind} ${ref.uid}`) },
    undoMs: () => knobs.undoMs,
    followUp: {
      graceMs: options.graceMs ?? 0,
      ...(options.followUpMs ? { pausesMs: options.followUpMs } : {}),
    },
    now: () => knobs.now,
    timeouts: { greetingMs: 20_000, idleMs: 20_000, afterDotMs: options.afterDotMs ?? 20_000 },
  });
  const untilItem = (
    outboxId: string | undefined,
    is: (item: OutboxItem) => boolean,
    what = 'as wanted',
  ) =>
    new Promise<OutboxItem>((resolve, reject) => {
      const check = (): void => {
        const found = outbox
          .list()
          .find((item) => is(item) && (outboxId === undefined || item.outboxId === outboxId));
        if (!found) return;
        listeners.delete(check);
        clearTimeout(timer);
        resolve(found);
      };
      const timer = setTimeout(() => {
        reject(new Error(`not ${what}: ${JSON.stringify(outbox.list())}\n${log.join('\n')}`));
      }, options.patienceMs ?? 15_000);
      listeners.add(check);
      check();
    });
  const bench = {
    dir,
    store,
    drafts,
    outbox,
    log,
    copies,
    marks,
    until: (state: OutboxItem['state'], outboxId?: string) =>
      untilItem(outboxId, (item) => item.state === state, state),
    untilItem,
    close: async () => {
      await outbox.stop();
      store.close();
      if (!options.dir) rmSync(dir, { recursive: true, force: true });
    },
  };
  if (options.start !== false) outbox.start();
  return Object.assign(knobs, bench);
}

export function content(patch: Partial<DraftContent> = {}): DraftContent {
  return {
    accountId: 'a1',
    to: 'Bob <bob@example.test>',
    cc: '',
    bcc: '',
    subject: 'Hello',
    text: 'A line.\n.\n..two dots\n',
    ...patch,
  };
}

export function unreachable(): Promise<OpenedLeg> {
  return Promise.reject(new LegError('leg.unreachable', { host: 'mail.example.test' }));
}
